"""What a decision record says (domain.md 6.4), gathered from where it is kept.

People appear as function, organisation and an opaque capacity id, never by name, so that erasing
a person needs to touch no sealed record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab import identity, labs, positions, strategies
from policylab.decisions.conduct import consents
from policylab.decisions.forms import rule_from_json
from policylab.decisions.log_rules import instant
from policylab.decisions.reading import (
    closings_of,
    counts,
    names_of,
    procedures_by_id,
    publications_of,
    referrals_of,
    seats_of,
)
from policylab.decisions.rules import Seat
from policylab.decisions.tables import (
    Closing,
    DecisionRecord,
    DissentingStatement,
    Procedure,
    PublicationState,
)
from policylab.decisions.words import explain_rule
from policylab.documents.sources import DOCUMENT, LANGUAGE_VERSION, VERSION_SECTION, VERSION_SET
from policylab.kit.canonical import normalised
from policylab.kit.reading import fetch_of
from policylab.labs import FactKind
from policylab.labs.sources import CONVOCATION, DIALOGUE
from policylab.positions import Stance, Stand

FORMAT = "policylab-decision-record/1"
RETENTION = "DECISION_RECORD"
Json = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """Who is behind the ids in a record: functions and organisations, no names of people."""

    capacities: Mapping[UUID, Any]
    delegations: Mapping[UUID, Any]
    organisations: Mapping[UUID, Any]

    def capacity(self, key: UUID | None) -> Json | None:
        """Who acted, as a function of a body."""
        found = self.capacities.get(key) if key else None
        if found is None:
            return None
        return {
            "capacity": str(found.id),
            "function": found.functions,
            "organisation": self._names(found.organisation_id),
        }

    def delegation(self, key: UUID) -> Json:
        """A delegation by its id, its body and its level."""
        found = self.delegations[key]
        return {
            "delegation": str(key),
            "organisation": self._names(found.organisation_id),
            "level": found.level,
        }

    def _names(self, key: UUID | None) -> Mapping[str, str] | None:
        found = self.organisations.get(key) if key else None
        return found.names if found else None


async def who_is(
    session: AsyncSession, *, capacities: Iterable[UUID | None], delegations: Iterable[UUID]
) -> Shown:
    """Functions and organisations behind these ids."""
    acting = await labs.capacities_by_id(session, {key for key in capacities if key})
    seats = await labs.delegations_by_id(session, set(delegations))
    bodies = {row.organisation_id for row in (*acting.values(), *seats.values())}
    wanted = {key for key in bodies if key}
    return Shown(acting, seats, await identity.organisations_by_id(session, wanted))


async def positions_as_json(
    session: AsyncSession, stands: Sequence[Stand], seats: Sequence[Seat]
) -> list[Json]:
    """The positions on a subject as they stand: those that count, and those shown beside them."""
    shown = await who_is(
        session,
        capacities=[stand.position.capacity_id for stand in stands],
        delegations=[stand.position.delegation_id for stand in stands],
    )
    return [_position(stand, shown, counted=counts(stand, seats)) for stand in stands]


def _position(stand: Stand, shown: Shown, *, counted: bool) -> Json:
    row = stand.position
    mandate = row.confirmed_mandate_id or row.mandate_id
    return {
        "position": str(row.id),
        **shown.delegation(row.delegation_id),
        "by": shown.capacity(row.capacity_id),
        "stance": row.stance.value,
        "statement": row.statement,
        "reasoned": stand.reasoned,
        "reservations": list(row.reservations),
        "conditions": [
            {"text": each.text, "met": each.met, "confirmed": each.confirmed}
            for each in stand.conditions
        ],
        "conditionsMet": stand.conditions_met,
        "adReferendum": row.ad_referendum,
        "confirmedAt": _at(row.confirmed_at),
        "mandate": str(mandate) if mandate else None,
        "releasedAt": _at(row.released_at),
        "counted": counted,
    }


@dataclass(frozen=True)
class _Gathered:
    """The rows that a record speaks of."""

    record: DecisionRecord
    procedure: Procedure
    closing: Closing
    dialogue: Any
    statements: Sequence[DissentingStatement]
    referrals: Sequence[Any]
    seated: Sequence[Any]
    """The delegations that were entitled, and those that sit there now."""
    entitled: Sequence[Seat]
    shown: Shown


async def record_content(
    session: AsyncSession, record: DecisionRecord, *, reasons: str = "", follow_up: str = ""
) -> Json:
    """What the record says at this moment, in NFC; sealing adds when and by whom."""
    found = await _gather(session, record)
    rule = rule_from_json(found.procedure.rule)
    names = (await names_of(session, [record.lab_id]))[record.lab_id]
    lab = (await labs.labs_by_id(session, [record.lab_id]))[record.lab_id]
    verdict = found.closing.verdict
    value: Json = {
        "format": FORMAT,
        "id": str(record.id),
        "identifier": record.identifier,
        "illustrative": found.dialogue.illustrative,
        "lab": {"id": str(lab.id), "names": lab.names},
        "dialogue": _dialogue(found.dialogue),
        **await _occasion(session, record.dialogue_id),
        "subject": await _subject(session, found.procedure),
        "languages": await _languages(session, record.document_id),
        "proposer": found.shown.capacity(found.procedure.proposer_capacity_id),
        "procedure": await _procedure(session, found),
        "levels": [{"code": code, "names": named} for code, named in names.items()],
        "rule": found.procedure.rule,
        "ruleSentence": explain_rule(rule, names).as_map(),
        "entitled": [
            {"delegation": seat.delegation, "level": seat.level, "weight": seat.weight}
            for seat in found.entitled
        ],
        "attendance": await _attendance(session, found),
        "positions": found.closing.positions,
        "outcome": {"verdict": verdict, "sentence": found.closing.sentences},
        "reasons": reasons,
        "reservations": _reservations(found.closing.positions, consent=consents(rule)),
        "dissentingStatements": [_statement(row, found.shown) for row in found.statements],
        "followUp": follow_up,
        "recommendations": await _recommendations(session, found.procedure),
        "publication": await _publication(session, record.id),
        "retention": {"class": RETENTION},
    }
    return normalised(value)


async def _gather(session: AsyncSession, record: DecisionRecord) -> _Gathered:
    key = record.procedure_id
    procedure = (await procedures_by_id(session, [key]))[key]
    closing = (await closings_of(session, [key]))[key]
    referrals = (await referrals_of(session, [key]))[key]
    entitled = (await seats_of(session, [key]))[key]
    dialogue: Any = await session.get(DIALOGUE.table, record.dialogue_id)
    rows = await session.exec(
        select(DissentingStatement)
        .where(col(DissentingStatement.record_id) == record.id)
        .order_by(col(DissentingStatement.created_at), col(DissentingStatement.id))
    )
    statements = list(rows)
    seated = {row.id for row in await labs.delegations_in(session, record.dialogue_id)}
    seated |= {UUID(seat.delegation) for seat in entitled}
    shown = await who_is(
        session,
        capacities=[
            procedure.capacity_id,
            procedure.proposer_capacity_id,
            closing.capacity_id,
            *(row.capacity_id for row in (*statements, *referrals)),
        ],
        delegations={*seated, *(row.delegation_id for row in (*statements, *referrals))},
    )
    there = sorted(
        (shown.delegations[each] for each in seated), key=lambda row: (row.level, str(row.id))
    )
    return _Gathered(
        record, procedure, closing, dialogue, statements, referrals, there, entitled, shown
    )


def _dialogue(dialogue: Any) -> Json:
    return {
        "id": str(dialogue.id),
        "questions": dialogue.questions,
        "template": {
            "id": dialogue.template_id,
            "version": dialogue.template_version,
            "digest": dialogue.template_digest,
        },
        "days": dict(dialogue.settings),
    }


async def _occasion(session: AsyncSession, dialogue_id: UUID) -> Json:
    """The latest notice of meeting, and the meeting that was held, where there were any."""
    notice: Any = CONVOCATION.table
    sent = await session.exec(
        select(notice)
        .where(notice.dialogue_id == dialogue_id)
        .order_by(notice.sent_at.desc(), notice.id.desc())
        .limit(1)
    )
    latest: Any = sent.first()
    facts = (await labs.facts_of(session, [dialogue_id]))[dialogue_id]
    held = [fact for fact in facts if fact.kind is FactKind.MEETING_HELD]
    return {
        "notice": latest
        and {
            "sentAt": _at(latest.sent_at),
            "meetingOn": _day(latest.meeting_on),
            "place": latest.place,
            "agenda": latest.agenda,
            "silenceUntil": _at(latest.silence_deadline),
        },
        "meeting": {
            "meeting": held[-1].detail.get("meeting_id"),
            "recordedAt": _at(held[-1].at),
            "levels": held[-1].detail.get("levels", []),
        }
        if held
        else None,
    }


async def _subject(session: AsyncSession, procedure: Procedure) -> Json:
    document: Any = await session.get(DOCUMENT.table, procedure.document_id)
    frozen: Any = await session.get(VERSION_SET.table, procedure.set_id)
    return {
        "document": {
            "id": str(document.id),
            "kind": document.kind.value,
            "identifier": document.identifier,
            "titles": document.titles,
        },
        "clause": await _clause(session, procedure),
        "amendment": str(procedure.amendment_id) if procedure.amendment_id else None,
        "text": {
            "set": str(frozen.id),
            "number": frozen.number,
            "hash": frozen.hash.hex(),
            "frozenAt": _at(frozen.frozen_at),
        },
    }


async def _clause(session: AsyncSession, procedure: Procedure) -> Json | None:
    if procedure.section_id is None:
        return None
    section: Any = VERSION_SECTION.table
    rows = await session.exec(
        select(section)
        .where(section.version_set_id == procedure.set_id)
        .where(section.section_id == procedure.section_id)
        .order_by(section.language)
    )
    found: list[Any] = list(rows)
    return {
        "section": str(procedure.section_id),
        "number": found[0].number if found else None,
        "hashes": {row.language: row.hash.hex() for row in found},
    }


async def _languages(session: AsyncSession, document_id: UUID) -> list[Json]:
    version: Any = LANGUAGE_VERSION.table
    rows = await session.exec(
        select(version).where(version.document_id == document_id).order_by(version.language)
    )
    found: list[Any] = list(rows)
    return [{"language": row.language, "authentic": row.authentic} for row in found]


async def _procedure(session: AsyncSession, found: _Gathered) -> Json:
    procedure, closing, shown = found.procedure, found.closing, found.shown
    term = (await positions.terms_of(session, [procedure.id]))[procedure.id]
    return {
        "id": str(procedure.id),
        "openedAt": _at(procedure.opens_at),
        "openedBy": shown.capacity(procedure.capacity_id),
        "deadline": _at(procedure.closes_at),
        "deadlineWithReferrals": _at(term.ends_at),
        "closedAt": _at(closing.at),
        "closedBy": shown.capacity(closing.capacity_id),
        "referrals": [
            {
                **shown.delegation(row.delegation_id),
                "at": _at(row.at),
                "until": _at(row.until),
                "reasons": row.reasons,
            }
            for row in found.referrals
        ],
    }


async def _attendance(session: AsyncSession, found: _Gathered) -> list[Json]:
    """Every delegation: whether it was entitled and spoke, and the mandates it has filed."""
    mandates = await labs.mandates_of(session, [row.id for row in found.seated])
    entitled = {seat.delegation for seat in found.entitled}
    spoke = {item["delegation"] for item in found.closing.positions}
    return [
        {
            **found.shown.delegation(row.id),
            "entitled": str(row.id) in entitled,
            "spoke": str(row.id) in spoke,
            "mandates": [_mandate(mandate) for mandate in mandates.get(row.id, [])],
        }
        for row in found.seated
    ]


def _mandate(mandate: Any) -> Json:
    return {
        "mandate": str(mandate.id),
        "issuingBody": mandate.issuing_body,
        "issuedOn": _day(mandate.issued_on),
        "scope": mandate.scope,
        "validFrom": _day(mandate.valid_from),
        "validTo": _day(mandate.valid_to),
        "adReferendum": mandate.ad_referendum,
        "revokedAt": _at(mandate.revoked_at),
    }


def _reservations(items: Iterable[Json], *, consent: bool) -> list[Json]:
    """Reservations as they are printed; under consent an objection without reasons is one."""
    return [
        {
            "delegation": item["delegation"],
            "organisation": item["organisation"],
            "points": item["reservations"],
            "objection": item["stance"] == Stance.OBJECT,
        }
        for item in items
        if item["reservations"]
        or (consent and item["stance"] == Stance.OBJECT and not item["reasoned"])
    ]


def _statement(row: DissentingStatement, shown: Shown) -> Json:
    return {
        "statement": str(row.id),
        **shown.delegation(row.delegation_id),
        "by": shown.capacity(row.capacity_id),
        "at": _at(row.created_at),
        "text": row.text,
    }


async def _recommendations(session: AsyncSession, procedure: Procedure) -> list[Json]:
    """The recommendations that the text decided on answers, and by which of its clauses."""
    rows = await strategies.coverage_of(
        fetch_of(session), procedure.dialogue_id, set_id=procedure.set_id
    )
    touched: list[Json] = []
    for row in rows:
        links = [
            {
                "section": str(trace.section_id),
                "number": trace.clause.number if trace.clause else None,
                "kind": trace.kind.value,
                "state": trace.state.value,
            }
            for trace in row.traces
            if procedure.section_id in (None, trace.section_id)
        ]
        if links:
            touched.append(
                {
                    "recommendation": str(row.recommendation_id),
                    "number": row.number,
                    "links": links,
                }
            )
    return touched


async def _publication(session: AsyncSession, record_id: UUID) -> Json:
    latest = (await publications_of(session, [record_id])).get(record_id)
    if latest is None:
        return {"status": PublicationState.RESTRICTED.value, "from": None, "ground": ""}
    return {
        "status": latest.status.value,
        "from": _day(latest.from_day),
        "ground": latest.ground,
    }


def _at(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
