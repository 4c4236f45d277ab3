"""A position that is taken as most are, in one statement and one round trip.

The rules judge the facts that the statement finds: where its viewer stands, whether the clause is
free to speak of, the mandate of her delegation. What they found in order is remembered for her and
the text, and the statement writes only while it finds the very same facts, which it holds as the
verb does. So no rule is written twice; and what is written is taken down once from the verb's own
parts, so neither is that. Whatever is not plain, and whatever is refused, is left to the verb.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from policylab.kit.change import Claim, Statement, UnitOfWork
from policylab.kit.db import Database
from policylab.kit.errors import Refused
from policylab.kit.events import Announcement
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import Viewer
from policylab.kit.written import Known, written
from policylab.labs import MANDATES_HELD, WAY, Action, Here, carrying, here_told
from policylab.positions.judging import VOICE, judge_voice
from policylab.positions.rules import (
    BallotState,
    Collecting,
    Stance,
    Subject,
    Words,
    check_head,
    check_words,
)
from policylab.positions.service import taking
from policylab.positions.subjects import FROZEN_AND_HERE, Cited

REMEMBERED: Final = 4_000

_in_order: OrderedDict[tuple[UUID, UUID], tuple[bytes, UUID]] = OrderedDict()
"""By person and text the facts that the rules found in order last, as a hash of them, and the
mandate that carries what is said then."""
_NOTHING: Final = (None, None)


async def take_in_one(
    database: Database,
    viewer: Viewer,
    claim: Claim | None,
    *,
    position_id: UUID,
    kept: str,
    subject: Subject,
    stance: Stance,
    words: Words,
    ad_referendum: bool,
) -> bool:
    """Whether the position was taken; where it was not, nothing has changed, and the verb says why
    or takes it. `kept`: what a retry with the same claim shall be answered, as JSON."""
    said = words.tidy()
    if viewer.person_id is None or ad_referendum or not _plain(subject, stance, said):
        return False
    place = viewer.person_id, subject.set_id
    given = [
        subject.set_id,
        subject.section_id,
        viewer.person_id,
        subject.key,
        position_id,
        to_global("Position", position_id),
        uuid7(),
        stance,
        said.statement,
        orjson.dumps(said.reservations).decode(),
    ]
    claimed = [claim.key, claim.operation, claim.input_hash, kept] if claim else []
    call = _CLAIMING_CALL if claim else _PLAIN_CALL
    try:
        in_order = _in_order.get(place, _NOTHING)
        found = await database.in_one(call, *given, *in_order, *claimed)
        if found and found[0]["sequence"] is None and _judge(viewer, place, found[0]):
            found = await database.in_one(call, *given, *_in_order[place], *claimed)
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DeadlockDetectedError):
        return False  # somebody else's came between
    if not found or found[0]["sequence"] is None:
        return False
    told = [Announcement(*(row[name] for name in _TOLD)) for row in found]
    database.bus.send(told)
    return True


def _plain(subject: Subject, stance: Stance, said: Words) -> bool:
    if subject.section_id is None or subject.amendment_id is not None or said.conditions:
        return False
    try:
        check_words(stance, said, consent=not Collecting().asks_for_reasons)
    except Refused:
        return False
    return True


def _judge(viewer: Viewer, place: tuple[UUID, UUID], row: Any) -> bool:
    """Whether the rules let her take a position, as the facts are; if so they are remembered."""
    facts, found = row["facts"], row["found"]
    if _in_order.get(place, _NOTHING)[0] == facts:  # that did not keep it from being written
        return False
    here = here_told(viewer, UUID(found["dialogue_id"]), found["ways"], actions=VOICE)
    if here is None:
        return False
    try:
        judge_voice(here)
        check_head(here.head)
    except Refused:
        return False
    today, document_id = date.fromisoformat(found["today"]), UUID(found["document_id"])
    mandate_id = carrying(map(_mandate, found["mandates"]), on=today, subject=document_id)
    if mandate_id is None:
        return False
    _in_order[place] = facts, mandate_id
    _in_order.move_to_end(place)
    if len(_in_order) > REMEMBERED:
        _in_order.popitem(last=False)
    return True


def _mandate(told: dict[str, Any]) -> dict[str, Any]:
    """One of `MANDATES_HELD`, out of JSON."""
    days = {name: told[name] and date.fromisoformat(told[name]) for name in _DAYS}
    return told | days | {"mandate_id": UUID(told["mandate_id"])}


_DAYS = ("valid_from", "valid_to")
_TOLD = ("sequence", "kind", "lab_id", "dialogue_id", "payload")
_NOW_AS_TEXT = """
replace(to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00', '.000000', '')
"""
"""As Python writes a moment, and with it the chain of audit events (`kit.chain`)."""
_TODAY = "(now() AT TIME ZONE 'UTC')::date"
_FACTS = f"""
stands AS MATERIALIZED ({FROZEN_AND_HERE}),
one AS MATERIALIZED (
  SELECT s.* FROM stands s
   WHERE s.delegation_id IS NOT NULL AND NOT s.changed AND s.has_section
     AND s.level ~ '^[A-Za-z0-9_-]+$' AND (SELECT count(delegation_id) FROM stands) = 1
),
turn AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(hashtextextended(delegation_id || ' ' || $4::uuid, 4)) AS taken
    FROM one
),
shared AS MATERIALIZED (
  SELECT state FROM ballot
   WHERE subject_id = $4::uuid AND EXISTS (SELECT FROM turn WHERE taken) FOR SHARE
),
free AS MATERIALIZED (
  SELECT one.*, shared.state IS NULL AS first FROM one JOIN turn ON taken LEFT JOIN shared ON true
   WHERE coalesce(shared.state, '{BallotState.FREE}') = '{BallotState.FREE}'
),
mandates AS MATERIALIZED (
  {MANDATES_HELD.format(delegation="(SELECT delegation_id FROM free)")}
),
facts AS MATERIALIZED (
  SELECT free.*, {_TODAY} AS today, sha256(convert_to(concat_ws(' ', {_TODAY}, document_id,
           (SELECT string_agg(ROW({", ".join(WAY)})::text, ' ' ORDER BY delegation_id, role)
              FROM stands),
           (SELECT string_agg(m::text, ' ' ORDER BY mandate_id DESC) FROM mandates m)
         ), 'UTF8')) AS facts
    FROM free
),
"""  # noqa: S608 our own words
"""What the rules look at, held; no row where it is not plain. `facts` is the hash of it all."""
_GO = """
go AS MATERIALIZED (SELECT * FROM facts WHERE facts.facts = $11::bytea),
"""
_GO_IF_FIRST = """
claimed AS (
  INSERT INTO mutation_answer (person_id, key, operation, input_hash, answer)
  SELECT $3::uuid, $13::text, $14::text, $15::bytea, $16::text::jsonb
    FROM facts WHERE facts.facts = $11::bytea
  ON CONFLICT DO NOTHING RETURNING key
),
go AS MATERIALIZED (SELECT facts.* FROM facts JOIN claimed ON true),
"""
_MADE = f"""
made AS (
  INSERT INTO ballot (id, lab_id, dialogue_id, subject_id, state)
  SELECT uuidv7(), lab_id, dialogue_id, $4::uuid, '{BallotState.FREE}' FROM go WHERE first
)
"""  # noqa: S608 our own words
"""Who opens a procedure at the same moment makes the same row: one of the two fails."""
NAME: Final = "policylab_take_position"
GIVEN: Final = ("uuid",) * 5 + ("text", "uuid") + ("text",) * 3 + ("bytea", "uuid")
CLAIM: Final = ("text", "text", "bytea", "text")
"""What the function is given: what is said; the facts in order, and the mandate; and of a claim
what is kept."""
ANSWER: Final = (
    "reach text, facts bytea, sequence bigint, kind text, lab_id uuid, dialogue_id uuid,"
    " payload jsonb, found jsonb"
)


def _call(count: int) -> str:
    return f"SELECT * FROM {NAME}({', '.join(f'${n + 1}' for n in range(count))})"  # noqa: S608 our own words


_PLAIN_CALL, _CLAIMING_CALL = _call(len(GIVEN)), _call(len(GIVEN + CLAIM))
_GIVEN = re.compile(r"@(?=\d)")
"""What is given, in parts of a statement whose own values are still to be written in."""
_ANSWER = f"""
SELECT facts.reach, facts.facts, told.sequence, told.kind, told.lab_id, told.dialogue_id,
       told.payload, CASE WHEN told.sequence IS NULL THEN jsonb_build_object(
         'dialogue_id', facts.dialogue_id, 'document_id', document_id, 'today', today,
         'ways', (SELECT jsonb_agg(jsonb_build_array({", ".join(WAY)})) FROM stands),
         'mandates', (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY mandate_id DESC), '[]')
                        FROM mandates m)) END AS found
  FROM facts LEFT JOIN told ON true ORDER BY told.sequence
