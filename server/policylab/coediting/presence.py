"""Who is in a text and where, rebuilt so that nobody appears as somebody else. Pure."""

import json
from typing import Any, Final, cast

from policylab.coediting.lib0 import MAX_NUMBER
from policylab.coediting.rules import ROOT, Standing

MAX_CLOCK: Final = 2**31


class Presence:
    """The latest state of every client of one draft, each with the name the server gives it."""

    __slots__ = ("_states", "changed")

    def __init__(self) -> None:
        self._states: dict[int, tuple[int, str]] = {}
        self.changed: set[int] = set()

    def take(self, client: int, clock: int, state: Any, standing: Standing) -> None:
        """Keep what a client says of itself, as far as it goes; None means that it leaves."""
        known = self._states.get(client)
        if clock > MAX_CLOCK or (known is not None and not self._newer(known, clock, state)):
            return
        said = "null" if state is None else json.dumps(shown(state, standing), ensure_ascii=False)
        self._states[client] = (clock, said)
        self.changed.add(client)

    @staticmethod
    def _newer(known: tuple[int, str], clock: int, state: Any) -> bool:
        return clock > known[0] or (clock == known[0] and state is None and known[1] != "null")

    def leave(self, clients: set[int]) -> None:
        """These clients' connection is gone."""
        for client in clients:
            known = self._states.get(client)
            if known is not None and known[1] != "null":
                self._states[client] = (known[0] + 1, "null")
                self.changed.add(client)

    def news(self) -> list[tuple[int, int, str]]:
        """What has changed since the last call, ready to be sent; those who left are let go."""
        entries = [(client, *self._states[client]) for client in sorted(self.changed)]
        for client, _, said in entries:
            if said == "null":
                del self._states[client]
        self.changed.clear()
        return entries

    def everybody(self) -> list[tuple[int, int, str]]:
        return [(client, *state) for client, state in self._states.items() if state[1] != "null"]


def shown(state: Any, standing: Standing) -> dict[str, Any]:
    """What others get to see: the server's name for the person, and the place of the cursor."""
    said: dict[str, Any] = {
        "user": {
            "name": standing.label,
            "function": standing.function,
            "organisation": standing.organisation,
            "level": standing.level,
            "capacity": str(standing.capacity_id) if standing.capacity_id else None,
            "right": standing.right.value,
        }
    }
    cursor = _field(state, "cursor")
    anchor, head = position_of(_field(cursor, "anchor")), position_of(_field(cursor, "head"))
    if anchor is not None and head is not None:
        said["cursor"] = {"anchor": anchor, "head": head}
    return said


def _field(value: Any, key: str) -> Any:
    return cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None


def position_of(value: Any) -> dict[str, Any] | None:
    """A relative position with nothing but its own fields, or None."""
    if not isinstance(value, dict):
        return None
    position: dict[str, Any] = {}
    for key in ("type", "item"):
        place = _field(value, key)
        client, clock = _field(place, "client"), _field(place, "clock")
        if place is None:
            position[key] = None
        elif _number(client) and _number(clock):
            position[key] = {"client": int(client), "clock": int(clock)}
        else:
            return None
    position["tname"] = ROOT if _field(value, "tname") == ROOT else None
    position["assoc"] = -1 if _field(value, "assoc") == -1 else 0
    return position


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= MAX_NUMBER and value == int(value)
