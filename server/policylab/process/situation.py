"""What the process knows of a dialogue at one moment. Values only; `labs` fills them in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from policylab.process.rules import FactKind

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, when, and whether it was in the current run of the phase."""

    kind: FactKind
    at: datetime
    detail: Detail = field(default_factory=dict[str, Any])
    in_this_phase: bool = True


class SeatMandate(StrEnum):
    """What stands behind a delegation's seat today."""

    VALID = "VALID"
    AD_REFERENDUM = "AD_REFERENDUM"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Seat:
    """One delegation: its level, whether anybody sits on it, and under what mandate."""

    delegation_id: str
    level: str
    voting: bool = True
    occupied: bool = True
    mandate: SeatMandate = SeatMandate.MISSING


@dataclass(frozen=True, slots=True)
class Situation:
    """A dialogue as the process sees it. `now` is the database's time, handed in."""

    phase_id: str
    entered_at: datetime
    now: datetime
    facts: tuple[Fact, ...] = ()
    seats: tuple[Seat, ...] = ()
    levels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    settings: Mapping[str, int] = field(default_factory=dict[str, int])

    def of(self, *kinds: FactKind, here: bool = False) -> list[Fact]:
        """The facts of these kinds in order of time; with `here` of this run of the phase only."""
        wanted = [f for f in self.facts if f.kind in kinds and (f.in_this_phase or not here)]
        return sorted(wanted, key=lambda fact: fact.at)

    def last(self, *kinds: FactKind, here: bool = False) -> Fact | None:
        """The latest of these facts, if any."""
        found = self.of(*kinds, here=here)
        return found[-1] if found else None

    def days(self, setting: str | int) -> timedelta:
        """The length that a setting, or a plain number, stands for."""
        return timedelta(days=setting if isinstance(setting, int) else self.settings[setting])

    def occupied(self) -> list[Seat]:
        """The seats that somebody sits on."""
        return [seat for seat in self.seats if seat.occupied]


def unpaired(facts: Iterable[Fact], opens: FactKind, key: str) -> set[str]:
    """What was opened by one kind of fact and not closed by the other, by the id under `key`."""
    waiting: set[str] = set()
    for fact in facts:
        name = str(fact.detail.get(key, ""))
        if fact.kind is opens:
            waiting.add(name)
        else:
            waiting.discard(name)
    return waiting
