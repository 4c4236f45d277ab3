"""SQL beyond the tables: how words are looked up, in all rooms.

`policylab_plain` is text without accents and in small letters: the same on both sides of a search,
whatever the language. What is searched in keeps its words like that in a column `said`, which the
database itself fills, and in an index by dialogue, parts of words and whole words.

Row-level security keeps statements from such an index, because its operators could tell of rows
that they turn down. So `policylab_found` looks there with its owner's rights and judges by the very
scopes that the policies are made of: it names nothing that the viewer may not read.
"""

from dataclasses import dataclass

from policylab.comments.sources import AMENDMENT, COMMENT
from policylab.decisions.sources import DECISION_RECORD, DISSENTING_STATEMENT
from policylab.documents.sources import DOCUMENT, DRAFT_SECTION, VERSION_SECTION
from policylab.index.sources import ASSESSMENT, DIALOGUE_ASSESSMENT, RECOMMENDATION
from policylab.kit.sources import Source
from policylab.labs.sources import DIALOGUE

PLAIN = """
CREATE FUNCTION policylab_plain(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = public, pg_catalog AS $$
  SELECT lower(unaccent('unaccent'::regdictionary, words))
$$
"""
"""`unaccent` is only STABLE because somebody might change its dictionary; nobody here does."""

WORDS = """
CREATE FUNCTION policylab_words(VARIADIC texts jsonb[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(w.value, E'\\n' ORDER BY x.nth, w.nth), '')
    FROM unnest(texts) WITH ORDINALITY AS x(text, nth),
         jsonb_each_text(x.text) WITH ORDINALITY AS w(language, value, nth)
$$
"""
"""Texts in all their languages, line by line."""

MOST = 100_000
"""Letters of one place in which words are looked for: PostgreSQL keeps at most 1 MiB of words."""

NUMBER, PART, EVERY_WORD = 4, 2, 1
"""What a place is worth for having the very number, the words as they are, and each of them
somewhere. Nearly the same words are worth as much as they are alike, up to 1."""
ALIKE = "CASE WHEN {0} ~ whole THEN 1 ELSE word_similarity(plain, {0}) END"
"""How much alike: 1 where the words stand as they are, which is told ten times as fast."""


@dataclass(frozen=True)
class Searched:
    """A table in which words are looked up: which words, and in which of its rows."""

    source: Source
    words: str
    by: str = "dialogue_id"
    among: str = "reach"
    """Rows count whose column `by` is among these, variables of `policylab_found`."""
    numbered: bool = False

    @property
    def name(self) -> str:
        return self.source.name

    def statements(self) -> list[str]:
        """Its column and its indexes."""
        said = f"(ARRAY[{self.by}]), said gin_trgm_ops, to_tsvector('simple', said)"
        made = [
            f"ALTER TABLE {self.name} ADD COLUMN said text NOT NULL "
            f"GENERATED ALWAYS AS (policylab_plain(left({self.words}, {MOST}))) STORED",
            f"CREATE INDEX {self.name}_said_sql ON {self.name} USING gin ({said})",
        ]
        if self.numbered:
            made.append(f"CREATE INDEX {self.name}_number_sql ON {self.name} ({self.by}, number)")
        return made

    def found(self) -> str:
        """The part of `policylab_found` that looks into it."""
        indexed = f"ARRAY[t.{self.by}] && {self.among}"
        within = f"t.{self.by} = ANY ({self.among})"
        ways = [
            (PART, f"{indexed} AND t.said LIKE part AND long"),
            (PART, f"{within} AND strpos(t.said, plain) > 0 AND NOT long"),
            (EVERY_WORD, f"{indexed} AND to_tsvector('simple', t.said) @@ every_word"),
            (0, f"{indexed} AND t.said NOT LIKE part AND plain <% t.said"),
        ]
        if self.numbered:
            ways.append((NUMBER, f"{within} AND t.number = asked"))
        found = " UNION ALL\n".join(
            f"SELECT t.id, {points} AS points FROM {self.name} t WHERE {way}"  # noqa: S608
            for points, way in ways
        )
        return f"""
SELECT '{self.name}', t.id, f.points + {ALIKE.format("t.said")}
  FROM (SELECT w.id, sum(w.points) AS points FROM (
{found}) w GROUP BY w.id) f CROSS JOIN LATERAL (
    SELECT * FROM {self.name} t WHERE t.id = f.id OFFSET 0) t  -- few: each by its key
 WHERE {self.source.scope.on("t")}"""  # noqa: S608 our names


