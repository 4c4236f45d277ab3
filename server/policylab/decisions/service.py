"""The verbs of procedures: open, refer, close, withdraw.

Whoever casts shares the subject's ballot, whoever opens or closes holds it alone: each position is
counted or refused, never lost between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select

from policylab import comments, documents, index, labs, positions
from policylab.decisions import conduct, events
from policylab.decisions.content import positions_as_json
from policylab.decisions.forms import (
    check_rule,
    rule_as_json,
    rule_from_json,
    verdict_as_json,
    withdrawn,
)
from policylab.decisions.reading import (
    counted,
    courses_of,
    names_of,
    procedures_by_id,
    seats_of,
)
from policylab.decisions.rules import Rule, RuleCode, Verdict, decide
from policylab.decisions.tables import Closing, DecisionRecord, Entitled, Procedure, Referral
from policylab.decisions.words import explain
from policylab.documents import DocumentKind
from policylab.documents.sources import DOCUMENT, VERSION_SET
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, record_fact, standing
from policylab.labs.sources import CONVOCATION
from policylab.positions import Subject

USUAL_DAYS = 14
"""For templates that set no day counts of their own."""
MAY_WITHDRAW = frozenset({Action.OPEN_PROCEDURE, Action.CLOSE_PROCEDURE, Action.MODERATE})
Notice: Any = CONVOCATION.table


async def open_procedure(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    subject: Subject,
    rule: Rule | None = None,
    levels: Sequence[str] = (),
    closes_at: datetime | None = None,
    days: int | None = None,
) -> Procedure:
    """Let positions on a set, a clause of it or an amendment be counted.

    Rule, levels, entitled and deadline are fixed from here on. Without a rule the template's own
    holds; without a deadline the dialogue's usual days.
    """
    about = await positions.cited(uow, viewer, subject)
    here = await standing(uow.session, viewer, about.dialogue_id, lock=True)
    here.require(Action.OPEN_PROCEDURE)
    chosen = _rule(here, rule, levels)
    check_rule(chosen)
    conduct.check_levels(chosen, here.dialogue.levels, locale=viewer.locale)
    end = await _deadline(uow, here, chosen, closes_at, days)
    await _check_text(uow, here, subject, about)
    procedure = await _write(uow, here, subject, about, chosen, end)
    await positions.open_ballot(
        uow,
        subject,
        here.dialogue,
        procedure_id=procedure.id,
        closes_at=end,
        consent=conduct.consents(chosen),
    )
    await _entitle(uow, procedure)
    detail = {"procedure_id": procedure.id, "closes_at": end}
    await _tell(uow, here, procedure, FactKind.PROCEDURE_OPENED, detail)
    uow.announce(
        events.ProcedureOpened(
            lab_id=procedure.lab_id,
            dialogue_id=procedure.dialogue_id,
            procedure_id=procedure.id,
            set_id=procedure.set_id,
        )
    )
    return procedure


async def refer(uow: UnitOfWork, viewer: Viewer, *, procedure_id: UUID, reasons: str) -> Referral:
    """Ask, once for each delegation, that its principals take the item up: the procedure rests."""
    procedure, here = await _procedure(uow, viewer, procedure_id)
    may_refer_here(here)
    delegation_id = here.require_seat()
    words = conduct.check_words(reasons, field="reasons", locale=viewer.locale)
    ballot, course = await _hold(uow, viewer, procedure_id)
    conduct.check_refer(course, uow.now, delegation_id=delegation_id, locale=viewer.locale)
    until = uow.now + timedelta(days=procedure.referral_days)
    referral = Referral(
        lab_id=procedure.lab_id,
        dialogue_id=procedure.dialogue_id,
        procedure_id=procedure_id,
        delegation_id=delegation_id,
        capacity_id=here.capacity_id,
        reasons=words,
        at=uow.now,
        until=until,
        created_by=viewer.person_id,
    )
    uow.session.add(referral)
    if until > uow.now:
        positions.pause_ballot(uow, ballot, until=until)
    await uow.session.flush()
    end = (await positions.terms_of(uow.session, [procedure_id]))[procedure_id].ends_at
    detail = {"procedure_id": procedure_id, "closes_at": end}
    await _tell(uow, here, procedure, FactKind.PROCEDURE_REFERRED, detail)
    uow.announce(
        events.ProcedureReferred(
            lab_id=procedure.lab_id,
            dialogue_id=procedure.dialogue_id,
            procedure_id=procedure_id,
            delegation_id=delegation_id,
        )
    )
    return referral


async def close_procedure(uow: UnitOfWork, viewer: Viewer, *, procedure_id: UUID) -> Procedure:
    """Count the positions as they stand, keep the outcome with its input, and draft the record."""
    procedure, here = await _procedure(uow, viewer, procedure_id)
    here.require(Action.CLOSE_PROCEDURE)
    ballot, course = await _hold(uow, viewer, procedure_id)
    conduct.check_close(course, uow.now, locale=viewer.locale)
    seats = (await seats_of(uow.session, [procedure_id]))[procedure_id]
    stands = await positions.stands_on(uow.session, procedure.subject_id)
    verdict = decide(course.rule, seats, counted(stands, seats))
    # A position may have come in while this transaction waited for the ballot: it came before.
    at = max([uow.now, *(s.position.released_at for s in stands if s.position.released_at)])
    shown = await positions_as_json(uow.session, stands, seats)
    await _close(uow, here, procedure, verdict, shown, at)
    positions.close_ballot(uow, ballot)
    record = await _draft(uow, procedure, verdict)
    await _tell_closed(uow, here, procedure, verdict, record_id=record.id)
    return procedure


async def withdraw_procedure(
    uow: UnitOfWork, viewer: Viewer, *, procedure_id: UUID, reasons: str = ""
) -> Procedure:
    """Take a procedure back before it is closed: nothing is counted, positions are free again."""
    procedure, here = await _procedure(uow, viewer, procedure_id)
    may_withdraw_here(here)
    words = conduct.check_words(
        reasons, field="reasons", longest=4_000, needed=False, locale=viewer.locale
    )
    ballot, _ = await _hold(uow, viewer, procedure_id)
    verdict = withdrawn(rule_from_json(procedure.rule))
    await _close(uow, here, procedure, verdict, [], uow.now)
    positions.free_ballot(uow, ballot)
    await _tell_closed(uow, here, procedure, verdict, note=words)
    return procedure


def may_refer_here(here: Standing) -> None:
    """Refuse those who can't refer an item now: only the head of a delegation can."""
    here.require(Action.REFER)
    here.require_seat()
    conduct.check_head(here.head, locale=here.locale)


