"""The one relation that says who stands where, and what the database itself guards of it.

`policylab_access` has a row for each way in which somebody reaches a lab, a dialogue or a
delegation at this moment: seats whose post has not ended, roles given by name, places in the lab,
and, where a dialogue is open to its lab, everybody there. Suspended accounts have no row.
"""

RUNS_NOW = "({0}.since <= now() AND ({0}.until IS NULL OR {0}.until > now()))"

PARTICIPATION = f"""
CREATE VIEW policylab_participation AS
SELECT place.*
  FROM person p
  JOIN (
    SELECT s.person_id, s.lab_id, s.dialogue_id, s.delegation_id, 'DELEGATE' AS role,
           d.level, s.head, s.voting, s.capacity_id
      FROM delegate s
      JOIN delegation d ON d.id = s.delegation_id
      JOIN membership m ON m.id = s.membership_id
     WHERE {RUNS_NOW.format("s")} AND {RUNS_NOW.format("d")}
       AND (m.valid_from IS NULL OR m.valid_from <= current_date)
       AND (m.valid_to IS NULL OR m.valid_to > current_date)
    UNION ALL
    SELECT g.person_id, g.lab_id, g.dialogue_id, NULL::uuid, g.role,
           NULL, false, false, g.capacity_id
      FROM dialogue_grant g WHERE {RUNS_NOW.format("g")}
    UNION ALL
    SELECT l.person_id, l.lab_id, NULL::uuid, NULL::uuid, l.role,
           NULL, false, false, NULL::uuid
      FROM lab_grant l WHERE {RUNS_NOW.format("l")}
  ) place ON place.person_id = p.id
 WHERE p.suspended_at IS NULL
"""  # noqa: S608

WAYS = """
SELECT person_id, lab_id, dialogue_id, delegation_id, role, level, head, voting, capacity_id
  FROM {places}
UNION ALL
SELECT s.person_id, s.lab_id, g.id, NULL::uuid, way.role, NULL, false, false, NULL::uuid
  FROM {places} s
  JOIN dialogue g ON g.lab_id = s.lab_id
  JOIN LATERAL (VALUES
    (s.role, s.dialogue_id IS NULL AND s.role IN ('ADMINISTRATOR', 'SECRETARIAT')),
    ('READER', g.visibility = 'LAB')) way (role, leads) ON way.leads
"""
"""What follows from somebody's places, where it is known who: from all places, for anybody."""

ACCESS = f"CREATE VIEW policylab_access AS {WAYS.format(places='policylab_participation')}"

PLACES = """
CREATE VIEW policylab_place AS
SELECT person_id, lab_id FROM delegate
UNION ALL SELECT person_id, lab_id FROM dialogue_grant
UNION ALL SELECT person_id, lab_id FROM lab_grant
"""
"""The labs in which somebody has a place, had one or will have one: whatever she may see now is in
one of them. For revisions, which are asked with each request and need not know when."""

REACHED = """
SELECT coalesce(array_agg(DISTINCT a.lab_id), '{{}}')::text
       || ' ' || coalesce(array_agg(DISTINCT a.dialogue_id)
                          FILTER (WHERE a.dialogue_id IS NOT NULL), '{{}}')::text
       || ' ' || coalesce(array_agg(DISTINCT a.delegation_id)
                          FILTER (WHERE a.delegation_id IS NOT NULL), '{{}}')::text
  FROM {ways} a
"""
"""The labs, dialogues and delegations that somebody's ways lead to."""

_OF_VIEWER = f"""
WITH mine AS MATERIALIZED (
  SELECT * FROM policylab_participation WHERE person_id = (SELECT policylab_viewer())),
ways AS ({WAYS.format(places="mine")})
{REACHED.format(ways="ways")}
"""  # noqa: S608 our own words
FIND_REACH = f"""
CREATE FUNCTION policylab_find_reach() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN ({_OF_VIEWER});
END
$$
"""
"""What the viewer reaches, from her places: they are looked up once, not once for each way."""

REACH = """
CREATE FUNCTION policylab_reach(what text) RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL UNSAFE AS $$
DECLARE
  viewer text := coalesce(current_setting('policylab.viewer', true), '');
  found text := coalesce(current_setting('policylab.reach', true), '');
BEGIN
  IF found = '' OR split_part(found, ' ', 1) <> viewer THEN
    found := viewer || ' ' || policylab_find_reach();
    PERFORM set_config('policylab.reach', found, true);
  END IF;
  RETURN split_part(found, ' ', CASE what WHEN 'labs' THEN 2 WHEN 'dialogues' THEN 3 ELSE 4 END);
END
$$
"""
"""The labs, dialogues or delegations that the viewer reaches, for the scopes of kit.sources: every
statement asks for them twice or more, so they are looked up once for a transaction and its viewer,
and kept in a setting that ends with it. A unit of work may have looked them up already for what is
read of its outcome (`UnitOfWork.reach`)."""

