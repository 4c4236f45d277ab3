"""P4: a drafted position or a delegation's note is never visible outside it: by no question that
the schema lets anybody ask, in no announcement, no audit detail and no fact."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import pytest

from policylab import comments, positions
from policylab.comments import ThreadVisibility
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk
from tests.promises import walking
from tests.promises.conftest import WHOLE
from tests.promises.walking import Walker

CANARIES = {
    "statement": "Our council would rather let it fail.",
    "reservation": "We hide a reservation about the budget.",
    "condition": "Our price is the new school building.",
    "note": "Between us: the mayor is against it.",
    "answer": "Then nobody must hear of it outside.",
    "quotation": "teach newcomers",
}


@dataclass
class Closed:
    """What is closed inside one delegation."""

    made: Desk
    hidden: dict[str, UUID]
    """Identifier by type."""

    @property
    def identifiers(self) -> list[str]:
        return [to_global(kind, key) for kind, key in self.hidden.items()]


@pytest.fixture
async def closed(house: Database) -> Closed:
    """Two positions in preparation and a closed note of the city, on a text that is frozen."""
    made = await desk.frozen(house)
    table = made.table
    note = await write_note(house, made)
    await make.enter(house, table, "positions")
    conditional = Words(statement=CANARIES["statement"], conditions=[CANARIES["condition"]])
    drafted = await draft(house, made, None, Stance.CONDITIONAL, conditional)
    reserved = Words(reservations=[CANARIES["reservation"]])
    cleared = await draft(house, made, made.clauses[0], Stance.SUPPORT_WITH_RESERVATION, reserved)
    async with house.write(table.head()) as uow:
        await positions.clear_position(uow, table.head(), position_id=cleared)
    async with house.read(SYSTEM) as session:
        [condition] = (await positions.conditions_of(session, [drafted]))[drafted]
    return Closed(made, {"Thread": note, "Position": drafted, "PositionCondition": condition.id})


async def write_note(house: Database, made: Desk) -> UUID:
    author, head = made.table.delegate(), made.table.head()
    version_id = await desk.version_of(house, made)
    async with house.write(author) as uow:
        thread = await comments.start_thread(
            uow,
            author,
            version_id=version_id,
            section_id=made.clauses[0],
            quotation=CANARIES["quotation"],
            body=CANARIES["note"],
            visibility=ThreadVisibility.DELEGATION,
        )
    async with house.write(head) as uow:
        await comments.reply(uow, head, thread_id=thread.id, body=CANARIES["answer"])
    return thread.id


async def draft(
    house: Database, made: Desk, section_id: UUID | None, stance: Stance, words: Words
) -> UUID:
    author = made.table.delegate()
    subject = Subject(set_id=made.set_id, section_id=section_id)
    async with house.write(author) as uow:
        row = await positions.draft_position(
            uow, author, subject=subject, stance=stance, words=words
        )
    return row.id


def outside(made: Desk) -> dict[str, Viewer]:
    """Everybody but the two delegates of the city."""
    table = made.table
    found = {
        name: getattr(table, name)
        for name in ("moderator", "rapporteur", "expert", "observer", "secretariat")
    }
    found |= {"administrator": table.administrator, "outsider": table.outsider}
    for body in ("REGION", "MINISTRY"):
        found |= {f"head {body}": table.head(body), f"delegate {body}": table.delegate(body)}
    return found


async def everything(house: Database, viewer: Viewer) -> bytes:
    """All that the schema lets somebody ask for, with every identifier there is."""
    walker, ids = Walker(house, viewer), await walking.identifiers(house)
    answers = [answer async for _, answer in walker.roots(ids)]
    for kind, known in ids.items():
        answers += [await walker.node(kind, identifier) for identifier in known]
    return walking.as_bytes(answers)


HIDDEN = sorted(set(CANARIES) - {"quotation"})
"""The quoted words stand in the frozen text, where everybody reads them."""


NEAREST = ("moderator", "head REGION", "outsider")
"""Whose walk is made in the short form, too."""


async def test_its_own_delegates_find_what_is_closed(house: Database, closed: Closed) -> None:
    for viewer in (closed.made.table.head(), closed.made.table.delegate()):
        text = await everything(house, viewer)
        assert [n for n in HIDDEN if walking.as_json(CANARIES[n]) not in text] == []


async def test_nobody_else_finds_a_word_of_it(house: Database, closed: Closed) -> None:
    keys = {str(key).encode() for key in closed.hidden.values()}
    for name, viewer in outside(closed.made).items():
        if not WHOLE and name not in NEAREST:
            continue
        text = await everything(house, viewer)
        assert [n for n in HIDDEN if walking.as_json(CANARIES[n]) in text] == [], name
        for identifier in closed.identifiers:
            answer = await Walker(house, viewer).ask(
                "query($id: ID!) { node(id: $id) { id } }", {"id": identifier}
            )
            assert answer == {"data": {"node": None}}, name
        assert [key for key in keys if key in text] == [], name


async def test_row_security_alone_keeps_it_closed(house: Database, closed: Closed) -> None:
    """A4: without the predicates of the reading side the second lock still holds."""
    statement = (
        "SELECT (SELECT count(*) FROM position WHERE released_at IS NULL), "
        "(SELECT count(*) FROM position_condition), (SELECT count(*) FROM comment), "
        "(SELECT count(*) FROM thread)"
    )
    async with house.rows(closed.made.table.head()) as connection:
        assert tuple(await connection.fetchrow(statement)) == (2, 1, 2, 1)
    for name, viewer in outside(closed.made).items():
        async with house.rows(viewer) as connection:
            assert tuple(await connection.fetchrow(statement)) == (0, 0, 0, 0), name


async def test_no_verb_answers_otherwise_than_for_what_is_not_there(
    house: Database, closed: Closed
) -> None:
    for name, viewer in outside(closed.made).items():
        for verb, options in verbs(closed):
            with pytest.raises(Refused) as refused:
                async with house.write(viewer) as uow:
                    await verb(uow, viewer, **options)
            assert refused.value.code is RefusalCode.NOT_FOUND, (name, verb)


def verbs(closed: Closed) -> list[tuple[Any, dict[str, Any]]]:
    thread, position = closed.hidden["Thread"], closed.hidden["Position"]
    condition = closed.hidden["PositionCondition"]
    return [
        (comments.reply, {"thread_id": thread, "body": "Ha."}),
        (comments.resolve_thread, {"thread_id": thread}),
        (comments.reopen_thread, {"thread_id": thread}),
        (positions.clear_position, {"position_id": position}),
        (positions.release_position, {"position_id": position}),
        (positions.confirm_position, {"position_id": position}),
        (positions.mark_condition_met, {"condition_id": condition}),
        (positions.confirm_condition, {"condition_id": condition}),
    ]


async def test_what_is_announced_and_recorded_says_nothing_of_it(
    house: Database, closed: Closed
) -> None:
    """The outbox names it only to its delegation; facts and audit details carry no word."""
    delegation_id = str(closed.made.table.seats["CITY"].delegation_id)
    keys = [str(key) for key in closed.hidden.values()]
    async with house.rows(SYSTEM) as connection:
        told = [row[0] for row in await connection.fetch("SELECT payload FROM outbox")]
        facts = await connection.fetch("SELECT detail, note FROM dialogue_fact")
        audits = await connection.fetch("SELECT detail FROM audit_event")
    naming = [each for each in told if any(key in orjson.dumps(each).decode() for key in keys)]
    assert len(naming) >= 3
    assert {each.get("closed_to") for each in naming} == {delegation_id}
    recorded = orjson.dumps([list(row) for row in [*facts, *audits]] + told).decode()
    assert [name for name in HIDDEN if CANARIES[name] in recorded] == []
    assert not any(key in orjson.dumps([list(row) for row in facts]).decode() for key in keys)


async def test_a_released_position_is_everybodys_in_the_dialogue(
    house: Database, closed: Closed
) -> None:
    """The same walk finds the words once they are released: it would have found them before."""
    head = closed.made.table.head()
    for verb in (positions.clear_position, positions.release_position):
        async with house.write(head) as uow:
            await verb(uow, head, position_id=closed.hidden["Position"])
    text = await everything(house, closed.made.table.observer)
    for name in ("statement", "condition"):
        assert walking.as_json(CANARIES[name]) in text
    for name in ("reservation", "note", "answer"):
        assert walking.as_json(CANARIES[name]) not in text