def may_withdraw_here(here: Standing) -> None:
    """Refuse those who run no procedure here."""
    if not MAY_WITHDRAW & here.may:
        here.require(Action.CLOSE_PROCEDURE)


async def _procedure(
    uow: UnitOfWork, viewer: Viewer, procedure_id: UUID
) -> tuple[Procedure, Standing]:
    """A procedure that the viewer may see, and her standing, held."""
    found = (await procedures_by_id(uow.session, [procedure_id])).get(procedure_id)
    if found is None:
        raise not_found()
    return found, await standing(uow.session, viewer, found.dialogue_id, lock=True)


async def _hold(uow: UnitOfWork, viewer: Viewer, procedure_id: UUID) -> tuple[Any, conduct.Course]:
    """A procedure's ballot, held alone, and how far the procedure has come; refused once closed."""
    known = (await courses_of(uow.session, [procedure_id]))[procedure_id]
    conduct.check_not_closed(known, locale=viewer.locale)
    ballot, _ = await positions.hold_ballot(uow, procedure_id)
    return ballot, (await courses_of(uow.session, [procedure_id]))[procedure_id]


def _rule(here: Standing, rule: Rule | None, levels: Sequence[str]) -> Rule:
    """The rule as asked for, else the template's; levels named apart are put into it."""
    chosen = rule or rule_from_json(here.dialogue.template_body["rule"])
    named = tuple(levels)
    if chosen.code is RuleCode.PER_LEVEL_ASSENT and not chosen.levels:
        named = named or tuple(here.dialogue.levels)
    return replace(chosen, levels=named) if named else chosen


