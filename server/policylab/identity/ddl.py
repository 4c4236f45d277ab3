"""SQL beyond the tables: what row-level security asks of this room."""

STATEMENTS = [
    """
CREATE FUNCTION policylab_is_administrator() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM person p WHERE p.id = policylab_viewer()
                 AND p.administrator AND p.suspended_at IS NULL)
$$
""",
]
