"""SQL beyond the tables: how words are looked up.

`policylab_plain` is text without accents and in small letters: the same on both sides of a search,
whatever the language. There is no index for it: row-level security comes first, and what is left
is what one viewer may read.
"""

PLAIN = """
CREATE FUNCTION policylab_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = public, pg_catalog AS $$
  SELECT lower(unaccent('unaccent'::regdictionary, words))
$$
"""
"""`unaccent` is only STABLE because somebody might change its dictionary; nobody here does."""

STATEMENTS = [
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    PLAIN,
]
