"""Who has a draft open in this process: what they are sent, and whom they see."""

import asyncio
from collections.abc import Iterable
from typing import Final

from policylab.coediting import protocol
from policylab.coediting.presence import Presence
from policylab.coediting.session import Owner
from policylab.coediting.turn import Peer

PRESENCE_SECONDS: Final = 0.03


class Audience:
    """The connections of one draft. Presence waits a little, and rides on an update if it can."""

    def __init__(self) -> None:
        self.peers: set[Peer] = set()
        self.joining: list[Peer] = []
        """Those who have not been greeted: they are sent nothing before."""
        self._presence = Presence()
        self._timer: asyncio.TimerHandle | None = None

    def join(self, peer: Peer) -> None:
        self.peers.add(peer)
        self.joining.append(peer)

    def leave(self, peer: Peer) -> None:
        """It is no longer here, and nobody sees it any more."""
        self.peers.discard(peer)
        if peer.session.clients:
            others = {client for other in self.peers for client in other.session.clients}
            self._presence.leave(peer.session.clients - others)
            self._show_soon()

    def dismiss(self, peers: Iterable[Peer], code: int, reason: str) -> None:
        for peer in list(peers):
            peer.close(code, reason)

    @property
    def greeted(self) -> bool:
        """Somebody here has been sent something."""
        return len(self.peers) > len(self.joining)

    def send(self, peer: Peer, message: bytes) -> None:
        peer.write((message,))

    def send_all(self, messages: tuple[bytes, ...]) -> None:
        """The same bytes for everybody; presence rides along when it has changed."""
        together = messages + self._news() if self._presence.changed else messages
        if not together:
            return
        for peer in self.peers.difference(self.joining):
            peer.write(together)

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
