"""Moving a dialogue from phase to phase, and sending the notice of meeting."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer
from policylab.labs import rules
from policylab.labs.events import NoticeSent, PhaseMoved
from policylab.labs.facts import record_fact
from policylab.labs.situation import current_runs
from policylab.labs.standing import Standing, standing
from policylab.labs.tables import Convocation, Dialogue, PhaseRun
from policylab.process import Action, FactKind, check_move


async def move_phase(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, to: str, reason: str = ""
) -> Dialogue:
    """Take the dialogue on to its next phase, or back to an earlier one with a reason.

    Everybody who acts in the dialogue at this moment is waited for: what they were allowed holds.
    """
    await _hold_whole(uow, dialogue_id)
    here = await standing(uow.session, viewer, dialogue_id)
    was = here.outlook.phase
    target = check_move(
        here.template, here.situation, here.roles, to, reason=reason, locale=viewer.locale
    )
    words = rules.check_text(reason, field="reason", needed=False)
    backwards = target.number < was.number
    await _enter(uow, here, target.id, backwards=backwards, reason=words)
    uow.audit(
        action="phase.moved",
        object_type="Dialogue",
        object_id=dialogue_id,
        lab_id=here.dialogue.lab_id,
        capacity_id=here.acting_as,
        detail={"from": was.id, "to": target.id, "backwards": backwards},
    )
    uow.announce(
        PhaseMoved(
            lab_id=here.dialogue.lab_id,
            dialogue_id=dialogue_id,
            phase_id=target.id,
            backwards=backwards,
        )
    )
    return here.dialogue


async def _hold_whole(uow: UnitOfWork, dialogue_id: UUID) -> None:
    row = select(Dialogue.id).where(col(Dialogue.id) == dialogue_id)
    held = await uow.session.exec(row.with_for_update())
    if held.first() is None:
        raise not_found()


async def _enter(
    uow: UnitOfWork, here: Standing, phase_id: str, *, backwards: bool, reason: str
) -> None:
    dialogue = here.dialogue
    run = (await current_runs(uow.session, [dialogue.id]))[dialogue.id]
    run.left_at = uow.now
    await uow.session.flush()
    dialogue.phase_id = phase_id
    uow.session.add(
        PhaseRun(
            lab_id=dialogue.lab_id,
            dialogue_id=dialogue.id,
            phase_id=phase_id,
            entered_at=uow.now,
            entered_by_capacity_id=here.acting_as,
            backwards=backwards,
            reason=reason,
            created_by=uow.viewer.person_id,
        )
    )
    await uow.session.flush()


async def send_notice(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    dialogue_id: UUID,
    agenda: str,
    meeting_on: date | None = None,
    place: str = "",
    silence_deadline: datetime | None = None,
) -> Convocation:
    """Send the notice of meeting to everybody in the dialogue.

    Without a day, the session is on the first one that the notice period allows.
    """
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    here.require(Action.SEND_NOTICE)
    days = here.dialogue.settings.get("notice", 0)
    day = meeting_on or (uow.now + timedelta(days=days)).date()
    rules.check_notice_period(day, uow.now, days)
    convocation = Convocation(
        lab_id=here.dialogue.lab_id,
        dialogue_id=dialogue_id,
        meeting_on=day,
        place=rules.check_text(place, field="place", longest=500, needed=False),
        agenda=rules.check_text(agenda, field="agenda"),
        sent_at=uow.now,
        capacity_id=here.acting_as,
        silence_deadline=silence_deadline,
        created_by=viewer.person_id,
    )
    uow.session.add(convocation)
    await uow.session.flush()
    detail = {"convocation_id": convocation.id, "meeting_on": day}
    capacity = here.acting_as
    await record_fact(uow, dialogue_id, FactKind.NOTICE_SENT, detail, capacity_id=capacity)
    uow.announce(
        NoticeSent(
            lab_id=here.dialogue.lab_id, dialogue_id=dialogue_id, convocation_id=convocation.id
        )
    )
    return convocation
