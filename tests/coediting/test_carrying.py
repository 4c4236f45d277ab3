"""Words that are moved stay their author's, and keep what hangs on them; nobody gains by it."""

import random
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab import coediting
from policylab.coediting.carrying import Carried, Origins, carried
from policylab.coediting.items import Items, utf16_slice
from policylab.coediting.reader import Kind, Update, read_update
from policylab.coediting.reading import text_of
from policylab.coediting.writing import write_text
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from tests.coediting import crafted
from tests.coediting.harness import Open, Person, eventually, serving, text, words_of
from tests.coediting.node import NODE, WEB


def concurrent(seed: int) -> list[bytes]:
    """What three writers say who type into one run, mostly without hearing each other."""
    dice = random.Random(seed)
    _, start = write_text(text("Words 🌍 of all"), client_id=3)
    docs: list[Doc[Any]] = [Doc(client_id=number) for number in (7, 11, 5)]
    said = [start]
    for doc in docs:
        doc.apply_update(start)
        doc.observe(lambda event: said.append(event.update))
    for _ in range(dice.randrange(10, 60)):
        doc = dice.choice(docs)
        run = run_of(doc)
        places = [0]
        for letter in str(run):
            places.append(places[-1] + len(letter.encode()))
        at = dice.randrange(len(places))
        if dice.random() < 0.7:
            run.insert(places[at], dice.choice(["x", "yz", "é🌍"]))
        elif at + 1 < len(places):
            del run[places[at] : places[at + 1]]
        if dice.random() < 0.15:
            one, two = dice.sample(docs, 2)
            one.apply_update(two.get_update(one.get_state()))
    return said


def run_of(doc: Doc[Any], paragraph: int = 0) -> XmlText:
    block = doc.get("default", type=XmlFragment).children[paragraph]
    assert isinstance(block, XmlElement)
    run = block.children[0]
    assert isinstance(run, XmlText)
    return run


@pytest.mark.parametrize("seed", range(120))
def test_items_are_read_in_the_order_that_every_device_has(seed: int) -> None:
    log = concurrent(seed)
    items = Items(b"\x00\x00")
    known: dict[int, int] = {}
    doc: Doc[Any] = Doc()
    pending = list(log)
    while pending:  # as the server takes them: nothing before what it builds on
        for data in pending:
            update = read_update(data)
            if _is_next(update, known):
                pending.remove(data)
                items.add(update, known)
                for client, _, end in update.sections:
                    known[client] = max(end, known.get(client, 0))
                doc.apply_update(data)
                break
    whole = Items(doc.get_update())
    assert read(whole) == read(items) == str(run_of(doc))


def _is_next(update: Update, known: dict[int, int]) -> bool:
    ends = {client: end for client, _, end in update.sections}
    return all(start <= known.get(client, 0) for client, start, _ in update.sections) and all(
        need <= max(known.get(client, 0), ends.get(client, 0))
        for client, need in [*update.needs.items(), *((c, end) for c, _, end in update.deletes)]
    )


def read(items: Items) -> str:
    """The words of the one run, tombstones left out."""
    words = ""
    strings = [each for each in items.structs() if each.kind is Kind.INLINE]
    parent = items.parent_of(strings[0])
    for struct, start, end in items.in_order(parent):
        if isinstance(struct.said, str):
            dead = items.deleted(struct.client, start, end)
            at = start
            for first, last in [*dead, (end, end)]:
                words += utf16_slice(struct.said, at - struct.clock, first - struct.clock)
                at = last
    return words


def moving(whole: bytes, work: Any, client_id: int = 99) -> list[Carried]:
    """What is carried when somebody does this to a text in one change."""
    doc: Doc[Any] = Doc(client_id=client_id)
    doc.apply_update(whole)
    said: list[bytes] = []
    doc.observe(lambda event: said.append(event.update))
    with doc.transaction():
        work(doc)
    update = read_update(said[0])
    known = {client: end for client, _, end in read_update(whole, trusted=True).sections}
    return carried(Items(whole), update, known)


def two_authors() -> bytes:
    """ "Courses within" by client 3, " six" by client 5 in between."""
    _, whole = write_text(text("Courses within months 🌍"), client_id=3)
    doc: Doc[Any] = Doc(client_id=5)
    doc.apply_update(whole)
    run_of(doc).insert(14, " six")
    return doc.get_update()


def split(doc: Doc[Any], at: int) -> None:
    """As an editor does it when somebody presses Enter."""
    run = run_of(doc)
    tail = str(run).encode()[at:].decode()
    del run[at : len(run)]
    root = doc.get("default", type=XmlFragment)
    block = root.children.insert(1, XmlElement("paragraph"))
    block.attributes["id"] = str(UUID(int=50))
    block.children.append(XmlText(tail))


def test_a_split_carries_the_words_of_each_author() -> None:
    found = moving(two_authors(), lambda doc: split(doc, 8))
    origins = Origins(found)
    assert [(row.from_client, row.length) for row in found] == [(3, 6), (5, 4), (3, 10)]
    start = found[0].clock
    assert origins.authors(99, start, start + 20) == [
        (start, start + 6, 3),
        (start + 6, start + 10, 5),
        (start + 10, start + 20, 3),
    ]
    assert origins.now(found[1].from_client, found[1].from_clock + 1) == (99, start + 7)
    assert origins.now(3, 0) == (3, 0)


def scramble(doc: Doc[Any]) -> None:
    """Take out letters here and there, and write a sentence of them."""
    run = run_of(doc)
    words = str(run)
    for letter in "Cow":
        at = words.index(letter)
        del run[at : at + 1]
        words = words[:at] + words[at + 1 :]
    run.insert(0, "Cow")


