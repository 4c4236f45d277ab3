"""C8: read-only and suggestion-only rights are checked on every update, by the server."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pycrdt import XmlElement

from policylab.coediting import Right
from tests.coediting.harness import Person, Writer, eventually, text, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full

pytestmark = pytest.mark.promise

WORDS = "Courses within six months."


def block_of(writer: Writer) -> XmlElement:
    block = writer.root.children[0]
    assert isinstance(block, XmlElement)
    return block


def write(writer: Writer, dice: random.Random) -> None:
    writer.run().insert(dice.randrange(len(WORDS)), "x")


def delete(writer: Writer, dice: random.Random) -> None:
    at = dice.randrange(len(WORDS) - 3)
    del writer.run()[at : at + 3]


def mark(writer: Writer, dice: random.Random) -> None:
    writer.run().format(0, dice.randrange(1, 9), {"bold": {}})


def add(writer: Writer, dice: random.Random) -> None:
    writer.root.children.insert(dice.randrange(2), XmlElement("paragraph"))


def drop(writer: Writer, dice: random.Random) -> None:
    del writer.root.children[0]


def rename(writer: Writer, dice: random.Random) -> None:
    block_of(writer).attributes["id"] = str(UUID(int=dice.randrange(2, 99)))


def suggest_for_another(writer: Writer, dice: random.Random) -> None:
    signed = {"id": "s", "capacity": str(UUID(int=dice.randrange(99)))}
    writer.run().insert(3, "x", {"insertion": signed})


def suggest_and_write(writer: Writer, dice: random.Random) -> None:
    """What is allowed and what is not, in one change."""
    assert writer.person is not None
    with writer.doc.transaction():
        writer.run().insert(8, "free ", {"insertion": _signed(writer.person)})
        writer.run().insert(0, "x")


WORKS: list[Callable[[Writer, random.Random], None]] = [
    write,
    delete,
    mark,
    add,
    drop,
    rename,
    suggest_for_another,
    suggest_and_write,
]


def _signed(person: Person) -> dict[str, Any]:
    return {"id": "s", "capacity": person.capacity, "at": "2026-11-24T12:00:00Z"}


@pytest.mark.parametrize("right", [Right.READ, Right.SUGGEST])
async def test_whoever_may_not_write_changes_nothing(process: Process, right: Right) -> None:
    draft_id = await process.draft(text(WORDS))
    person = await process.person(draft_id, right)
    dice = random.Random(8)
    for _ in range(full(100, 2)):
        for work in WORKS:
            writer = Writer(process.url(draft_id), person)
            await writer.connect()
            await writer.settled()
            work(writer, dice)
            await eventually(lambda writer=writer: writer.refused)
            assert writer.refused is not None
            assert writer.refused["code"] == "NOT_ALLOWED"
            await writer.close()
            assert await process.text(draft_id) == text(WORDS)


async def test_suggestions_of_ones_own_are_taken_and_undone_alike(process: Process) -> None:
    draft_id = await process.draft(text(WORDS))
    person = await process.person(draft_id, Right.SUGGEST)
    writer = Writer(process.url(draft_id), person)
    await writer.connect()
    for _ in range(full(100, 3)):
        writer.run().insert(8, "free ", {"insertion": _signed(person)})
        writer.run().format(0, 7, {"deletion": _signed(person)})
        await writer.settled()
        assert words_of(await process.text(draft_id)) == "Courses free within six months."
        del writer.run()[8:13]
        writer.run().format(0, 7, {"deletion": None})
        await writer.settled()
        assert await process.text(draft_id) == text(WORDS)
    assert writer.refused is None
    await writer.close()
    reader = await process.person(draft_id, Right.READ)
    watching = Writer(process.url(draft_id), reader)
    await watching.connect()
    await watching.settled()  # what it repeats of the text is no change of its own
    await watching.close()
