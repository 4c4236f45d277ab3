"""P3: casting raced against closing. Each cast is refused, or acknowledged and in the record."""

import asyncio
import random
from uuid import UUID

from policylab import decisions
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM
from policylab.positions import Stance
from tests import make
from tests.decisions import deciding, recompute
from tests.decisions.deciding import Text
from tests.promises.conftest import full

STANCES = (Stance.SUPPORT, Stance.ABSTAIN, Stance.OBJECT, Stance.SUPPORT_WITH_RESERVATION)
LONGEST_WAIT = 0.06


async def cast(
    database: Database, table: make.Table, frozen: Text, body: str, chance: random.Random
) -> str | None:
    """The position that was acknowledged; None when it was refused, and only because of closing."""
    stance = chance.choice(STANCES)
    await asyncio.sleep(chance.random() * 3 * LONGEST_WAIT)  # it is quicker than a closing
    words = deciding.words_for(stance)
    try:
        taken = await deciding.take(database, table, frozen, body, stance, words)
    except Refused as refused:
        if refused.code is RefusalCode.CLOSED:
            return None
        raise
    return str(taken.id)


async def test_each_cast_is_either_refused_or_in_the_record(house: Database) -> None:
    chance = random.Random(20260309)
    table = await make.table(house, template="index-followup-strategy")
    frozen = await deciding.freeze(house, table)
    refused = acknowledged = 0
    stands: dict[str, str] = {}
    for round_ in range(full(200, 20)):
        procedure = await deciding.open_procedure(
            house, table, frozen, phase="decision" if round_ == 0 else None
        )
        for body in set(table.seats) - stands.keys():
            stands[body] = str((await deciding.take(house, table, frozen, body)).id)

        async def closing(procedure_id: UUID = procedure.id) -> None:
            await asyncio.sleep(chance.random() * LONGEST_WAIT)
            async with house.write(table.moderator) as uow:
                await decisions.close_procedure(uow, table.moderator, procedure_id=procedure_id)

        bodies = list(table.seats)
        *casts, _ = await asyncio.gather(
            *(cast(house, table, frozen, body, chance) for body in bodies), closing()
        )
        for body, position in zip(bodies, casts, strict=True):
            refused += position is None
            acknowledged += position is not None
            stands[body] = position or stands[body]
        async with house.read(SYSTEM) as session:
            kept = (await decisions.closings_of(session, [procedure.id]))[procedure.id]
        assert {item["position"] for item in kept.positions} == set(stands.values())
        entitled = [
            {"delegation": str(seat.delegation_id), "level": seat.level, "weight": 1}
            for seat in table.seats.values()
        ]
        again = recompute.outcome_of(procedure.rule, entitled, kept.positions)
        assert again == kept.outcome.value
    assert refused > 0
    assert acknowledged > 0