SEARCHED = (
    Searched(DRAFT_SECTION, "text", numbered=True),
    Searched(VERSION_SECTION, "text", numbered=True),
    Searched(COMMENT, "body"),
    Searched(AMENDMENT, "proposed || E'\\n' || reasons"),
    Searched(DOCUMENT, "policylab_words(titles)"),
    Searched(DIALOGUE, "policylab_words(questions, scopes)", by="id"),
    Searched(
        RECOMMENDATION, "policylab_words(texts)", by="assessment_id", among="results", numbered=True
    ),
)

RECORD_WORDS = f"""
concat_ws(E'\\n', r.identifier, policylab_words(d.titles),
  (SELECT string_agg(t.text, E'\\n') FROM dissenting_statement t
    WHERE t.record_id = r.id AND {DISSENTING_STATEMENT.scope.on("t")}))
"""  # noqa: S608 our names
"""What a record `r` on a document `d` says, from three tables: put together when it is asked for,
because records are few."""

_RECORDS = f"""
SELECT 'decision_record', r.id, (r.said LIKE part)::int * {PART}
       + (to_tsvector('simple', r.said) @@ every_word)::int * {EVERY_WORD}
       + {ALIKE.format("r.said")}
  FROM (SELECT r.id, policylab_plain(left({RECORD_WORDS}, {MOST})) AS said
          FROM decision_record r JOIN document d ON d.id = r.document_id
         WHERE r.dialogue_id = ANY (reach) AND {DECISION_RECORD.scope.on("r")}
           AND {DOCUMENT.scope.on("d")} OFFSET 0) r
 WHERE r.said LIKE part OR to_tsvector('simple', r.said) @@ every_word OR plain <% r.said
"""  # noqa: S608 our names

FOUND = f"""
CREATE FUNCTION policylab_found(asked text, lab uuid)
RETURNS TABLE (place text, place_id uuid, worth double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  plain text := policylab_plain(asked);
  every_word tsquery := plainto_tsquery('simple', plain);
  part text := '%' || regexp_replace(plain, '([\\\\%_])', '\\\\\\1', 'g') || '%';
  whole text := CASE WHEN plain ~ '^[[:alnum:] ]+$' THEN '\\m' || plain || '\\M' END;
  long boolean := plain ~ '[[:alnum:]]{{3}}';  -- parts of three letters are in the index
  reach uuid[] := ARRAY(
    SELECT g.id FROM dialogue g WHERE {DIALOGUE.scope.on("g")} AND (lab IS NULL OR g.lab_id = lab));
  results uuid[] := CASE WHEN lab IS NULL
    THEN ARRAY(SELECT a.id FROM assessment a WHERE {ASSESSMENT.scope.on("a")})
    ELSE ARRAY(SELECT x.assessment_id FROM dialogue_assessment x
                WHERE x.lab_id = lab AND {DIALOGUE_ASSESSMENT.scope.on("x")}) END;
BEGIN
  RETURN QUERY {" UNION ALL ".join([*(each.found() for each in SEARCHED), _RECORDS])};
END
$$
"""  # noqa: S608 our names
"""Where words stand that somebody asks for, and how well each place answers: as they are, each of
them, nearly, or as a number. In what the viewer reaches and in all INDEX results; of one lab, in
its dialogues and the results they work on."""

STATEMENTS = [
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    PLAIN,
    WORDS,
    *(statement for each in SEARCHED for statement in each.statements()),
    FOUND,
    "REVOKE EXECUTE ON FUNCTION policylab_found(text, uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION policylab_found(text, uuid) TO policylab_service",
]
