"""One draft that people have open in this process: its connections, its text, and its turns.

Turns follow each other: judge, apply, store, and only then pass on. So whatever is answered comes
from a document in which everything is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol
from uuid import UUID

from policylab.coediting import protocol
from policylab.coediting.audience import Audience
from policylab.coediting.lib0 import BadBytes
from policylab.coediting.live import NOTHING, Broken, Live
from policylab.coediting.pace import Pace
from policylab.coediting.protocol import Change, Message, SyncAsked
from policylab.coediting.reader import read_update
from policylab.coediting.resting import Resting
from policylab.coediting.rules import Right
from policylab.coediting.session import Accepted, Knowledge, Missing, Refusal
from policylab.coediting.store import Closed, Loaded, NotStored, Store, Taken, Unknown
from policylab.coediting.tail import Tail
from policylab.coediting.turn import NOT_TAKEN_IN, Item, Peer, Turn
from policylab.kit.errors import RefusalCode
from policylab.kit.log import log

TRY_LATER: Final = 1013
REFUSED: Final = 4500
RIGHTS_CHANGED: Final = 4501
CATCH_UP_SECONDS: Final = 0.25
SHORT_TAIL: Final = 50
SHORT_TAIL_BYTES: Final = 32 * 1024
"""Rows, and their bytes, that may follow a snapshot of a text that is put to rest."""
MOST_ITEMS: Final = 512
"""Messages of one turn: then the other texts have theirs."""
LARGE: Final = 64 * 1024
"""Bytes of a change that is read aside, while others go on."""
MOST_MISSED: Final = 2_000
"""Rows that a client which names its log position is brought one by one."""


class House(Protocol):
    """What a draft needs of the process that it lives in."""

    store: Store

    def stored(self, room: Room) -> None:
        """The draft's log has grown."""
        ...


