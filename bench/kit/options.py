"""What somebody asked a benchmark for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Options:
    """Beyond its name. A benchmark uses what it has a use for."""

    runs: int = 3
    quick: bool = False
    """Shorter, and one run: shows that it works, not how fast."""
    whole: bool = False
    """As many rounds as the promises name."""
    only: tuple[str, ...] = ()
    """Pieces of work; all when empty."""
    peers: tuple[str, ...] | None = None
    """Whom to compare with; None: everybody."""
    write_docs: bool = False
    """Put the figures into the page that explains them."""
    details: Path | None = None
