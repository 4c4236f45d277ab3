"""Where delegations stand: drafted, cleared, released, confirmed; on a real database."""
from policylab.kit.db import Database
from tests.comments import desk
from policylab import positions
from policylab.positions import Subject, Stance, Words
from tests import make

async def test_smoke(database: Database) -> None:
    made = await desk.frozen(database)
    await make.enter(database, made.table, "positions")
    head = made.table.head()
    async with database.write(head) as uow:
        p = await positions.take_position(uow, head, subject=Subject(set_id=made.set_id, section_id=made.clauses[0]), stance=Stance.SUPPORT, words=Words())
    await desk.rewrite(database, made, 0, "Something else.")
    await make.enter(database, made.table, "positions")
    async with database.read(head) as session:
        print(await positions.on_earlier_text(session, [p.id]))
        print(await positions.steps_of(session, head, [p.id]))
    async with database.write(head) as uow:
        q = await positions.confirm_position(uow, head, position_id=p.id)
    async with database.read(head) as session:
        print(await positions.on_earlier_text(session, [p.id, q.id]))
    assert q.id != p.id