class Room:
    """See the module."""

    def __init__(self, draft_id: UUID, house: House) -> None:
        self.draft_id = draft_id
        self.dialogue_id: UUID | None = None
        self.seq = 0
        self.heard_of = 0
        """The newest log position that another process has told of."""
        self.idle_since = 0.0
        self._house = house
        self._closed = False
        self._text: Live | Resting | None = None
        self._changed_at = 0.0
        self._inbox: list[Item] = []
        self._audience = Audience()
        self._work_task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._caught_up_at = 0.0
        self._tail = Tail()
        self._pace = Pace()

    # ── what connections do ──

    def join(self, peer: Peer) -> None:
        self._audience.join(peer)
        self._wake()

    def receive(self, peer: Peer, message: Message) -> None:
        """Take a message; it is dealt with in the next turn."""
        if isinstance(message, Change):
            peer.session.count += 1
        self._inbox.append(Item(peer, message, peer.session.count))
        if self._work_task is None:
            self._wake()

    def leave(self, peer: Peer) -> None:
        """What it sent before it left is still dealt with."""
        self._audience.leave(peer)
        if not self.peers:
            self.idle_since = asyncio.get_running_loop().time()

    def hear(self, seq: int, closed: bool | None = None) -> None:
        """Another process, or the database itself, says how far the log goes."""
        if closed is not None:
            self._closed = closed
        if closed and any(peer.session.standing.right is not Right.READ for peer in self.peers):
            self._in_background(self._say_closed(), "coediting.closed")
        if seq > max(self.heard_of, self.seq):
            self.heard_of = seq
            self._wake()

    async def _say_closed(self) -> None:
        """Ask everybody to come back; whose edit is under way is told first what became of it."""
        if self._work_task is not None:
            await asyncio.shield(self._work_task)
        self.dismiss(self.peers, RIGHTS_CHANGED, "This draft is closed.")

    def dismiss(self, peers: Iterable[Peer], code: int, reason: str) -> None:
        self._audience.dismiss(peers, code, reason)

    @property
    def peers(self) -> set[Peer]:
        return self._audience.peers

    @property
    def resting(self) -> bool:
        """Nobody is here and nothing is under way."""
        return not (self.peers or self._inbox or self._work_task or self._background)

    async def settle(self) -> None:
        """Wait until everything that has come in is dealt with."""
        while self._work_task is not None:
            await asyncio.shield(self._work_task)
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)

    # ── turns ──

    def _wake(self) -> None:
        if self._work_task is None:
            self._work_task = asyncio.create_task(self._work(), name="coediting.room")

    async def _work(self) -> None:
        try:
            while self._inbox or self._audience.joining or self.heard_of > self.seq:
                await self._pace.wait(len(self.peers), len(self._inbox))
                items, self._inbox = self._inbox[:MOST_ITEMS], self._inbox[MOST_ITEMS:]
                await self._guarded_turn(items)
                for peer in {item.peer for item in items}:
                    peer.resume()
                if self._inbox:
                    await asyncio.sleep(0)
        finally:
            self._work_task = None

    async def _guarded_turn(self, items: list[Item]) -> None:
        """What goes wrong is this text's alone: its clients bring back what was not stored."""
        try:
            await self._one_turn(items)
        except (NotStored, OSError, TimeoutError) as error:
            log.warning("coediting.not_stored", draft=str(self.draft_id), error=repr(error))
            self._give_up(TRY_LATER, "This can't be stored at the moment.")
        except Unknown:
            self._give_up(TRY_LATER, "This draft can't be opened.")
        except Exception:  # noqa: BLE001 the draft of this one room; the others go on
            log.exception("coediting.turn_failed", draft=str(self.draft_id))
            self._give_up(TRY_LATER, "Something went wrong; please come back.")

    def _give_up(self, code: int, reason: str) -> None:
        """Forget what is in memory; the clients bring back what was not stored."""
        self._text = None
        self._audience.joining.clear()
        self._inbox.clear()
        self.heard_of = 0
        self.dismiss(self.peers, code, reason)

    async def _one_turn(self, items: list[Item]) -> None:
        text = await self._readable()
        if self.heard_of > self.seq:
            await self._catch_up(text)
        joining, self._audience.joining = self._audience.joining, []
        question = protocol.ask_sync(text.committed) if joining else b""
        for peer in joining:
            await self._greet(peer, question)
        if items:
            await self._run(items)
        self._maybe_snapshot()

    async def _run(self, items: list[Item]) -> None:
        """Judge, apply, store, pass on. What breaks the document is found by going one by one."""
        turn = await self._turn(items)
        try:
            await self._judge(turn, items)
            turn.apply()
            before = await self._keep(turn)
        except (Broken, Taken) as error:
            self._text = None
            turn.undo()
            await self._one_by_one(items, error)
            return
        except Closed:
            self._text = None
            self._refuse_all(items)
            return
        await self._kept(turn, before)
        self._answer(turn)

    async def _turn(self, items: list[Item]) -> Turn:
        """A turn on what its messages need: mostly the document, for readers only its bytes."""
        if any(isinstance(item.message, Change) and item.message.says_something for item in items):
            live = await self._writable()
            return Turn(live.knowledge, live)
        text = await self._readable()
        if isinstance(text, Live):
            return Turn(text.knowledge, text)
        return Turn(Knowledge(known=text.committed, committed=text.committed, owners=text.owners))

    async def _one_by_one(self, items: list[Item], error: Exception) -> None:
        if len(items) > 1:
            for item in items:
                await self._run([item])
            return
        log.warning("coediting.cut_off", draft=str(self.draft_id), error=repr(error))
        turn = await self._turn([])
        turn.refuse(items[0], NOT_TAKEN_IN)
        self._answer(turn)

    async def _judge(self, turn: Turn, items: Sequence[Item]) -> None:
        for item in items:
            change = item.message
            if isinstance(change, Change):
                self._pace.note(item.peer)
                if len(change.data) > LARGE and change.update is None:
                    await _read_ahead(change)
            verdict = turn.verdict(item)
            if verdict is None:
                continue
            if not isinstance(verdict, Accepted) and await self._may_be_behind(turn, verdict):
                verdict = turn.verdict(item)
                assert verdict is not None
            turn.take(item, verdict)

    async def _may_be_behind(self, turn: Turn, verdict: Missing | Refusal) -> bool:
        """What seems missing or foreign may have been stored by another process: look."""
        foreign = isinstance(verdict, Refusal) and verdict.code is RefusalCode.NOT_YOUR_ROLE
        now = asyncio.get_running_loop().time()
        if turn.live is None or not (foreign or isinstance(verdict, Missing)):
            return False
        if now - self._caught_up_at < CATCH_UP_SECONDS:
            return False
        await self._catch_up(turn.live)
        return True

    async def _keep(self, turn: Turn) -> int:
        """Store what the turn changed; answers the log position before it."""
        if not turn.rows and not turn.claims:
            return self.seq
        before = await self._house.store.append(self.draft_id, turn.rows, turn.claims, turn.carried)
        return before if turn.rows else self.seq

    async def _kept(self, turn: Turn, before: int) -> None:
        """It is durable: what others have stored in between first, then this."""
        if turn.live is None:
            return
        turn.live.commit()
        if before > self.seq:
            await self._catch_up(turn.live, until=before)
        if not turn.rows:
            return
        self.seq = before + len(turn.rows)
        passed_on = tuple(protocol.pass_on(row.update) for row in turn.rows)
        self._audience.send_all(passed_on, self._acknowledgements(turn))
        self._tail.add([row.update for row in turn.rows], turn.parts)
        self._house.stored(self)

    async def _catch_up(self, text: Live | Resting, until: int | None = None) -> None:
        """Take in and pass on what other processes have stored."""
        rows, owners = await self._house.store.after(self.draft_id, self.seq)
        self._caught_up_at = asyncio.get_running_loop().time()
        rows = [row for row in rows if until is None or row[0] <= until]
        text.owners.update(owners)
        if rows:
            text.follow([update for _, update in rows])
            self.seq = rows[-1][0]
            self._audience.send_all(tuple(protocol.pass_on(update) for _, update in rows))
            self._tail.add([update for _, update in rows])
        self.heard_of = min(self.heard_of, self.seq)

    # ── the text in memory ──

    @property
    def bytes(self) -> int:
        """How long the text is, as it is stored."""
        return 0 if self._text is None else self._text.size

    @property
    def size(self) -> int:
        """About how many bytes the text takes here; a document some sixteen times its encoding."""
        return self.bytes * (16 if isinstance(self._text, Live) else 1)

    @property
    def changed_at(self) -> float:
        """When the text was last changed, or looked for, here."""
        return self._changed_at

    async def _readable(self) -> Live | Resting:
        """The text in some form from which it can be read."""
        if self._text is None:
            loaded = await self._house.store.load(self.draft_id)
            self._text = Resting(loaded.state, loaded.shape, loaded.tail, loaded.owners)
            self._changed_at = asyncio.get_running_loop().time()
            self._meet(loaded)
        return self._text

    async def _writable(self) -> Live:
        """The text as a document."""
        text = await self._readable()
        self._changed_at = asyncio.get_running_loop().time()
        if isinstance(text, Resting):
            text = self._text = text.wake()
        return text

    def _meet(self, loaded: Loaded) -> None:
        """Take the text up as the database has it; who is here may have missed something."""
        missed = loaded.seq > self.seq > 0
        self.dialogue_id, self.seq = loaded.dialogue_id, loaded.seq
        self._tail = Tail()
        self._tail.add(loaded.tail)
        self._closed = loaded.closed
        if missed and self._audience.greeted:
            assert self._text is not None
            everything = SyncAsked({}, b"\x00")
            self._audience.send_all(self._text.answers(everything))

    def rest(self, *, altogether: bool = False) -> bool:
        """Give back the memory of a text that nobody changes; the next to come gets it again.

        False when something is under way.
        """
        if self._work_task is not None or self._background:
            return False
        if isinstance(self._text, Live):
            if self._tail.rows > SHORT_TAIL or self._tail.bytes > SHORT_TAIL_BYTES:
                self._snapshot(self._text)
            self._text = Resting.of(self._text)
        if altogether:
            self._text = None
        return True

    def _maybe_snapshot(self) -> None:
        """After enough rows, remember the whole text, so that opening it stays quick."""
        live = self._text
        if isinstance(live, Live) and self._tail.long_beside(live.size):
            self._snapshot(live)

    def _snapshot(self, live: Live) -> None:
        self._tail = Tail()
        self._in_background(
            self._house.store.keep_snapshot(
                self.draft_id, self.seq, live.whole(), live.remembered()
            ),
            "coediting.snapshot",
        )

    def _in_background(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("coediting.background", task=task.get_name(), error=repr(task.exception()))

    # ── answers ──

    def _answer(self, turn: Turn) -> None:
        for peer in turn.asks:
            self._audience.send(peer, protocol.ask_sync(turn.knowledge.committed))
        if turn.syncs:
            self._answer_syncs(turn.syncs)
        if not turn.rows:  # else they have heard with what was stored
            for peer, message in self._acknowledgements(turn).items():
                self._audience.send(peer, message)
        for peer, refusal, number in turn.refusals:
            self._refuse(peer, refusal, number)
        for peer, presences in turn.shown:
            self._audience.take(peer, presences, turn.knowledge.owners)
        for peer in turn.curious:
            self._audience.show_everybody(peer)

    def _answer_syncs(self, asked: dict[Peer, SyncAsked]) -> None:
        """Each gets what it lacks; those who lack the same get the same bytes."""
        answers: dict[bytes, tuple[bytes, ...]] = {}
        for peer, wanted in asked.items():
            if peer.session.resumed:  # it has been brought what it missed
                peer.session.resumed = False
                peer.write(UP_TO_DATE)
                continue
            if wanted.data not in answers:
                answers[wanted.data] = self._sync_answer(wanted)
            peer.write(answers[wanted.data])

    def _sync_answer(self, wanted: SyncAsked) -> tuple[bytes, ...]:
        assert self._text is not None
        try:
            return self._text.answers(wanted)
        except (Broken, BadBytes):
            return self._text.answers(SyncAsked({}, b"\x00"))

    def _acknowledgements(self, turn: Turn) -> dict[Peer, bytes]:
        """What those who have written hear of it: that it is durable."""
        said: dict[Peer, bytes] = {}
        for peer, number in turn.done.items():
            session = peer.session
            if session.hole or session.refused:
                continue
            session.stored = number
            if session.own_frames:
                said[peer] = protocol.say_stored(self.seq, number)
        return said

    def _refuse(self, peer: Peer, refusal: Refusal, number: int) -> None:
        log.info("coediting.refused", draft=str(self.draft_id), code=refusal.code.value)
        if peer.session.own_frames:
            said = peer.session.tell(refusal.message)
            self._audience.send(peer, protocol.say_refused(refusal.code.value, said, number))
        else:
            peer.close(REFUSED, refusal.message)

    def _refuse_all(self, items: Sequence[Item]) -> None:
        """The draft was closed before these edits were stored."""
        refusal = Refusal(RefusalCode.CLOSED, "This draft was closed before your last change.")
        first = {item.peer: item for item in reversed(items) if isinstance(item.message, Change)}
        for peer, item in first.items():
            peer.session.refused = True
            self._refuse(peer, refusal, item.number)
        self.dismiss(self.peers, RIGHTS_CHANGED, "This draft is closed.")

    async def _greet(self, peer: Peer, question: bytes) -> None:
        """Say hello; the question is what of its text we have not."""
        session = peer.session
        if self._closed:  # nobody writes a closed draft, whatever the gate has said
            session.standing = session.standing.reading()
        missed = await self._missed_by(session.since)
        first: list[bytes] = []
        if session.own_frames:
            first.append(protocol.say_welcome(session.standing.said() | {"seq": self.seq}))
        if missed is not None:
            session.resumed = True
            first += missed
        first.append(question)
        self._audience.greet(peer, first)
        if self._audience.anybody:
            self._audience.show_everybody(peer)

    async def _missed_by(self, since: int | None) -> list[bytes] | None:
        """What was stored after a log position; None when it is not known, or too much."""
        if since is None or not 0 < since <= self.seq or self.seq - since > MOST_MISSED:
            return None
        if since == self.seq:
            return []
        rows, _ = await self._house.store.after(self.draft_id, since)
        return [protocol.pass_on(update) for seq, update in rows if seq <= self.seq]


UP_TO_DATE: Final = (protocol.answer_sync(NOTHING),)


async def _read_ahead(change: Change) -> None:
    """Read a large change in a thread, so that the others' keystrokes go in between."""
    with suppress(BadBytes):  # judged, and refused, in its turn
        change.update = await asyncio.to_thread(read_update, change.data)
