"""Mandates: filed, revoked, and asked for when a formal position is taken."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import rules
from policylab.labs.events import MandateChanged
from policylab.labs.situation import facts_of_mandates, mandates_of
from policylab.labs.standing import Standing, standing
from policylab.labs.tables import Delegation, Mandate
from policylab.process import Action, Said

MANDATES_HELD = """
SELECT m.id AS mandate_id, m.level, m.valid_from, m.valid_to, m.ad_referendum, m.subjects,
       m.revoked_at IS NOT NULL AS revoked, d.level AS seat
  FROM mandate m JOIN delegation d ON d.id = m.delegation_id
 WHERE m.delegation_id = {delegation} ORDER BY m.id DESC FOR SHARE OF m
"""
"""A delegation's mandates as they are once nobody else changes them: rows that are locked are read
anew. They stay so until the transaction ends: a revocation waits."""


async def file_mandate(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    delegation_id: UUID,
    issuing_body: str,
    issued_on: date,
    scope: str,
    valid_from: date,
    limits: str = "",
    valid_to: date | None = None,
    paper: str | None = None,
    subjects: Collection[UUID] = (),
    ad_referendum: bool = False,
) -> Mandate:
    """File the authority under which one's delegation acts, or that it is still to be confirmed."""
    here, delegation = await _own_delegation(uow, viewer, delegation_id)
    rules.check_mandate_dates(issued_on, valid_from, valid_to)
    mandate = Mandate(
        lab_id=delegation.lab_id,
        dialogue_id=delegation.dialogue_id,
        delegation_id=delegation_id,
        level=delegation.level,
        issuing_body=rules.check_text(issuing_body, field="issuing_body", longest=300),
        issued_on=issued_on,
        scope=rules.check_text(scope, field="scope"),
        limits=rules.check_text(limits, field="limits", needed=False),
        valid_from=valid_from,
        valid_to=valid_to,
        paper=rules.check_text(paper or "", field="paper", longest=500, needed=False) or None,
        subjects=[str(subject) for subject in subjects],
        ad_referendum=ad_referendum,
        created_by=viewer.person_id,
    )
    uow.session.add(mandate)
    await uow.session.flush()
    _announce(uow, here, mandate, "mandate.filed")
    return mandate


async def revoke_mandate(uow: UnitOfWork, viewer: Viewer, *, mandate_id: UUID) -> Mandate:
    """Withdraw a mandate of one's own delegation from now on."""
    mandate = await uow.session.get(Mandate, mandate_id)
    if mandate is None:
        raise not_found()
    here, _ = await _own_delegation(uow, viewer, mandate.delegation_id)
    await uow.session.refresh(mandate, with_for_update=True)
    if mandate.revoked_at is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This mandate has been revoked already.")
    mandate.revoked_at, mandate.revoked_by = uow.now, viewer.person_id
    _announce(uow, here, mandate, "mandate.revoked")
    return mandate


def carrying(held: Iterable[Any], *, on: date, subject: UUID | None = None) -> UUID | None:
    """Of the rows of `MANDATES_HELD` the mandate on which a formal position may rest that day, or
    None (invariant 3)."""
    for row in held:
        if rules.carries(_facts_of(row), on=on, level=row["seat"], subject=subject):
            return row["mandate_id"]
    return None


def _facts_of(row: Any) -> rules.MandateFacts:
    return rules.MandateFacts(
        level=row["level"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        ad_referendum=row["ad_referendum"],
        revoked=row["revoked"],
        subjects=frozenset(map(UUID, row["subjects"])),
    )


async def mandate_states(
    session: AsyncSession, delegation_ids: Collection[UUID], *, on: date
) -> dict[UUID, rules.MandateState]:
    """What stands behind each delegation on a day."""
    mandates = await mandates_of(session, delegation_ids)
    return {
        delegation_id: rules.best_state(facts_of_mandates(mandates[delegation_id]), on)
        for delegation_id in delegation_ids
    }


async def delegations_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Delegation]:
    """Delegations by their id; who may see them is the caller's question."""
    rows = await session.exec(select(Delegation).where(col(Delegation.id).in_(ids)))
    return {delegation.id: delegation for delegation in rows}


async def delegations_in(session: AsyncSession, dialogue_id: UUID) -> list[Delegation]:
    """The delegations now seated in a dialogue: those whom a decision counts."""
    rows = await session.exec(
        select(Delegation)
        .where(col(Delegation.dialogue_id) == dialogue_id, col(Delegation.until).is_(None))
        .order_by(col(Delegation.id))
    )
    return list(rows)


async def _own_delegation(
    uow: UnitOfWork, viewer: Viewer, delegation_id: UUID
) -> tuple[Standing, Delegation]:
    delegation = await uow.session.get(Delegation, delegation_id)
    if delegation is None:
        raise not_found()
    here = await standing(uow.session, viewer, delegation.dialogue_id, lock=True)
    check_filing(here, delegation_id)
    return here, delegation


def check_filing(here: Standing, delegation_id: UUID) -> None:
    """A mandate is filed and revoked from inside the delegation that holds it."""
    here.require(Action.FILE_MANDATE)
    if here.delegation_id == delegation_id:
        return
    said = Said(
        "A mandate is filed and revoked by the delegation that holds it.",
        "Un mandat est déposé et révoqué par la délégation qui en est munie.",
    )
    raise Refused(RefusalCode.NOT_YOUR_ROLE, said.within(here.locale))


def _announce(uow: UnitOfWork, here: Standing, mandate: Mandate, action: str) -> None:
    uow.audit(
        action=action,
        object_type="Mandate",
        object_id=mandate.id,
        lab_id=mandate.lab_id,
        capacity_id=here.acting_as,
    )
    uow.announce(
        MandateChanged(
            lab_id=mandate.lab_id,
            dialogue_id=mandate.dialogue_id,
            delegation_id=mandate.delegation_id,
            mandate_id=mandate.id,
        )
    )