async def _deadline(
    uow: UnitOfWork, here: Standing, rule: Rule, closes_at: datetime | None, days: int | None
) -> datetime:
    """Until when positions count; under a silence procedure as the notice of meeting declared."""
    locale = here.locale
    declared = await _declared_silence(uow, here) if conduct.silent(rule) else None
    usual = here.dialogue.settings.get("positions", USUAL_DAYS)
    if closes_at is None and days is None and declared is not None and declared > uow.now:
        closes_at = declared
    end = conduct.deadline(now=uow.now, closes_at=closes_at, days=days, usual=usual, locale=locale)
    conduct.check_silence(rule, now=uow.now, closes_at=end, declared=declared, locale=locale)
    return end


async def _declared_silence(uow: UnitOfWork, here: Standing) -> datetime | None:
    latest = await uow.session.exec(
        select(Notice.silence_deadline)
        .where(Notice.dialogue_id == here.dialogue.id)
        .order_by(Notice.sent_at.desc(), Notice.id.desc())
        .limit(1)
    )
    return latest.first()


async def _check_text(
    uow: UnitOfWork, here: Standing, subject: Subject, about: positions.Cited
) -> None:
    """Invariants 11 and 13: every recommendation is answered, every language frozen alike."""
    sections = (await documents.sections_in(uow.session, [subject.set_id])).get(subject.set_id, [])
    by_language: dict[str, list[UUID]] = {}
    for section in sections:
        by_language.setdefault(section.language, []).append(section.section_id)
    conduct.check_languages(here.dialogue.languages, by_language, locale=here.locale)
    document: Any = await uow.session.get(DOCUMENT.table, about.document_id)
    if document.kind is DocumentKind.STRATEGY and subject.amendment_id is None:
        missing = await index.unanswered(uow.session, here.dialogue.id)
        conduct.check_answered(len(missing), locale=here.locale)


async def _write(
    uow: UnitOfWork,
    here: Standing,
    subject: Subject,
    about: positions.Cited,
    rule: Rule,
    end: datetime,
) -> Procedure:
    procedure = Procedure(
        lab_id=here.dialogue.lab_id,
        dialogue_id=here.dialogue.id,
        document_id=about.document_id,
        set_id=subject.set_id,
        section_id=subject.section_id,
        amendment_id=subject.amendment_id,
        subject_id=subject.key,
        rule=rule_as_json(rule),
        levels=list(rule.levels),
        opens_at=uow.now,
        closes_at=end,
        referral_days=here.dialogue.settings.get("referral", USUAL_DAYS),
        capacity_id=here.capacity_id,
        proposer_capacity_id=await _proposer(uow, subject),
        created_by=uow.viewer.person_id,
    )
    uow.session.add(procedure)
    await uow.session.flush()
    return procedure


async def _proposer(uow: UnitOfWork, subject: Subject) -> UUID | None:
    """Who put the text forward: the author of an amendment, or who froze the set."""
    if subject.amendment_id is not None:
        amendment = await comments.amendment_of(uow.session, uow.viewer, subject.amendment_id)
        return amendment.capacity_id
    frozen: Any = await uow.session.get(VERSION_SET.table, subject.set_id)
    return frozen.frozen_by_capacity_id


