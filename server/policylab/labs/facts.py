"""Recording what happened: by the rooms above, and by people where no room records it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs.events import FactRecorded
from policylab.labs.rules import check_text
from policylab.labs.situation import current_runs
from policylab.labs.standing import Standing, standing
from policylab.labs.tables import Dialogue, DialogueFact
from policylab.process import Action, FactKind, Role

STATED: dict[FactKind, Action] = {
    FactKind.INTENT_STATED: Action.STATE_FACT,
    FactKind.ANSWERS_APPROVED: Action.STATE_FACT,
    FactKind.REPORT_RECEIVED: Action.STATE_FACT,
    FactKind.COUNCIL_NOTED: Action.STATE_FACT,
    FactKind.FRAMING_SETTLED: Action.STATE_FACT,
    FactKind.OPTIONS_AGREED: Action.STATE_FACT,
    FactKind.FEEDBACK_PUBLISHED: Action.STATE_FACT,
    FactKind.DELEGATION_READY: Action.DECLARE_READY,
}
"""Facts that people state, and the action that entitles to it. The house records the others."""


async def record_fact(
    uow: UnitOfWork,
    dialogue_id: UUID,
    kind: FactKind,
    detail: Mapping[str, Any] | None = None,
    *,
    capacity_id: UUID | None = None,
    note: str = "",
) -> DialogueFact:
    """Tell the process what happened, in the same unit of work. Details are ids and codes.

    It judges nothing: the verb that calls it has.
    """
    dialogue = await uow.session.get(Dialogue, dialogue_id)
    if dialogue is None:
        raise not_found()
    run = (await current_runs(uow.session, [dialogue_id]))[dialogue_id]
    fact = DialogueFact(
        lab_id=dialogue.lab_id,
        dialogue_id=dialogue_id,
        phase_run_id=run.id,
        kind=kind,
        at=uow.now,
        detail={key: _plain(value) for key, value in (detail or {}).items()},
        note=note,
        capacity_id=capacity_id,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(fact)
    await uow.session.flush()
    uow.audit(
        action="fact.recorded",
        object_type="DialogueFact",
        object_id=fact.id,
        lab_id=dialogue.lab_id,
        capacity_id=capacity_id,
        detail={"kind": kind.value},
    )
    uow.announce(FactRecorded(lab_id=dialogue.lab_id, dialogue_id=dialogue_id, fact=kind.value))
    return fact


async def state_fact(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, kind: FactKind, note: str = ""
) -> DialogueFact:
    """Let somebody who may say that something happened, in words that are kept with it."""
    action = STATED.get(kind)
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    if action is None:
        message = "The house records this by itself when it happens."
        raise Refused(RefusalCode.NOT_ALLOWED, message, field="kind")
    here.require(action)
    words = check_text(note, field="note", needed=False)
    detail = _detail(here, kind)
    return await record_fact(
        uow, dialogue_id, kind, detail, capacity_id=here.capacity_id, note=words
    )


def _detail(here: Standing, kind: FactKind) -> dict[str, Any]:
    """What the process needs to know beside the fact itself."""
    if kind is FactKind.DELEGATION_READY:
        if Role.DELEGATE not in here.roles:
            raise Refused(RefusalCode.NOT_YOUR_ROLE, "Only delegations declare themselves ready.")
        return {"delegation_id": here.require_seat(), "level": here.level}
    return {}


def _plain(value: Any) -> Any:
    """Ids as text, moments as ISO; what JSON has no word for."""
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value
