"""The verbs of records: attach statements, seal, correct, publish, record an adoption.

What is sealed goes into the log in the same transaction, and is never touched again.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, select

from policylab import documents, identity
from policylab.decisions import conduct, events, log
from policylab.decisions.conduct import Account
from policylab.decisions.content import record_content, who_is
from policylab.decisions.log_rules import LeafKind, instant
from policylab.decisions.reading import accounts_of
from policylab.decisions.signing import Signer
from policylab.decisions.tables import (
    Corrigendum,
    DecisionRecord,
    DissentingStatement,
    FormalAdoption,
    PublicationState,
    RecordPublication,
    RecordSeal,
)
from policylab.kit.canonical import NotCanonical, canonical_json, normalised
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.events import Event
from policylab.kit.ids import uuid7
from policylab.kit.viewer import Viewer
from policylab.labs import Action, FactKind, Standing, record_fact, standing

MAY_CORRECT = frozenset({Action.RECORD, Action.PUBLISH, Action.MODERATE})
"""Mistakes are found in any later phase: whoever seals, publishes or moderates corrects them."""


async def attach_statement(
    uow: UnitOfWork, viewer: Viewer, *, record_id: UUID, words: str
) -> DissentingStatement:
    """Attach a delegation's statement to a record that is not sealed yet; once."""
    record, account, here = await _record(uow, viewer, record_id)
    may_attach_here(here)
    delegation_id = here.require_seat()
    conduct.check_attach(account, delegation_id=delegation_id, locale=viewer.locale)
    statement = DissentingStatement(
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        delegation_id=delegation_id,
        capacity_id=here.capacity_id,
        text=conduct.check_words(words, field="text", locale=viewer.locale),
        created_by=viewer.person_id,
    )
    uow.session.add(statement)
    await uow.session.flush()
    event = events.StatementAttached(
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        delegation_id=delegation_id,
    )
    _tell(uow, here, record, "statement.attached", event)
    return statement


async def seal_record(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    record_id: UUID,
    reasons: str,
    follow_up: str = "",
    signer: Signer,
) -> DecisionRecord:
    """Give a record its reasons and seal it: signed, in the log, and never changed again."""
    record, account, here = await _record(uow, viewer, record_id)
    here.require(Action.RECORD)
    conduct.check_unsealed(account, locale=viewer.locale)
    check_fresh(uow, viewer)
    value = await record_content(
        uow.session,
        record,
        reasons=conduct.check_words(reasons, field="reasons", locale=viewer.locale),
        follow_up=conduct.check_words(
            follow_up, field="follow_up", needed=False, locale=viewer.locale
        ),
    )
    content = await _sealable(uow, here, value)
    entry = await log.append(
        uow, signer, kind=LeafKind.RECORD, subject=str(record.id), content=content
    )
    uow.session.add(
        RecordSeal(
            lab_id=record.lab_id,
            dialogue_id=record.dialogue_id,
            record_id=record.id,
            content=content,
            text=await _text(uow, value, record.set_id),
            hash=entry.value["hash"],
            leaf_index=entry.index,
            signer=signer.id,
            sealed_at=uow.now,
            capacity_id=here.capacity_id,
            created_by=viewer.person_id,
        )
    )
    await uow.session.flush()
    event = events.RecordSealed(
        lab_id=record.lab_id, dialogue_id=record.dialogue_id, record_id=record.id
    )
    await _fact(uow, here, record, FactKind.RECORD_SEALED, {"record_id": record.id})
    _tell(uow, here, record, "record.sealed", event)
    return record


