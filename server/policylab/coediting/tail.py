"""What has been written since a text was last remembered as a whole. Pure."""

from collections.abc import Sequence
from typing import Final

MOST_ROWS: Final = 2_000
MOST_PARTS: Final = 25_000
"""Structs and deletions: they are what takes time when a text is opened, much more than bytes."""
MOST_BYTES: Final = 8 * 1024 * 1024
PART_BYTES: Final = 20
"""About what a part takes in the texts of people; for rows of which nobody has counted them."""


class Tail:
    """How long it is: where it is long, opening the text is slow."""

    def __init__(self) -> None:
        self.rows = 0
        self.parts = 0
        self.bytes = 0

    def add(self, updates: Sequence[bytes], parts: int | None = None) -> None:
        size = sum(map(len, updates))
        self.rows += len(updates)
        self.parts += size // PART_BYTES if parts is None else parts
        self.bytes += size

    def long_beside(self, size: int) -> bool:
        """Whether it is time to remember a text of `size` bytes anew: a longer one more seldom."""
        return (
            self.rows >= MOST_ROWS
            or self.parts >= max(MOST_PARTS, size // (2 * PART_BYTES))
            or self.bytes >= max(MOST_BYTES, size // 2)
        )
