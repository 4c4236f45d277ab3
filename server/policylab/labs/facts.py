"""Recording what happened: by the rooms above, and by people where no room records it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from policylab.kit.db import Statement, UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import uuid7
from policylab.kit.viewer import Viewer
from policylab.labs.events import FactRecorded
from policylab.labs.rules import check_text
from policylab.labs.standing import Here, Standing, standing
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

_RECORD = """
INSERT INTO dialogue_fact (id, created_by, lab_id, dialogue_id, phase_run_id, kind, at, detail,
                           note, capacity_id)
SELECT $1, $8, r.lab_id, r.dialogue_id, r.id, $3, $4, $5::jsonb, $6, $7
  FROM phase_run r WHERE r.dialogue_id = $2 AND r.left_at IS NULL
RETURNING lab_id
"""


async def record_fact(
    uow: UnitOfWork,
    dialogue_id: UUID,
    kind: FactKind,
    detail: Mapping[str, Any] | None = None,
    *,
    capacity_id: UUID | None = None,
    note: str = "",
) -> None:
    """Tell the process what happened, in the same unit of work. Details are ids and codes.

    It judges nothing: the verb that calls it has.
    """
    fact_id = uuid7()
    said = _recording(uow, fact_id, dialogue_id, kind, detail, note, capacity_id)
    row = await uow.fetchrow(said.sql, *said.values)
    if row is None:
        raise not_found()
    _leave(uow, fact_id, kind, dialogue_id, lab_id=row["lab_id"], capacity_id=capacity_id)


def recording(
    uow: UnitOfWork, here: Here, kind: FactKind, detail: Mapping[str, Any] | None = None
) -> Statement:
    """The same as a statement, for a verb that carries out others with it (`uow.together`) in the
    dialogue where its viewer acts."""
    fact_id, dialogue_id, acting = uuid7(), here.dialogue_id, here.capacity_id
    _leave(uow, fact_id, kind, dialogue_id, lab_id=here.lab_id, capacity_id=acting)
    return _recording(uow, fact_id, dialogue_id, kind, detail, "", acting)


def _recording(
    uow: UnitOfWork,
    fact_id: UUID,
    dialogue_id: UUID,
    kind: FactKind,
    detail: Mapping[str, Any] | None,
    note: str,
    capacity_id: UUID | None,
) -> Statement:
    told = orjson.dumps({key: _plain(value) for key, value in (detail or {}).items()}).decode()
    by = uow.viewer.person_id
    given = (fact_id, dialogue_id, kind, uow.now, told, note, capacity_id, by)
    return Statement(_RECORD, given)


def _leave(
    uow: UnitOfWork,
    fact_id: UUID,
    kind: FactKind,
    dialogue_id: UUID,
    *,
    lab_id: UUID,
    capacity_id: UUID | None,
) -> None:
    uow.audit(
        action="fact.recorded",
        object_type="DialogueFact",
        object_id=fact_id,
        lab_id=lab_id,
        capacity_id=capacity_id,
        detail={"kind": kind.value},
    )
    uow.announce(FactRecorded(lab_id=lab_id, dialogue_id=dialogue_id, fact=kind.value))


async def state_fact(
    uow: UnitOfWork, viewer: Viewer, *, dialogue_id: UUID, kind: FactKind, note: str = ""
) -> None:
    """Let somebody who may say that something happened, in words that are kept with it."""
    action = STATED.get(kind)
    here = await standing(uow.session, viewer, dialogue_id, lock=True)
    if action is None:
        message = "The house records this by itself when it happens."
        raise Refused(RefusalCode.NOT_ALLOWED, message, field="kind")
    here.require(action)
    words = check_text(note, field="note", needed=False)
    detail = _detail(here, kind)
    await record_fact(uow, dialogue_id, kind, detail, capacity_id=here.capacity_id, note=words)


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
