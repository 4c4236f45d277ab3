"""C4: nobody's words stand under somebody else's name, whichever way they are sent."""

import asyncio
import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText, merge_updates

from policylab import coediting
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests.coediting.harness import Person, Writer, eventually, words_of
from tests.coediting.process import Process
from tests.promises.conftest import full

pytestmark = pytest.mark.promise


def said_by(client_id: int, whole: bytes, words: str, *, more: bytes = b"") -> bytes:
    """What a client with this id says when it adds a paragraph to a text."""
    doc: Doc[Any] = Doc(client_id=client_id)
    doc.apply_update(whole)
    if more:
        doc.apply_update(more)
    said: list[bytes] = []
    observer = doc.observe(lambda event: said.append(event.update))
    with doc.transaction():
        root = doc.get("default", type=XmlFragment)
        block = root.children.append(XmlElement("paragraph"))
        block.attributes["id"] = str(uuid7())
        block.children.append(XmlText(words))
    doc.unobserve(observer)
    return said[0]


class Forger:
    """Somebody with the right to write, who would like others to have said it."""

    def __init__(self, process: Process, draft_id: UUID, person: Person) -> None:
        self._url = process.url(draft_id)
        self._person = person

    async def refused(self, update: bytes, *, kind: int = 2) -> str | None:
        """Send an update on a connection of its own; the code of the refusal."""
        writer = Writer(self._url, self._person, client_id=None)
        await writer.connect()
        await writer.settled()
        await writer.change(update, kind=kind)
        await eventually(lambda: writer.refused or writer.stored == writer.sent)
        await writer.close()
        return writer.refused["code"] if writer.refused else None


async def test_words_under_anothers_name_are_refused_whole(process: Process) -> None:
    draft_id = await process.draft()
    anna, ben, chen = [await process.person(draft_id) for _ in range(3)]
    forger = Forger(process, draft_id, ben)
    victims: dict[int, Person] = {}
    writers: list[Writer] = []
    for person in (anna, chen):
        writer = Writer(process.url(draft_id), person)
        await writer.connect()
        writer.write_token()
        await writer.settled()
        victims[writer.doc.client_id] = person
        writers.append(writer)
    whole = writers[0].doc.get_update()
    honest = {str(person.standing.capacity_id): 0 for person in (anna, ben, chen)}
    for writer in writers:
        honest[str(writer.person.capacity if writer.person else "")] += 14
    dice = random.Random(3)
    sent: Counter[str] = Counter()
    for number in range(full(2_000, 24)):
        victim = dice.choice(list(victims))
        forged = said_by(victim, whole, f"forged {number}")
        way = dice.choice(["plain", "first answer", "merged", "merged behind", "built upon"])
        sent[way] += 1
        own = said_by(dice.randrange(2**31, 2**32), whole, f"carried {number}")
        kind = 1 if way == "first answer" else dice.choice([1, 2])
        if way == "merged":
            forged = merge_updates(own, forged)
        elif way == "merged behind":
            forged = merge_updates(forged, own)
        elif way == "built upon":
            after = said_by(dice.randrange(2**31, 2**32), whole, f"carried {number}", more=forged)
            forged = merge_updates(forged, after)
        assert await forger.refused(forged, kind=kind) == "NOT_YOUR_ROLE"
    assert len(sent) == 5

    words = words_of(await process.text(draft_id))
    assert "forged" not in words
    assert "carried" not in words
    async with process.database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, draft_id)
    counted = {str(share.capacity_id): share.characters for share in shares}
    assert counted == {key: count for key, count in honest.items() if count}
    for writer in writers:
        writer.write_token()
        await writer.settled()
        await writer.close()


async def test_ones_own_client_id_is_of_no_use_in_another_capacity_nor_after_a_restart(
    process: Process,
) -> None:
    draft_id = await process.draft()
    anna, ben = await process.person(draft_id), await process.person(draft_id)
    writer = Writer(process.url(draft_id), anna)
    await writer.connect()
    writer.write_token()
    await writer.settled()
    await writer.close()
    mine = said_by(writer.doc.client_id, writer.doc.get_update(), "of another capacity")
    await process.kill()
    await process.start()
    assert await Forger(process, draft_id, ben).refused(mine) == "NOT_YOUR_ROLE"
    standing = coediting.Standing(
        anna.standing.right, anna.id, uuid7(), "national", label=anna.standing.label
    )
    other = Person(anna.id, anna.token, standing)
    process.admit(other, draft_id, standing.right)
    assert await Forger(process, draft_id, other).refused(mine) == "NOT_YOUR_ROLE"
    process.admit(anna, draft_id, standing.right)
    assert await Forger(process, draft_id, anna).refused(mine) is None


async def test_presence_is_ones_own_and_named_by_the_server(process: Process) -> None:
    draft_id = await process.draft()
    anna = await process.person(draft_id, label="Anna")
    ben = await process.person(draft_id, label="Ben")
    one, two = (Writer(process.url(draft_id), person) for person in (anna, ben))
    await one.connect()
    await two.connect()
    state = {"user": {"name": "The Minister", "capacity": ben.capacity}}
    await one.show(11, 1, state)
    await eventually(lambda: 11 in two.presences)
    assert two.presences[11]["user"]["name"] == "Anna"
    assert two.presences[11]["user"]["capacity"] == anna.capacity

    await two.show(11, 99, {"cursor": None})
    await two.show(11, 100, None)
    await two.show(12, 1, {})
    await eventually(lambda: 12 in one.presences)
    assert one.presences[12]["user"]["name"] == "Ben"
    assert one.presences[11]["user"]["name"] == "Anna"
    # A client id that was only shown is bound as well.
    forged = said_by(11, two.doc.get_update(), "forged")
    assert await Forger(process, draft_id, ben).refused(forged) == "NOT_YOUR_ROLE"
    await asyncio.gather(one.close(), two.close())
