"""Texts that several people write at once, in which every letter is there once.

So it is plain whose it is, when it came and who took it out, whatever the bytes say."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab import coediting
from policylab.coediting.carrying import Carried
from policylab.coediting.live import NOTHING, Live
from policylab.coediting.reading import text_of
from policylab.coediting.session import Knowledge, Owner
from policylab.coediting.store import Row, Store
from policylab.coediting.writing import insert_nodes, write_text
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM

Json = dict[str, Any]
ANNA, BEN, CARA = ((uuid7(), uuid7()) for _ in range(3))
NOBODY: Owner = (None, None)
CLIENTS: dict[int, Owner] = {11: ANNA, 2**31 + 5: BEN, 7: CARA, 2**32 - 1: ANNA}
"""Anna writes in two windows."""
HEADING, CLAUSE = UUID(int=1), UUID(int=2)


def first_text(words: str) -> Json:
    """A heading, a clause of two paragraphs with a footnote, and a paragraph under the heading."""

    def block(kind: str, number: int, *content: Json, **attrs: Any) -> Json:
        return {
            "type": kind,
            "attrs": {"id": str(UUID(int=number)), **attrs},
            "content": list(content),
        }

    said = {"type": "text", "text": words}
    note = block("footnote", 9, {"type": "text", "text": "AÀ"})
    clause = block("clause", 2, block("paragraph", 3, said, note), block("paragraph", 4, said))
    heading = block("heading", 1, {"type": "text", "text": "ÁÂ"}, level=1)
    return {"type": "doc", "content": [heading, clause, block("paragraph", 5, said)]}


@dataclass
class Life:
    """What was said, in the order in which the house heard it, and by whom."""

    dice: random.Random
    words: str = "BCD"

    def __post_init__(self) -> None:
        self.content = first_text(self.words)
        self.first_client, start = write_text(self.content, client_id=3)
        self.log: list[tuple[Owner, bytes]] = [(NOBODY, start)]
        self.wrote: dict[str, Owner] = {}
        self._letter = 0x3400
        self._house = Doc[Any]()
        self._house.apply_update(start)
        self._said: list[bytes] = []
        self._house.observe(lambda event: self._said.append(event.update))
        self._docs = {client: Doc[Any](client_id=client) for client in CLIENTS}
        for doc in self._docs.values():
            doc.apply_update(start)

    @property
    def seq(self) -> int:
        return len(self.log)

    def updates(self, until: int) -> list[bytes]:
        return [update for _, update in self.log[:until]]

    def text_at(self, position: int) -> Json:
        return text_of(*self.updates(position))

    def letters_at(self, position: int) -> str:
        return letters(self.text_at(position))

    def whole_at(self, position: int) -> bytes:
        doc = Doc[Any]()
        for update in self.updates(position):
            doc.apply_update(update)
        return doc.get_update()

    def step(self) -> None:
        """Somebody does something, having heard of the others or not."""
        client = self.dice.choice(list(self._docs))
        doc, owner = self._docs[client], CLIENTS[client]
        if self.dice.random() < 0.4:
            doc.apply_update(self._house.get_update(doc.get_state()))
        before = doc.get_state()
        with doc.transaction():
            self._do(doc, owner)
        self._said.clear()
        self._house.apply_update(doc.get_update(before))
        if self._said and self._said[-1] != NOTHING:
            self.log.append((owner, self._said[-1]))

    def _do(self, doc: "Doc[Any]", owner: Owner) -> None:
        root = doc.get("default", type=XmlFragment)
        runs = list(_runs(root))
        dice = self.dice.random()
        if dice < 0.07 or not runs:
            content = [{"type": "text", "text": self._new(owner)}]
            node = {"type": "paragraph", "attrs": {"id": str(uuid7())}, "content": content}
            insert_nodes(root, self.dice.randrange(len(root.children) + 1), [node])
            return
        if dice < 0.10 and len(root.children) > 2:
            del root.children[self.dice.randrange(len(root.children))]
            return
        run = self.dice.choice(runs)
        places = places_in(run)
        at = self.dice.randrange(len(places))
        end = min(len(places) - 1, at + self.dice.randrange(1, 4))
        if dice < 0.65:
            run.insert(places[at], self._new(owner))
        elif end > at and dice < 0.9:
            del run[places[at] : places[end]]
        elif end > at:
            run.format(places[at], places[end], {"bold": {} if dice < 0.96 else None})

    def _new(self, owner: Owner) -> str:
        """Some letters that nobody has used; every fifth takes two places in UTF-16."""
        new = ""
        for _ in range(self.dice.randrange(1, 5)):
            self._letter += 1
            new += chr(self._letter + (0x20000 if self._letter % 5 == 0 else 0))
        self.wrote |= dict.fromkeys(new, owner)
        return new


def _runs(parent: Any) -> Any:
    for child in parent.children:
        if isinstance(child, XmlText):
            yield child
        elif isinstance(child, XmlElement):
            yield from _runs(child)


def places_in(run: XmlText) -> list[int]:
    """Where each letter of a run begins, in bytes, and where the last one ends."""
    places = [0]
    for words, _ in run.diff():
        for letter in words if isinstance(words, str) else ():
            places.append(places[-1] + len(letter.encode()))
    return places


def letters(node: Json) -> str:
    """All letters of a node."""
    return node.get("text", "") + "".join(letters(child) for child in node.get("content", []))


async def begin(database: Database, content: Json | None = None) -> UUID:
    """A draft that the house began, with somebody's text in it."""
    draft_id = uuid7()
    async with database.write(SYSTEM) as uow:
        await coediting.open_draft(
            uow, draft_id=draft_id, dialogue_id=uuid7(), content=content or first_text("BCD")
        )
    return draft_id


async def live_through(
    database: Database,
    life: Life,
    *,
    steps: int,
    draft_id: UUID | None = None,
    carried: Sequence[Carried] = (),
) -> UUID:
    """Go on with a life, and store it as a room does."""
    store = Store(database)
    known = life.seq if draft_id is not None else 0
    if draft_id is None:
        draft_id = await begin(database, {"type": "doc", "content": []})
    for _ in range(steps):
        life.step()
    claims = {**CLIENTS, life.first_client: NOBODY}
    for owner, update in life.log[known:]:
        await store.append(draft_id, [Row(owner, update)], claims, carried)
    await store.close()
    return draft_id


async def rows_of(database: Database, draft_id: UUID) -> list[Any]:
    async with database.rows(SYSTEM) as connection:
        return await connection.fetch(
            "SELECT seq, created_at FROM draft_update WHERE draft_id = $1 ORDER BY seq",
            draft_id,
        )


async def snapshots_of(database: Database, draft_id: UUID) -> list[int]:
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch(
            "SELECT seq FROM draft_snapshot WHERE draft_id = $1 ORDER BY seq", draft_id
        )
    return [row["seq"] for row in rows]


async def keep(database: Database, draft_id: UUID, life: Life, seq: int) -> None:
    """A snapshot as a room takes them."""
    live = Live.load(None, None, life.updates(seq), Knowledge())
    await Store(database).keep_snapshot(draft_id, seq, live.whole(), live.remembered())
