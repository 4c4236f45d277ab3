"""How many letters each change of a text brings and takes, and which. Pure.

Of a text no more is kept than which of its ids are letters that stand: one byte for each id.
"""

from policylab.coediting.carrying import Origins
from policylab.coediting.lib0 import utf16_length
from policylab.coediting.reader import Kind, Update, read_update


class Letters:
    """The letters of a text by id; in UTF-16 some take two places, of which the first counts."""

    def __init__(self) -> None:
        self._standing: dict[int, bytearray] = {}

    def add(self, data: bytes, origins: Origins) -> tuple[int, int]:
        """Take in a change; how many letters came and went. What it only moved did neither."""
        update = read_update(data, trusted=True)
        moved = self._moved(update, origins)
        added = sum(
            self._write(struct.client, struct.clock, struct.said)
            for struct in update.structs
            if struct.kind is Kind.INLINE and isinstance(struct.said, str)
        )
        removed = sum(self._take_out(*deleted) for deleted in update.deletes)
        return added - moved, removed - moved

    def _write(self, client: int, clock: int, words: str) -> int:
        standing = self._standing.setdefault(client, bytearray())
        standing += bytes(max(0, clock - len(standing)))
        marks = b"\1" * len(words) if words.isascii() else b"".join(map(_mark, words))
        standing[clock : clock + len(marks)] = marks
        return len(words)

    def _take_out(self, client: int, start: int, end: int) -> int:
        standing = self._standing.get(client, bytearray())
        count = standing.count(1, start, end)
        stop = min(end, len(standing))
        if start < stop:
            standing[start:stop] = bytes(stop - start)
        return count

    def _moved(self, update: Update, origins: Origins) -> int:
        """Letters that the change takes out and puts in again."""
        taken = sorted(update.deletes)
        count = 0
        for client, start, end in update.sections if taken else ():
            for row in origins.brought(client, start, end):
                standing = self._standing.get(row.from_client, bytearray())
                for other, first, last in taken:
                    if other == row.from_client:
                        low = max(first, row.from_clock)
                        high = min(last, row.from_clock + row.length)
                        count += standing.count(1, low, max(low, high))
        return count


def _mark(letter: str) -> bytes:
    return b"\1\0" if utf16_length(letter) == 2 else b"\1"
