"""Things in lists, by what they belong to."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


def by_key(pairs: Iterable[tuple[Key, Thing]]) -> dict[Key, list[Thing]]:
    """The things of each key, in their order; whoever has none finds an empty list."""
    found: dict[Key, list[Thing]] = defaultdict(list)
    for key, thing in pairs:
        found[key].append(thing)
    return found