async def _entitle(uow: UnitOfWork, procedure: Procedure) -> None:
    """Keep who may take part, with their weights, as it is at this moment."""
    for delegation in await labs.delegations_in(uow.session, procedure.dialogue_id):
        if delegation.voting:
            uow.session.add(
                Entitled(
                    lab_id=procedure.lab_id,
                    dialogue_id=procedure.dialogue_id,
                    procedure_id=procedure.id,
                    delegation_id=delegation.id,
                    level=delegation.level,
                    weight=delegation.weight,
                    created_by=uow.viewer.person_id,
                )
            )
    await uow.session.flush()


async def _close(
    uow: UnitOfWork,
    here: Standing,
    procedure: Procedure,
    verdict: Verdict,
    shown: list[dict[str, Any]],
    at: datetime,
) -> None:
    names = (await names_of(uow.session, [procedure.lab_id]))[procedure.lab_id]
    closing = Closing(
        lab_id=procedure.lab_id,
        dialogue_id=procedure.dialogue_id,
        procedure_id=procedure.id,
        outcome=verdict.outcome,
        verdict=verdict_as_json(verdict),
        sentences=explain(verdict, names).as_map(),
        positions=shown,
        at=at,
        capacity_id=here.capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(closing)
    await uow.session.flush()


async def _draft(uow: UnitOfWork, procedure: Procedure, verdict: Verdict) -> DecisionRecord:
    record = DecisionRecord(
        lab_id=procedure.lab_id,
        dialogue_id=procedure.dialogue_id,
        procedure_id=procedure.id,
        document_id=procedure.document_id,
        set_id=procedure.set_id,
        identifier=await _identifier(uow, procedure.lab_id),
        outcome=verdict.outcome,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(record)
    await uow.session.flush()
    return record


async def _identifier(uow: UnitOfWork, lab_id: UUID) -> str:
    """The next of the lab's own identifiers of this year, as in APL-2026-007."""
    connection = await uow.session.connection()
    await connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:lab, 15))"), {"lab": str(lab_id)}
    )
    lab = (await labs.labs_by_id(uow.session, [lab_id]))[lab_id]
    year = uow.now.year
    known = await uow.session.exec(
        select(func.count())
        .select_from(DecisionRecord)
        .where(col(DecisionRecord.lab_id) == lab_id)
        .where(col(DecisionRecord.identifier).like(f"%-{year}-%"))
    )
    return f"{conduct.initials(lab.names)}-{year}-{known.one() + 1:03d}"


async def _tell_closed(
    uow: UnitOfWork,
    here: Standing,
    procedure: Procedure,
    verdict: Verdict,
    *,
    record_id: UUID | None = None,
    note: str = "",
) -> None:
    outcome = verdict.outcome.value
    detail = {"procedure_id": procedure.id, "outcome": outcome}
    await _tell(uow, here, procedure, FactKind.PROCEDURE_CLOSED, detail, note=note)
    uow.announce(
        events.ProcedureClosed(
            lab_id=procedure.lab_id,
            dialogue_id=procedure.dialogue_id,
            procedure_id=procedure.id,
            set_id=procedure.set_id,
            outcome=outcome,
            record_id=record_id,
        )
    )


async def _tell(
    uow: UnitOfWork,
    here: Standing,
    procedure: Procedure,
    kind: FactKind,
    detail: dict[str, Any],
    *,
    note: str = "",
) -> None:
    """Tell the process and the audit what happened to a procedure."""
    await record_fact(
        uow, procedure.dialogue_id, kind, detail, capacity_id=here.capacity_id, note=note
    )
    _audit(uow, here, procedure, kind.value.lower().replace("_", "."), detail.get("outcome"))


def _audit(
    uow: UnitOfWork, here: Standing, procedure: Procedure, action: str, outcome: Any = None
) -> None:
    uow.audit(
        action=action,
        object_type="Procedure",
        object_id=procedure.id,
        lab_id=procedure.lab_id,
        capacity_id=here.capacity_id,
        detail={"outcome": outcome} if outcome else {"rule": procedure.rule["code"]},
    )
