"""Who is asking. A value: it is made once for each request and handed to every verb."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, nobody, or the house itself; with what limits the way she came in sets."""

    person_id: UUID | None = None
    administrator: bool = False
    scopes: frozenset[str] | None = None
    """What a personal access token may be used for; None for a signed-in person."""
    signed_in_at: datetime | None = None
    """When she last proved who she is: weighty acts ask for a fresh sign-in."""
    locale: str = "en"
    session_id: UUID | None = None
    ends_in: float | None = field(default=None, compare=False)
    """Seconds that her session or token had left when she came in with it, by the database."""
    system: bool = False
    told: Any = field(default=None, compare=False, repr=False)
    """The row that said who she is, with what was asked about her by the same statement."""

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def database_name(self) -> str:
        """How row-level security knows this viewer (see kit.sources)."""
        if self.system:
            return "system"
        return str(self.person_id) if self.person_id else ""


ANONYMOUS = Viewer()
SYSTEM = Viewer(system=True)
