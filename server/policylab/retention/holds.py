"""Legal holds: while one stands, nothing of its lab is erased."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from policylab import labs
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import LabAct
from policylab.retention import rules
from policylab.retention.events import HoldLifted, HoldPlaced
from policylab.retention.tables import LegalHold


async def place_hold(uow: UnitOfWork, viewer: Viewer, *, lab_id: UUID, reason: str) -> LegalHold:
    """Keep everything of a lab from being erased until the hold is lifted."""
    await labs.require_in_lab(uow.session, viewer, lab_id, LabAct.HOLD_RECORDS)
    words = rules.check_reason(reason)
    await labs.hold_lab(uow, lab_id)
    hold = LegalHold(
        lab_id=lab_id,
        reason=words,
        since=uow.now,
        placed_by=viewer.person_id,
        created_by=viewer.person_id,
    )
    uow.session.add(hold)
    await uow.session.flush()
    uow.audit(action="hold.placed", object_type="LegalHold", object_id=hold.id, lab_id=lab_id)
    uow.announce(HoldPlaced(lab_id=lab_id, hold_id=hold.id))
    return hold


async def lift_hold(uow: UnitOfWork, viewer: Viewer, *, hold_id: UUID) -> LegalHold:
    """End a hold; that it stood, and why, remains."""
    hold = await uow.session.get(LegalHold, hold_id, with_for_update=True)
    if hold is None:
        raise not_found()
    await labs.require_in_lab(uow.session, viewer, hold.lab_id, LabAct.HOLD_RECORDS)
    if hold.until is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This hold has been lifted already.")
    hold.until, hold.lifted_by = max(uow.now, hold.since), viewer.person_id
    uow.audit(action="hold.lifted", object_type="LegalHold", object_id=hold.id, lab_id=hold.lab_id)
    uow.announce(HoldLifted(lab_id=hold.lab_id, hold_id=hold.id))
    return hold


async def held(uow: UnitOfWork, lab_ids: Collection[UUID]) -> list[UUID]:
    """Which of these labs are held now. The caller holds the labs' rows (`labs.hold_lab`)."""
    standing = select(LegalHold.lab_id).where(
        col(LegalHold.lab_id).in_(lab_ids), col(LegalHold.until).is_(None)
    )
    return sorted(set(await uow.session.exec(standing)))
