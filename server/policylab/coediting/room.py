"""One draft that people have open in this process: its connections, its text, and its turns.

Turns follow each other: judge, apply, store, and only then pass on. So whatever is answered comes
from a document in which everything is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from policylab.coediting import protocol
from policylab.coediting.audience import Audience
from policylab.coediting.lib0 import BadBytes
from policylab.coediting.live import Broken, Live
from policylab.coediting.protocol import Change, Message
from policylab.coediting.rules import Right
from policylab.coediting.session import Accepted, Knowledge, Missing, Refusal
from policylab.coediting.store import Closed, Loaded, NotStored, Store, Taken, Unknown
from policylab.coediting.turn import NOT_TAKEN_IN, Item, Peer, Turn
from policylab.kit.errors import RefusalCode
from policylab.kit.log import log

TRY_LATER: Final = 1013
REFUSED: Final = 4500
RIGHTS_CHANGED: Final = 4501
CATCH_UP_SECONDS: Final = 0.25
SNAPSHOT_ROWS: Final = 500
SNAPSHOT_BYTES: Final = 256 * 1024


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
        self._live: Live | None = None
        self._inbox: list[Item] = []
        self._audience = Audience()
        self._work_task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._caught_up_at = 0.0
        self._since_snapshot = [0, 0]

    # ── what connections do ──

    def join(self, peer: Peer) -> None:
        self._audience.join(peer)
        self._wake()

    def receive(self, peer: Peer, message: Message) -> None:
        """Take a message; it is dealt with in the next turn."""
        if isinstance(message, Change):
            peer.session.count += 1
        self._inbox.append(Item(peer, message, peer.session.count))
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
            self.dismiss(self.peers, RIGHTS_CHANGED, "This draft is closed.")
        if seq > max(self.heard_of, self.seq):
            self.heard_of = seq
            self._wake()

    def dismiss(self, peers: Iterable[Peer], code: int, reason: str) -> None:
        self._audience.dismiss(peers, code, reason)

    @property
    def peers(self) -> set[Peer]:
        return self._audience.peers

    @property
    def resting(self) -> bool:
        """Nobody is here and nothing is under way."""
        working = self._work_task is not None and not self._work_task.done()
        return not (self.peers or self._inbox or working or self._background)

    async def settle(self) -> None:
        """Wait until everything that has come in is dealt with."""
        while not (self._work_task is None or self._work_task.done()):
            await asyncio.shield(self._work_task)
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)

    # ── turns ──

    def _wake(self) -> None:
        if self._work_task is None or self._work_task.done():
            self._work_task = asyncio.create_task(self._work(), name="coediting.room")

    async def _work(self) -> None:
        while self._inbox or self._audience.joining or self.heard_of > self.seq:
            items, self._inbox = self._inbox, []
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
            for peer in {item.peer for item in items}:
                peer.resume()
            await asyncio.sleep(0)

    def _give_up(self, code: int, reason: str) -> None:
        """Forget what is in memory; the clients bring back what was not stored."""
        self._live = None
        self._audience.joining.clear()
        self._inbox.clear()
        self.heard_of = 0
        self.dismiss(self.peers, code, reason)

    async def _one_turn(self, items: list[Item]) -> None:
        live = await self._loaded()
        if self.heard_of > self.seq:
            await self._catch_up(live)
        joining, self._audience.joining = self._audience.joining, []
        for peer in joining:
            self._greet(peer, live)
        if items:
            await self._run(items)
        self._maybe_snapshot()

    async def _run(self, items: list[Item]) -> None:
        """Judge, apply, store, pass on. What breaks the document is found by going one by one."""
        turn = Turn(await self._loaded())
        try:
            await self._judge(turn, items)
            turn.apply()
            before = await self._keep(turn)
        except (Broken, Taken) as error:
            self._live = None
            turn.undo()
            await self._one_by_one(items, error)
            return
        except Closed:
            self._live = None
            self._refuse_all(items)
            return
        await self._kept(turn, before)
        self._answer(turn)

    async def _one_by_one(self, items: list[Item], error: Exception) -> None:
        if len(items) > 1:
            for item in items:
                await self._run([item])
            return
        log.warning("coediting.cut_off", draft=str(self.draft_id), error=repr(error))
        turn = Turn(await self._loaded())
        turn.refuse(items[0], NOT_TAKEN_IN)
        self._answer(turn)

    async def _judge(self, turn: Turn, items: Sequence[Item]) -> None:
        for item in items:
            verdict = turn.verdict(item)
            if verdict is not None and await self._may_be_behind(turn.live, verdict):
                verdict = turn.verdict(item)
            if verdict is not None:
                turn.take(item, verdict)

    async def _may_be_behind(self, live: Live, verdict: Accepted | Missing | Refusal) -> bool:
        """What seems missing or foreign may have been stored by another process: look."""
        foreign = isinstance(verdict, Refusal) and verdict.code is RefusalCode.NOT_YOUR_ROLE
        now = asyncio.get_running_loop().time()
        if not (foreign or isinstance(verdict, Missing)):
            return False
        if now - self._caught_up_at < CATCH_UP_SECONDS:
            return False
        await self._catch_up(live)
        return True

    async def _keep(self, turn: Turn) -> int:
        """Store what the turn changed; answers the log position before it."""
        if not turn.rows and not turn.claims:
            return self.seq
        before = await self._house.store.append(self.draft_id, turn.rows, turn.claims, turn.carried)
        return before if turn.rows else self.seq

    async def _kept(self, turn: Turn, before: int) -> None:
        """It is durable: what others have stored in between first, then this."""
        turn.live.commit()
        if before > self.seq:
            await self._catch_up(turn.live, until=before)
        if not turn.rows:
            return
        self.seq = before + len(turn.rows)
        self._audience.send_all([protocol.pass_on(row.update) for row in turn.rows])
        self._count([row.update for row in turn.rows])
        self._house.stored(self)

    async def _catch_up(self, live: Live, until: int | None = None) -> None:
        """Take in and pass on what other processes have stored."""
        rows, owners = await self._house.store.after(self.draft_id, self.seq)
        self._caught_up_at = asyncio.get_running_loop().time()
        rows = [row for row in rows if until is None or row[0] <= until]
        live.knowledge.owners.update(owners)
        if rows:
            live.follow(update for _, update in rows)
            self.seq = rows[-1][0]
            self._audience.send_all([protocol.pass_on(update) for _, update in rows])
            self._count([update for _, update in rows])
        self.heard_of = min(self.heard_of, self.seq)

    # ── the text in memory ──

    async def _loaded(self) -> Live:
        if self._live is None:
            loaded = await self._house.store.load(self.draft_id)
            self._live = self._made(loaded)
        return self._live

    def _made(self, loaded: Loaded) -> Live:
        live = Live.load(
            loaded.state, loaded.shape, loaded.tail, Knowledge(owners=dict(loaded.owners))
        )
        missed = loaded.seq > self.seq > 0
        self.dialogue_id, self.seq = loaded.dialogue_id, loaded.seq
        self._since_snapshot = [len(loaded.tail), sum(map(len, loaded.tail))]
        self._closed = loaded.closed
        if missed and self._audience.greeted:
            self._audience.send_all([protocol.pass_on(live.whole())])
        return live

    def _count(self, updates: Sequence[bytes]) -> None:
        self._since_snapshot[0] += len(updates)
        self._since_snapshot[1] += sum(map(len, updates))

    def _maybe_snapshot(self) -> None:
        """After enough rows, remember the whole text, so that opening it stays quick."""
        rows, size = self._since_snapshot
        if self._live is None or (rows < SNAPSHOT_ROWS and size < SNAPSHOT_BYTES):
            return
        self._since_snapshot = [0, 0]
        state, shape = self._live.whole(), self._live.knowledge.shape.encode()
        self._in_background(
            self._house.store.keep_snapshot(self.draft_id, self.seq, state, shape),
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
        asked: dict[bytes, bytes] = {}
        for peer in turn.asks:
            self._audience.send(peer, protocol.ask_sync(turn.live.knowledge.committed))
        for peer, wanted in turn.syncs.items():
            if wanted.data not in asked:
                asked[wanted.data] = self._sync_answer(turn.live, wanted)
            self._audience.send(peer, asked[wanted.data])
        for peer, number in turn.done.items():
            self._acknowledge(peer, number)
        for peer, refusal, number in turn.refusals:
            self._refuse(peer, refusal, number)
        for peer, presences in turn.shown:
            self._audience.take(peer, presences, turn.live.knowledge.owners)
        for peer in turn.curious:
            self._audience.show_everybody(peer)

    def _sync_answer(self, live: Live, wanted: protocol.SyncAsked) -> bytes:
        try:
            return protocol.answer_sync(live.since(wanted.state, wanted.data))
        except (Broken, BadBytes):
            self._live = None
            return protocol.answer_sync(live.whole())

    def _acknowledge(self, peer: Peer, number: int) -> None:
        session = peer.session
        if session.hole or session.refused:
            return
        session.stored = number
        if session.own_frames:
            self._audience.send(peer, protocol.say_stored(self.seq, number))

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

    def _greet(self, peer: Peer, live: Live) -> None:
        session = peer.session
        if self._closed:  # nobody writes a closed draft, whatever the gate has said
            session.standing = session.standing.reading()
        if session.own_frames:
            self._audience.send(
                peer, protocol.say_welcome(session.standing.said() | {"seq": self.seq})
            )
        self._audience.send(peer, protocol.ask_sync(live.knowledge.committed))
        if self._audience.anybody:
            self._audience.show_everybody(peer)
