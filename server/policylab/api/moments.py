"""Moments that are still to come: when time alone changes what somebody sees.

Each column that may hold one is named here, and a test fails for a column that is named nowhere.
Days (dates) need no naming: they change at midnight, which always counts.
"""

from collections.abc import Mapping, Sequence

MOMENTS: Mapping[str, tuple[str, ...]] = {
    "ballot_pause": ("since", "until"),
    "ballot_term": ("opens_at", "closes_at"),
    "delegate": ("since", "until"),
    "delegation": ("since", "until"),
    "dialogue_grant": ("since", "until"),
    "lab_grant": ("since", "until"),
    "meeting": ("starts_at", "ends_at"),
    "convocation": ("silence_deadline",),
    "procedure": ("opens_at", "closes_at"),
    "referral": ("until",),
    "legal_hold": ("since", "until"),
    "invitation": ("expires_at",),
    "notice": ("due_at",),
    "access_token": ("expires_at",),
    "web_session": ("expires_at",),
}

STAMPS = frozenset(
    {
        "created_at",
        "settled_at",
        "answered_at",
        "at",
        "edited_at",
        "sent_at",
        "sealed_at",
        "closed_at",
        "updated_at",
        "cleared_at",
        "released_at",
        "superseded_at",
        "confirmed_at",
        "revoked_at",
        "last_used_at",
        "last_seen_at",
        "signed_in_at",
        "ended_at",
        "started_at",
        "accepted_at",
        "opened_at",
        "written_at",
        "approved_at",
        "read_at",
        "done_at",
        "entered_at",
        "left_at",
        "frozen_at",
        "resolved_at",
        "suspended_at",
        "erased_at",
        "used_at",
        "next_at",
    }
)
"""Names of columns that say when something happened. Nothing new happens at a past moment."""

_IN_DIALOGUE = "t.dialogue_id IN (SELECT m.dialogue_id FROM mine m)"
_IN_LAB = "t.lab_id IN (SELECT m.lab_id FROM mine m)"
_OWN = "t.person_id = $1"
_OWN_SEATS = "SELECT s.delegation_id FROM delegate s WHERE s.person_id = $1"
_WHOSE = {
    "delegate": f"({_IN_DIALOGUE} OR {_OWN})",
    "delegation": f"({_IN_DIALOGUE} OR t.id IN ({_OWN_SEATS}))",
    "dialogue_grant": f"({_IN_DIALOGUE} OR {_OWN})",
    "lab_grant": f"({_IN_LAB} OR {_OWN})",
    "legal_hold": _IN_LAB,
    "notice": _OWN,
    "access_token": _OWN,
    "web_session": _OWN,
}


def _ahead(table: str, columns: Sequence[str]) -> str:
    first = ", ".join(f"min(t.{name}) FILTER (WHERE t.{name} > $2)" for name in columns)
    where = _WHOSE.get(table, _IN_DIALOGUE)
    return f"SELECT least({first}) FROM {table} t WHERE {where}"  # noqa: S608 our own names


_TERM_ENDS = f"""
SELECT min(e.at) FROM (
  SELECT t.closes_at + sum(p.until - p.since) AS at
    FROM ballot_term t JOIN ballot_pause p USING (procedure_id)
   WHERE {_IN_DIALOGUE} GROUP BY t.id, t.closes_at) e WHERE e.at > $2
"""  # noqa: S608
"""A deadline moves by as much as its procedure rested."""

_FACTS = f"""
SELECT min((t.detail ->> 'closes_at')::timestamptz) FROM dialogue_fact t
 WHERE t.detail ? 'closes_at' AND (t.detail ->> 'closes_at')::timestamptz > $2 AND {_IN_DIALOGUE}
"""  # noqa: S608

_WHOLE_DAYS = "{0} + (floor(extract(epoch FROM $2 - {0}) / 86400) + 1) * interval '24 hours'"
_SPANS = f"""
SELECT min(s.at) FROM (
  SELECT {_WHOLE_DAYS.format("t.entered_at")} AS at FROM phase_run t
   WHERE t.left_at IS NULL AND {_IN_DIALOGUE}
  UNION ALL
  SELECT {_WHOLE_DAYS.format("t.at")} FROM dialogue_fact t
   WHERE t.kind IN ('NOTICE_SENT', 'PROCEDURE_CLOSED') AND {_IN_DIALOGUE}) s
"""  # noqa: S608
"""Terms counted in whole days from what happened: however many days, they end at that time of
a day."""

_TABLES = [_ahead(table, columns) for table, columns in MOMENTS.items()]
NEXT_MOMENT = f"""
WITH mine AS MATERIALIZED (
  SELECT a.lab_id, a.dialogue_id FROM policylab_access a WHERE a.person_id = $1)
SELECT min(each.at) FROM (
{" UNION ALL ".join(f"({part})" for part in [*_TABLES, _TERM_ENDS, _FACTS, _SPANS])}
) AS each(at)
"""  # noqa: S608
"""The first moment after $2 at which time alone may change what the person $1 sees, of what she
may see herself: a tag tells her nothing new."""