async def add_corrigendum(
    uow: UnitOfWork, viewer: Viewer, *, record_id: UUID, words: str, signer: Signer
) -> Corrigendum:
    """Correct a sealed record in the one way there is: by a note that is sealed itself."""
    record, account, here = await _record(uow, viewer, record_id)
    may_correct_here(here)
    conduct.check_sealed(account, locale=viewer.locale)
    check_fresh(uow, viewer)
    earlier = await uow.session.exec(
        select(func.count()).select_from(Corrigendum).where(col(Corrigendum.record_id) == record.id)
    )
    key, number = uuid7(), earlier.one() + 1
    said = normalised(conduct.check_words(words, field="text", locale=viewer.locale))
    value = {"id": str(key), "record": str(record.id), "number": number, "text": said}
    content = await _sealable(uow, here, value)
    entry = await log.append(
        uow, signer, kind=LeafKind.CORRIGENDUM, subject=str(key), content=content
    )
    corrigendum = Corrigendum(
        id=key,
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        number=number,
        text=said,
        content=content,
        hash=entry.value["hash"],
        leaf_index=entry.index,
        sealed_at=uow.now,
        capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(corrigendum)
    await uow.session.flush()
    event = events.RecordCorrected(
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        corrigendum_id=key,
    )
    _tell(uow, here, record, "record.corrected", event)
    return corrigendum


async def publish_record(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    record_id: UUID,
    status: PublicationState = PublicationState.PUBLIC,
    from_day: date | None = None,
    ground: str = "",
) -> RecordPublication:
    """Say who may read a sealed record from now on: everybody, unless told otherwise."""
    record, account, here = await _record(uow, viewer, record_id)
    here.require(Action.PUBLISH)
    conduct.check_publish(account, locale=viewer.locale)
    _check_day(status, from_day)
    publication = RecordPublication(
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        status=status,
        from_day=from_day,
        ground=conduct.check_words(
            ground,
            field="ground",
            needed=status is PublicationState.RESTRICTED,
            locale=viewer.locale,
        ),
        at=uow.now,
        capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(publication)
    await uow.session.flush()
    event = events.RecordPublished(
        lab_id=record.lab_id, dialogue_id=record.dialogue_id, record_id=record.id
    )
    await _fact(uow, here, record, FactKind.PACKAGE_PUBLISHED, {"record_id": record.id})
    _tell(uow, here, record, "record.published", event)
    return publication


async def record_adoption(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    record_id: UUID,
    body: str,
    adopted_on: date,
    reference: str,
    link: str | None = None,
    signer: Signer,
) -> FormalAdoption:
    """Record that a council or government adopted the text under its own law; sealed as well."""
    record, account, here = await _record(uow, viewer, record_id)
    here.require(Action.RECORD_ADOPTION)
    conduct.check_sealed(account, locale=viewer.locale)
    if adopted_on > uow.now.date():
        message = "Record an adoption once it has taken place."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="date")
    key = uuid7()
    value = normalised(
        {
            "id": str(key),
            "record": str(record.id),
            "body": _line(viewer, body, "body"),
            "adoptedOn": adopted_on.isoformat(),
            "reference": _line(viewer, reference, "reference"),
            "link": conduct.check_link(link, locale=viewer.locale),
        }
    )
    content = await _sealable(uow, here, value)
    entry = await log.append(uow, signer, kind=LeafKind.ADOPTION, subject=str(key), content=content)
    adoption = FormalAdoption(
        id=key,
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        body=value["body"],
        adopted_on=adopted_on,
        reference=value["reference"],
        link=value["link"],
        content=content,
        hash=entry.value["hash"],
        leaf_index=entry.index,
        capacity_id=here.capacity_id,
        created_by=viewer.person_id,
    )
    uow.session.add(adoption)
    await uow.session.flush()
    event = events.AdoptionRecorded(
        lab_id=record.lab_id,
        dialogue_id=record.dialogue_id,
        record_id=record.id,
        adoption_id=key,
    )
    await _fact(uow, here, record, FactKind.ADOPTION_RECORDED, {"adoption_id": key})
    _tell(uow, here, record, "adoption.recorded", event)
    return adoption


def may_attach_here(here: Standing) -> None:
    """Refuse those who can't attach a statement now: only the head of a delegation can."""
    here.require(Action.ATTACH_STATEMENT)
    here.require_seat()
    conduct.check_head(here.head, locale=here.locale)


def may_correct_here(here: Standing) -> None:
    """Refuse those who answer for no record here."""
    if not MAY_CORRECT & here.may:
        here.require(Action.RECORD)


def check_fresh(uow: UnitOfWork, viewer: Viewer) -> None:
    """Sealing asks for a fresh sign-in. A token can't sign in: whoever made it answers for it."""
    if viewer.scopes is None and not viewer.system:
        identity.check_fresh(viewer.signed_in_at, uow.now)


async def record_by_id(session: Any, record_id: UUID) -> DecisionRecord:
    """A record, or NOT_FOUND; who may see it is the caller's question."""
    rows = await session.exec(select(DecisionRecord).where(col(DecisionRecord.id) == record_id))
    record = rows.first()
    if record is None:
        raise not_found()
    return record


async def _record(
    uow: UnitOfWork, viewer: Viewer, record_id: UUID
) -> tuple[DecisionRecord, Account, Standing]:
    """A record that the viewer may see, with nobody else at it, and her standing, held."""
    record = await record_by_id(uow.session, record_id)
    here = await standing(uow.session, viewer, record.dialogue_id, lock=True)
    # Rows here can't be locked: the service's role may not update them.
    await (await uow.session.connection()).execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 16))"), {"key": str(record_id)}
    )
    return record, (await accounts_of(uow.session, [record_id]))[record_id], here


async def _sealable(uow: UnitOfWork, here: Standing, value: dict[str, Any]) -> bytes:
    """The canonical bytes of a content, with the moment and the function of who seals it."""
    shown = await who_is(uow.session, capacities=[here.capacity_id], delegations=())
    value |= {"sealedAt": instant(uow.now), "sealedBy": shown.capacity(here.capacity_id)}
    try:
        return canonical_json(normalised(value))
    except NotCanonical as error:
        message = f"The record holds something that has no canonical form: {error}."
        raise Refused(RefusalCode.INVALID_INPUT, message) from error


async def _text(uow: UnitOfWork, value: dict[str, Any], set_id: UUID) -> bytes:
    """The exact text that was decided on; a bug if it is another than the record speaks of."""
    data = await documents.set_text(uow.session, set_id)
    if hashlib.sha256(data).hexdigest() != value["subject"]["text"]["hash"]:
        raise RuntimeError(f"the text of set {set_id} does not have the hash of the set")
    return data


def _line(viewer: Viewer, words: str, field: str) -> str:
    return conduct.check_words(
        words, field=field, longest=conduct.LONGEST_LINE, locale=viewer.locale
    )


def _check_day(status: PublicationState, from_day: date | None) -> None:
    if (status is PublicationState.AFTER_DATE) != (from_day is not None):
        message = "A day belongs to publication after a date, and only there."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="from_day")


async def _fact(
    uow: UnitOfWork, here: Standing, record: DecisionRecord, kind: FactKind, detail: dict[str, Any]
) -> None:
    await record_fact(uow, record.dialogue_id, kind, detail, capacity_id=here.capacity_id)


def _tell(
    uow: UnitOfWork, here: Standing, record: DecisionRecord, action: str, event: Event
) -> None:
    uow.audit(
        action=action,
        object_type="DecisionRecord",
        object_id=record.id,
        lab_id=record.lab_id,
        capacity_id=here.capacity_id,
    )
    uow.announce(event)