"""  # noqa: S608 our own words


class _Judged(Here):
    """Somebody whom the rules have judged; where she stands the database knows."""

    @property
    def lab_id(self) -> UUID:
        """Stands for the lab."""
        return UUID(int=1)

    @property
    def dialogue_id(self) -> UUID:
        """Stands for the dialogue."""
        return UUID(int=2)

    def why_not(self, action: Action) -> None:
        """Nothing."""


def change(*, claimed: bool) -> str:
    """The statement: what the verb writes, taken down with values that stand for those which the
    database knows and for what is given; the facts before it."""
    seat, capacity, document, mandate, text, clause, person = (UUID(int=n) for n in range(3, 10))
    moment = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
    here = _Judged(
        roles=frozenset(),
        delegation_id=seat,
        level="level-of-the-seat",
        head=True,
        voting=True,
        acting_as=capacity,
    )
    where = Cited(dialogue_id=here.dialogue_id, document_id=document, set_id=text)
    subject = Subject(set_id=text, section_id=clause)
    words = Words(statement="what-is-said", reservations=["what-is-reserved"])
    uow = UnitOfWork.imagined(Viewer(person_id=person), moment)
    position, parts = taking(
        uow,
        here,
        where,
        subject,
        Collecting(),
        Stance.ABSTAIN,
        words,
        mandate_id=mandate,
        beside="go",
    )
    known = {
        here.lab_id: "go.lab_id",
        here.dialogue_id: "go.dialogue_id",
        seat: "go.delegation_id",
        here.level: "go.level",
        capacity: "go.capacity_id",
        document: "go.document_id",
        mandate: "@12::uuid",
        text: "@1::uuid",
        clause: "@2::uuid",
        person: "@3::uuid",
        subject.key: "@4::uuid",
        position.id: "@5::uuid",
        to_global("Position", position.id): "@6::text",
        parts["fact"].values[0]: "@7::uuid",
        Stance.ABSTAIN: "@8::text",
        words.statement: "@9::text",
        orjson.dumps(words.reservations).decode(): "@10::text::jsonb",
    }
    stand_ins = {str(value): Known(sql, sql) for value, sql in known.items()}
    stand_ins[str(moment)] = Known("now()", _NOW_AS_TEXT)
    first = _FACTS + (_GO_IF_FIRST if claimed else _GO) + _MADE
    parts["said"] = Statement(written(parts["said"], stand_ins), ())  # reads from `go` itself
    whole = written(uow.ending(parts, answer=_ANSWER), stand_ins, source="go")
    return f"WITH {first}, {_GIVEN.sub(r'$', whole.removeprefix('WITH '))}"
