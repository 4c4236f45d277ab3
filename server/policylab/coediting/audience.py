"""Who has a draft open in this process: what they are sent, and whom they see."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from policylab.coediting import protocol
from policylab.coediting.presence import Presence
from policylab.coediting.session import Owner
from policylab.coediting.turn import Peer

PRESENCE_SECONDS: Final = 0.03
NOTHING_BESIDES: Final[Mapping[Peer, bytes]] = MappingProxyType({})


class Audience:
    """The connections of one draft. Presence waits a little, and rides on an update if it can."""

    def __init__(self) -> None:
        self.peers: set[Peer] = set()
        self.joining: list[Peer] = []
        """Those who are to be greeted: they are sent nothing before."""
        self._greeted: dict[type[Peer], set[Peer]] = {}
        """The others, by the way in which they are written to."""
        self._presence = Presence()
        self._timer: asyncio.TimerHandle | None = None

    def join(self, peer: Peer) -> None:
        self.peers.add(peer)
        self.joining.append(peer)

    def leave(self, peer: Peer) -> None:
        """It is no longer here, and nobody sees it any more."""
        self.peers.discard(peer)
        self._greeted.get(type(peer), set()).discard(peer)
        if peer.session.clients:
            others = {client for other in self.peers for client in other.session.clients}
            self._presence.leave(peer.session.clients - others)
            self._show_soon()

    def dismiss(self, peers: Iterable[Peer], code: int, reason: str) -> None:
        for peer in list(peers):
            peer.close(code, reason)

    def greet(self, peer: Peer, messages: Sequence[bytes]) -> None:
        """Say hello; from here on it hears what everybody hears."""
        peer.write(messages)
        if peer in self.peers:
            self._greeted.setdefault(type(peer), set()).add(peer)

    @property
    def greeted(self) -> bool:
        """Somebody here has been sent something."""
        return any(self._greeted.values())

    def send(self, peer: Peer, message: bytes) -> None:
        peer.write((message,))

    def send_all(
        self, messages: tuple[bytes, ...], besides: Mapping[Peer, bytes] = NOTHING_BESIDES
    ) -> None:
        """The same bytes for everybody, and `besides` one more message for some, in the same write;
        presence rides along when it has changed."""
        together = messages + self._news() if self._presence.changed else messages
        if not together:
            return
        for way, peers in self._greeted.items():
            way.write_all(peers, together, besides)

    def show_everybody(self, peer: Peer) -> None:
        """Tell somebody who is here."""
        self.send(peer, protocol.show_presences(self._presence.everybody()))

    @property
    def anybody(self) -> bool:
        return bool(self._presence.everybody())

    def take(self, peer: Peer, presences: protocol.Presences, owners: dict[int, Owner]) -> None:
        """Show what somebody says of herself; what she says of others is passed over."""
        session = peer.session
        for entry in presences.entries:
            if owners.get(entry.client) == session.owner:
                session.clients.add(entry.client)
                self._presence.take(entry.client, entry.clock, entry.state, session.standing)
        self._show_soon()

    def _show_soon(self) -> None:
        if self._presence.changed and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PRESENCE_SECONDS, self._show)

    def _show(self) -> None:
        self._timer = None
        self.send_all(())

    def _news(self) -> tuple[bytes, ...]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        news = self._presence.news()
        return (protocol.show_presences(news),) if news else ()