def leave_out(doc: Doc[Any]) -> None:
    """Take out the words around one, and write them again without it."""
    run = run_of(doc)
    del run[14:18]
    run.insert(14, " ten")


def reorder(doc: Doc[Any]) -> None:
    run = run_of(doc)
    del run[0:14]
    run.insert(0, "within Courses")


@pytest.mark.parametrize("work", [scramble, leave_out, reorder])
def test_nobody_makes_a_sentence_of_somebody_elses_words(work: Any) -> None:
    assert moving(two_authors(), work) == []


def test_words_typed_where_others_were_taken_out_are_ones_own() -> None:
    def overwrite(doc: Doc[Any]) -> None:
        run = run_of(doc)
        del run[0:7]
        run.insert(0, "Lessons")

    assert moving(two_authors(), overwrite) == []


def test_what_was_carried_twice_is_traced_to_the_first() -> None:
    origins = Origins([Carried(7, 10, 5, 3, 20), Carried(9, 0, 3, 7, 12)])
    assert origins.authors(9, 0, 4) == [(0, 3, 3), (3, 4, 9)]
    assert origins.now(3, 23) == (9, 1)


async def test_a_split_keeps_authors_and_comments_through_the_server(
    database: Database, tmp_path: Path
) -> None:
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft(text("Courses within months 🌍"))
        anna, ben = await house.person(draft_id), await house.person(draft_id)
        async with house.writer(draft_id, anna) as one:
            one.run().insert(14, " six")
            await one.settled()
        async with house.database.read(SYSTEM) as session:
            anchor = await coediting.make_anchor(
                session, draft_id, section_id=None, quotation="within six months"
            )
        async with house.writer(draft_id, ben) as two:
            with two.doc.transaction():
                split(two.doc, 8)
            await two.settled()
        async with house.database.read(SYSTEM) as session:
            shares = await coediting.written_by(session, draft_id)
            spots = await coediting.resolve_anchors(session, draft_id, [anchor])
        assert {(share.capacity_id, share.characters) for share in shares} == {
            (None, 23),
            (anna.standing.capacity_id, 4),
        }
        assert spots == [coediting.Spot(None, 9, 26, "within six months")]


async def test_a_comment_whose_words_were_written_anew_is_found_by_its_quotation(
    database: Database, tmp_path: Path
) -> None:
    async with serving(database, tmp_path) as house:
        draft_id = await house.draft(text("Courses within months", "End"))
        ben = await house.person(draft_id)
        async with house.database.read(SYSTEM) as session:
            anchor = await coediting.make_anchor(
                session, draft_id, section_id=None, quotation="within"
            )
        await _write_anew(house, draft_id, ben, "Lessons within a year")
        async with house.database.read(SYSTEM) as session:
            spots = [
                await coediting.resolve_anchors(session, draft_id, [anchor], quotations)
                for quotations in ((), ("within",), ("months",))
            ]
        lost, found, other = (spot for (spot,) in spots)
        assert lost is not None
        assert lost.orphaned
        assert found == coediting.Spot(None, 8, 14, "within")
        assert other == lost


async def _write_anew(house: Open, draft_id: UUID, person: Person, words: str) -> None:
    async with house.writer(draft_id, person) as writer:
        writer.run().clear()
        await writer.settled()
        writer.run().insert(0, words)
        await writer.settled()
        await eventually(lambda: words in words_of(writer.text))


def test_the_texts_of_these_tests_are_what_they_seem() -> None:
    assert words_of(text_of(two_authors())) == "Courses within six months 🌍"


def test_what_would_take_too_long_is_the_movers() -> None:
    """Very many who write at one spot, then a move of it: no stall, and nothing carried."""
    items = Items(crafted.paragraph(7, "word"))
    for client in range(1_000, 2_000):
        items.add(read_update(crafted.update(client, crafted.string("x", left=(7, 3)))), {})
    moved = crafted.update(11, crafted.string("wo", left=(7, 5)), deletes=crafted.deleting(7, 2, 2))
    began = time.perf_counter()
    assert carried(items, read_update(moved), {}) == []
    assert time.perf_counter() - began < 1.0


@pytest.mark.skipif(
    not (WEB / "node_modules" / "yjs").exists(), reason="npm ci has not run in web/"
)
@pytest.mark.parametrize("work", ["split", "drag"])
def test_what_the_editors_own_binding_says_is_understood(work: str) -> None:
    """y-tiptap decides what is deleted and written anew; all of it is found again."""
    _, whole = write_text(text("Courses within months", "Second one"), client_id=3)
    doc: Doc[Any] = Doc(client_id=5)
    doc.apply_update(whole)
    run_of(doc).insert(14, " six")
    whole = doc.get_update()
    script = Path(__file__).with_name("ytiptap.cjs")
    said = subprocess.run(
        [str(NODE), str(script), str(WEB), whole.hex(), work],
        capture_output=True,
        check=True,
        text=True,
    )
    update = read_update(bytes.fromhex(said.stdout))
    known = {client: end for client, _, end in read_update(whole, trusted=True).sections}
    found = carried(Items(whole), update, known)
    strings = [each for each in update.structs if isinstance(each.said, str)]
    new = [each for each in strings if each.kind is Kind.INLINE]
    assert sum(row.length for row in found) == sum(each.length for each in new)
    origins = Origins(found)
    authors = {
        client
        for each in new
        for _, _, client in origins.authors(99, each.clock, each.clock + each.length)
    }
    assert authors == {3, 5}
