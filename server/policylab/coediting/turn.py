"""One turn of a draft: what came in, judged and applied in memory, ready to be stored.

Nothing leaves before it is stored; a turn that fails leaves nothing but a document to be dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from policylab.coediting.carrying import Carried
from policylab.coediting.live import Live
from policylab.coediting.protocol import Change, Message, Presences, SyncAsked
from policylab.coediting.reader import Update
from policylab.coediting.rules import Right
from policylab.coediting.session import (
    MAX_ASKED,
    MAX_NEW_IDS,
    READ_ONLY,
    Accepted,
    Knowledge,
    Missing,
    Owner,
    Refusal,
    Session,
    Verdict,
    judge,
    take_in,
)
from policylab.coediting.store import Row
from policylab.coediting.suggesting import Shadow
from policylab.kit.errors import RefusalCode


class Peer(Protocol):
    """One connection, as a draft sees it."""

    session: Session

    def write(self, messages: Sequence[bytes]) -> None:
        """Send these messages, a frame each."""
        ...

    @classmethod
    def write_all(
        cls, peers: set[Any], messages: Sequence[bytes], besides: Mapping[Any, bytes]
    ) -> None:
        """Send the same messages to many of this kind, and `besides` one more to some of them."""
        ...

    def close(self, code: int, reason: str) -> None: ...

    def resume(self) -> None:
        """What this connection sent has been dealt with; read on."""
        ...


@dataclass(slots=True)
class Item:
    """One message of one connection; `number` counts its changes."""

    peer: Peer
    message: Message
    number: int


ONLY_SUGGESTIONS = Refusal(
    RefusalCode.NOT_ALLOWED, "You may suggest changes to this text, but not make them."
)
NOT_TAKEN_IN = Refusal(RefusalCode.INVALID_INPUT, "This change can't be applied to the text.")
TOO_LONG = Refusal(
    RefusalCode.TOO_LARGE, "This text is as long as a text may be. Take something out first."
)
MAX_TEXT: Final = 16 * 1024 * 1024
"""Bytes of one live text, everything that was ever deleted in it included."""
BUILDS_ON_NOTHING = Refusal(
    RefusalCode.INVALID_INPUT, "This change builds on words that nobody here has."
)


@dataclass
class Turn:
    """What became of a batch of messages."""

    knowledge: Knowledge
    live: Live | None = None
    """The document; not needed while nobody changes anything."""
    largest: int = MAX_TEXT
    rows: list[Row] = field(default_factory=list[Row])
    claims: dict[int, Owner] = field(default_factory=dict[int, Owner])
    carried: list[Carried] = field(default_factory=list[Carried])
    changes: dict[str, tuple[Owner, list[Update]]] = field(
        default_factory=dict[str, tuple[Owner, list[Update]]]
    )
    """What each person wrote, by `Session.key`."""
    parts: int = 0
    """Structs and deletions in it."""
    done: dict[Peer, int] = field(default_factory=dict[Peer, int])
    """For each sender, the number of the last change that was dealt with."""
    asks: list[Peer] = field(default_factory=list[Peer])
    syncs: dict[Peer, SyncAsked] = field(default_factory=dict[Peer, SyncAsked])
    refusals: list[tuple[Peer, Refusal, int]] = field(
        default_factory=list[tuple[Peer, Refusal, int]]
    )
    shown: list[tuple[Peer, Presences]] = field(default_factory=list[tuple[Peer, Presences]])
    curious: dict[Peer, None] = field(default_factory=dict[Peer, None])
    """Who has asked who is here: each is told once."""
    _shadows: dict[Owner, Shadow] = field(default_factory=dict[Owner, Shadow])

    def verdict(self, item: Item) -> Verdict | None:
        """Judge a change; None for what is no change, or comes after a refusal."""
        message, session = item.message, item.peer.session
        if isinstance(message, Change):
            return None if session.refused else judge(session, message, self.knowledge)
        if isinstance(message, SyncAsked):
            self.syncs[item.peer] = message
        elif isinstance(message, Presences):
            self._claim(session, message)
            self.shown.append((item.peer, message))
        else:
            self.curious[item.peer] = None
        return None

    def take(self, item: Item, verdict: Verdict) -> None:
        """Act on a verdict."""
        session, change = item.peer.session, item.message
        assert isinstance(change, Change)
        if isinstance(verdict, Accepted):
            verdict = self._rights(session, verdict)
        if change.whole:
            session.asking = session.hole = False
        if isinstance(verdict, Refusal):
            self.refuse(item, verdict)
        elif isinstance(verdict, Missing):
            self._ask(item, session)
        else:
            self._accept(item.peer, session, verdict)
        self.done[item.peer] = item.number

    def refuse(self, item: Item, refusal: Refusal) -> None:
        """From here on nothing of this connection is taken."""
        item.peer.session.refused = True
        self.refusals.append((item.peer, refusal, item.number))

    def undo(self) -> None:
        """Nothing of this turn was stored: its messages will be judged again."""
        for peer, _, _ in self.refusals:
            peer.session.refused = False
        for peer in self.asks:
            peer.session.asking = False

    def apply(self) -> None:
        """Bring the document up to date; what each person changed becomes a row."""
        if not self.changes:
            return
        live = self._open
        plain = True
        for owner, updates in self.changes.values():
            said = live.write(updates)
            if said is not None:
                self.rows.append(Row(owner, said))
            plain = plain and said == updates[0].data and len(updates) == 1
        if not plain:  # else the document has become exactly what each was accepted as
            live.check()

    @property
    def _open(self) -> Live:
        assert self.live is not None, "what changes a text is judged on its document"
        return self.live

    def _rights(self, session: Session, accepted: Accepted) -> Accepted | Refusal:
        """What only the document, or a shadow of it, can tell."""
        right, update = session.standing.right, accepted.update
        if accepted.adds and self.live is not None and self.live.size > self.largest:
            return TOO_LONG
        if right is Right.WRITE:
            return accepted
        if not accepted.adds and not (update.deletes and self._deletes(update)):
            return accepted
        if right is not Right.SUGGEST:
            return READ_ONLY
        shadow = self._shadows.get(session.owner)
        if shadow is None:
            shadow = Shadow(self._open.whole(), str(session.standing.capacity_id))
            self._shadows[session.owner] = shadow
        return accepted if shadow.admits(update) else ONLY_SUGGESTIONS

    def _deletes(self, update: Update) -> bool:
        return not self._open.deletes_nothing_new(update)

    def _ask(self, item: Item, session: Session) -> None:
        """Ask for what is missing, unless the answer to an earlier question is on its way."""
        session.hole = True
        if session.asking:
            return
        if session.asked >= MAX_ASKED:
            self.refuse(item, BUILDS_ON_NOTHING)
            return
        session.asking = True
        session.asked += 1
        self.asks.append(item.peer)

    def _accept(self, peer: Peer, session: Session, accepted: Accepted) -> None:
        if not accepted.adds and not accepted.update.deletes:
            return
        self.carried += self._open.carried(accepted.update)
        take_in(session, accepted, self.knowledge)
        for client in accepted.claims:
            self.claims[client] = session.owner
        own = self.changes.get(session.key)
        if own is None:
            own = self.changes[session.key] = (session.owner, [])
        own[1].append(accepted.update)
        self.parts += len(accepted.update.structs) + len(accepted.update.deletes)

    def _claim(self, session: Session, presences: Presences) -> None:
        """A client id belongs to whoever shows it first."""
        owners, owner = self.knowledge.owners, session.owner
        for entry in presences.entries:
            if entry.client in owners or entry.state is None or session.new_ids >= MAX_NEW_IDS:
                continue
            owners[entry.client] = owner
            session.new_ids += 1
            if session.standing.right is not Right.READ:
                self.claims[entry.client] = owner
