"""Announcements: what happened, in ids. Kept with the change, sent after the commit."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. A subclass sets `kind` and adds ids; never people's words."""

    kind: ClassVar[str] = ""
    lab_id: UUID | None = None
    dialogue_id: UUID | None = None
    closed_to: UUID | None = None
    """The delegation inside which this stays; None for what the whole dialogue may hear of."""

    def payload(self) -> dict[str, Any]:
        """The fields as JSON values."""
        said = vars(self).items()
        return {name: _plain(value) for name, value in said if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


class Announcement(NamedTuple):
    """An event as it reaches listeners, perhaps from another replica."""

    sequence: int
    kind: str
    lab_id: UUID | None
    dialogue_id: UUID | None
    payload: dict[str, Any]