ONE_VOTE = """
ALTER TABLE delegate ADD CONSTRAINT delegate_one_vote_a_person_sql
EXCLUDE USING gist (dialogue_id WITH =, person_id WITH =, tstzrange(since, until) WITH &&)
WHERE (voting)
"""
"""Invariant 5: a person holds one voting seat in a dialogue at a time."""

ONE_SEAT = """
ALTER TABLE delegate ADD CONSTRAINT delegate_once_in_a_delegation_sql
EXCLUDE USING gist (delegation_id WITH =, person_id WITH =, tstzrange(since, until) WITH &&)
"""

MODERATORS = """
CREATE FUNCTION policylab_keep_moderators_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  -- One at a time for each dialogue, so that neither overlooks the other.
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.dialogue_id::text, 6));
  IF EXISTS (
    SELECT FROM delegate s JOIN dialogue_grant g USING (dialogue_id, person_id)
     WHERE s.dialogue_id = NEW.dialogue_id AND s.person_id = NEW.person_id
       AND g.role = 'MODERATOR'
       AND tstzrange(s.since, s.until) && tstzrange(g.since, g.until)
  ) THEN
    RAISE EXCEPTION 'a moderator holds no seat in the dialogue'
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'moderators_hold_no_seat';
  END IF;
  RETURN NULL;
END
$$
"""
"""Invariant 6: whoever moderates a dialogue holds no delegation in it."""

MODERATOR_TRIGGERS = [
    f"CREATE TRIGGER {table}_keeps_moderators_apart AFTER INSERT OR UPDATE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_moderators_apart()"
    for table in ("delegate", "dialogue_grant")
]

MANDATE_STANDS = """
CREATE FUNCTION policylab_keep_mandate_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF to_jsonb(NEW) - ARRAY['revoked_at', 'revoked_by', 'created_by']
     IS DISTINCT FROM to_jsonb(OLD) - ARRAY['revoked_at', 'revoked_by', 'created_by']
     OR NEW.created_by IS DISTINCT FROM OLD.created_by AND NEW.created_by IS NOT NULL
     OR OLD.revoked_at IS NOT NULL AND (
       NEW.revoked_at IS DISTINCT FROM OLD.revoked_at
       OR NEW.revoked_by IS DISTINCT FROM OLD.revoked_by AND NEW.revoked_by IS NOT NULL) THEN
    RAISE EXCEPTION 'a mandate is revoked, never edited'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'mandates_stand';
  END IF;
  RETURN NEW;
END
$$
"""
"""Invariant 3 rests on mandates: what was filed can only be revoked. Who filed or revoked it may be
forgotten (erasure)."""

MANDATE_TRIGGER = (
    "CREATE TRIGGER mandate_keeps_its_words BEFORE UPDATE ON mandate "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_mandate_words()"
)

MANDATE_CARRIES = """
CREATE FUNCTION policylab_mandate_carries(mandate uuid, delegation uuid, day date)
RETURNS boolean LANGUAGE sql STABLE SET search_path = public AS $$
  SELECT EXISTS (
    SELECT FROM mandate m JOIN delegation d ON d.id = m.delegation_id
     WHERE m.id = $1 AND m.delegation_id = $2 AND m.level = d.level
       AND NOT m.ad_referendum AND m.revoked_at IS NULL
       AND $3 >= m.valid_from AND (m.valid_to IS NULL OR $3 <= m.valid_to))
$$
"""
"""For the guard of formal positions: whether a mandate stands behind a delegation on a day."""

TEMPLATE_STANDS = """
CREATE FUNCTION policylab_keep_template() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  IF (NEW.lab_id, NEW.template_id, NEW.template_version, NEW.template_body, NEW.template_digest,
      NEW.settings) IS DISTINCT FROM
     (OLD.lab_id, OLD.template_id, OLD.template_version, OLD.template_body, OLD.template_digest,
      OLD.settings) THEN
    RAISE EXCEPTION 'a dialogue keeps the template and the settings it began with'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'templates_stand';
  END IF;
  RETURN NEW;
END
$$
"""

TEMPLATE_TRIGGER = (
    "CREATE TRIGGER dialogue_keeps_its_template BEFORE UPDATE ON dialogue "
    "FOR EACH ROW EXECUTE FUNCTION policylab_keep_template()"
)

STATEMENTS = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    PARTICIPATION,
    ACCESS,
    PLACES,
    FIND_REACH,
    REACH,
    "GRANT SELECT ON policylab_participation, policylab_access, policylab_place "
    "TO policylab_service",
    ONE_VOTE,
    ONE_SEAT,
    MODERATORS,
    *MODERATOR_TRIGGERS,
    MANDATE_STANDS,
    MANDATE_TRIGGER,
    MANDATE_CARRIES,
    TEMPLATE_STANDS,
    TEMPLATE_TRIGGER,
]
"""For the first migration: after every room's tables, before the policies of row-level security."""
