"""Which revision each row belongs to: the database itself notes what a transaction touches.

Each statement that changes a row notes whose it is: its lab's, its person's where nobody else sees
it, else the whole house's. The unit of work bumps what was noted, last of all. No verb has to
remember it, and none can forget it.
"""

from policylab.kit.ledger import HOUSE
from policylab.kit.sources import VIEWER, Source

TOUCHED = "policylab.touched"
"""The setting that holds, for one transaction, the keys of the revisions to bump."""

UNREVISED = {
    "lab_ledger": "the revisions themselves",
    "audit_event": "nobody's screen shows it",
    "outbox": "announcements, read by the bus alone",
    "mutation_answer": "read by retries alone",
    "notice_look": "when the notices of a dialogue were last gone through",
    "sign_in_code": "read when somebody signs in",
    "sign_in_failure": "read when somebody signs in",
    "spent_sign_in": "read when somebody signs in",
    "draft_head": "a keystroke bumps no revision; its projection does",
    "draft_update": "a keystroke",
    "draft_snapshot": "a keystroke",
    "draft_client": "a keystroke",
    "draft_carried": "a keystroke",
    "draft_spell": "a keystroke",
}
"""Tables that belong to no revision, and why. What is read from them gets no tag."""

_KEYS = {
    "lab": "lab_id",
    "dialogue": "(SELECT g.lab_id FROM dialogue g WHERE g.id = changed.dialogue_id)",
    "person": "policylab_own_revision(person_id)",
    "house": f"'{HOUSE}'::uuid",
}


OWN_REVISION = """
CREATE FUNCTION policylab_own_revision(person uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5('revision of ' || person)::uuid $$
"""
"""The key of what only a person herself sees. It stays when she is erased, and names nobody."""


def whose(source: Source) -> str:
    """The kind of key under which the rows of a source are revised."""
    if f"{{t}}.person_id = {VIEWER}" in source.scope.sql:
        return "person"
    if source.name == "lab":
        return "lab_itself"
    if "lab_id" in source.columns:
        return "lab"
    return "dialogue" if "dialogue_id" in source.columns else "house"


def _function(kind: str, key: str) -> str:
    return f"""
CREATE FUNCTION policylab_touch_{kind}() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  known text := coalesce(current_setting('{TOUCHED}', true), '');
  found uuid;
BEGIN
  FOR found IN SELECT DISTINCT coalesce({key}, '{HOUSE}'::uuid) FROM changed LOOP
    IF position(found::text IN known) = 0 THEN
      known := known || found || ',';
      PERFORM set_config('{TOUCHED}', known, true);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$
"""  # noqa: S608 our own names


def _triggers(name: str, source: Source) -> list[str]:
    events = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
    return [
        f"CREATE TRIGGER {name}_touches_on_{event} AFTER {event.upper()} ON {name} "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
        f"EXECUTE FUNCTION policylab_touch_{whose(source)}()"
        for event, rows in events.items()
        if event == "insert" or not source.append_only
    ]


def revisions(role: str) -> list[str]:
    """For a migration, after the tables of every room: functions, triggers, and the counters."""
    kinds = _KEYS | {"lab_itself": "id"}
    statements = [OWN_REVISION, *(_function(kind, key) for kind, key in kinds.items())]
    for name, source in sorted(Source.registry.items()):
        if name not in UNREVISED:
            statements += _triggers(name, source)
    # A view has the rights of its owner: counters tell nothing, and are read without a transaction.
    statements += [
        "CREATE VIEW policylab_revision AS "
        "SELECT lab_id AS key, revision, bumped_by FROM lab_ledger",
        f"GRANT SELECT ON policylab_revision TO {role}",
    ]
    return statements
