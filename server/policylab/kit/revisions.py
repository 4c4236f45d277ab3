"""Which revision each row belongs to: the database itself notes what a transaction touches.

Whatever changes a row notes whose it is: its lab's, its person's where nobody else sees it, else
the whole house's. The unit of work bumps what was noted, last of all. No verb has to remember it,
and none can forget it.
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
    "lab": "{row}.lab_id",
    "lab_itself": "{row}.id",
    "dialogue": "(SELECT g.lab_id FROM dialogue g WHERE g.id = {row}.dialogue_id)",
    "person": "policylab_own_revision({row}.person_id)",
    "house": f"'{HOUSE}'::uuid",
}
_NOTED = f"coalesce(current_setting('{TOUCHED}', true), '')"


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


def _key(kind: str, row: str) -> str:
    return f"coalesce({_KEYS[kind].format(row=row)}, '{HOUSE}'::uuid)::text"


def _function(kind: str) -> str:
    return f"""
CREATE FUNCTION policylab_touch_{kind}() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
  changed CONSTANT record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  key CONSTANT text := {_key(kind, "changed")};
BEGIN
  IF strpos({_NOTED}, key) = 0 THEN
    PERFORM set_config('{TOUCHED}', concat_ws(',', nullif({_NOTED}, ''), key), true);
  END IF;
  RETURN changed;
END
$$
"""


def _triggers(name: str, source: Source) -> list[str]:
    """Before each row: where the key is in the row itself, it is asked for without any call whether
    it alone has been noted already, as it mostly has. The shorter that question, the better: it is
    read and made ready anew with each statement."""
    kind = whose(source)
    events = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
    return [
        f"CREATE TRIGGER {name}_touches_on_{event} BEFORE {event.upper()} ON {name} FOR EACH ROW "
        + (
            f"WHEN ((current_setting('{TOUCHED}', true) = {_KEYS[kind].format(row=row)}::text)"
            " IS NOT TRUE) "
            if "SELECT" not in _KEYS[kind]
            else ""
        )
        + f"EXECUTE FUNCTION policylab_touch_{kind}()"
        for event, row in events.items()
        if event == "insert" or not source.append_only
    ]


def revisions(role: str) -> list[str]:
    """For a migration, after the tables of every room: functions, triggers, and the counters."""
    statements = [OWN_REVISION, *(_function(kind) for kind in _KEYS)]
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
