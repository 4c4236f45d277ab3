"""A text that people have open and nobody is changing: its bytes as they are stored.

Whoever joins is answered from these, without a document being made of them.
"""

from collections.abc import Sequence

from pycrdt import get_update, merge_updates

from policylab.coediting import protocol
from policylab.coediting.live import NOTHING, Live, guarded, recalled
from policylab.coediting.protocol import SyncAsked
from policylab.coediting.reader import read_update
from policylab.coediting.session import Knowledge, Owner


class Resting:
    """See the module."""

    def __init__(
        self,
        state: bytes | None,
        remembered: bytes | None,
        tail: Sequence[bytes],
        owners: dict[int, Owner],
    ) -> None:
        self.committed: dict[int, int] = {}
        """How far each client is in the text."""
        self.owners = owners
        self._state = state
        self._remembered = remembered
        self._tail: list[bytes] = []
        if remembered is not None:
            self.committed, _ = recalled(remembered)
        self.follow(tail)

    @classmethod
    def of(cls, live: Live) -> "Resting":
        """What is left of a document that is put to rest."""
        return cls(live.whole(), live.remembered(), (), live.knowledge.owners)

    @property
    def size(self) -> int:
        """The bytes it holds."""
        return len(self._state or b"") + len(self._remembered or b"") + sum(map(len, self._tail))

    def follow(self, updates: Sequence[bytes]) -> None:
        """Take in rows that another process has stored."""
        for update in updates:
            for client, _, end in read_update(update, trusted=True).sections:
                self.committed[client] = max(end, self.committed.get(client, 0))
        self._tail += updates

    def wake(self) -> Live:
        """A document made of it, to be changed."""
        return Live.load(self._state, self._remembered, self._tail, Knowledge(owners=self.owners))

    def answers(self, wanted: SyncAsked) -> tuple[bytes, ...]:
        """The messages that bring a client with this state vector up to date; the last of them is
        the answer, because whoever has that believes to have everything."""
        if not wanted.state:
            *before, last = [*([self._state] if self._state else []), *self._tail] or [NOTHING]
            return *map(protocol.pass_on, before), protocol.answer_sync(last)
        try:
            whole = merge_updates(*([self._state] if self._state else []), *self._tail)
            return (protocol.answer_sync(get_update(whole, wanted.data)),)
        except BaseException as error:
            guarded(error)
            raise
