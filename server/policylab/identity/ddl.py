"""SQL beyond the tables: what row-level security asks of this room."""

# Views have the rights of their owner: who is asking is found out in one statement, before there
# is a viewer whom row-level security could know. They are read by the hash of a secret alone.
CREDENTIALS = [
    """
CREATE VIEW policylab_session AS
SELECT s.secret_hash, s.id, s.person_id, s.signed_in_at, s.last_seen_at, s.expires_at,
       p.administrator, p.locale
  FROM web_session s JOIN person p ON p.id = s.person_id
 WHERE s.ended_at IS NULL AND p.suspended_at IS NULL
""",
    """
CREATE VIEW policylab_token AS
SELECT t.secret_hash, t.id, t.person_id, t.scopes, t.last_used_at, t.expires_at,
       p.administrator, p.locale
  FROM access_token t JOIN person p ON p.id = t.person_id
 WHERE t.revoked_at IS NULL AND p.suspended_at IS NULL
""",
    "GRANT SELECT ON policylab_session, policylab_token TO policylab_service",
]
STATEMENTS = [
    *CREDENTIALS,
    """
CREATE FUNCTION policylab_is_administrator() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM person p WHERE p.id = policylab_viewer()
                 AND p.administrator AND p.suspended_at IS NULL)
$$
""",
]
