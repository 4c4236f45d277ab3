"""Who wrote what of a text: each character's client id, and whose that is. Pure.

Nothing is opened or integrated: the bytes of a whole text name for each word what it hangs on.
"""

from collections import Counter
from uuid import UUID

from policylab.coediting.carrying import Origins
from policylab.coediting.items import Items, Key, overlap, utf16_slice
from policylab.coediting.outline import identifier
from policylab.coediting.reader import Kind, Struct


def written(whole: bytes, origins: Origins) -> dict[UUID | None, Counter[int]]:
    """For each block of the text itself, by its id: how many characters each client wrote.

    None stands for blocks without an id. Words that were moved count for who wrote them first.
    """
    items = Items(whole)
    names = _names(items)
    counts: dict[UUID | None, Counter[int]] = {}
    for struct in items.structs():
        if struct.kind is not Kind.INLINE or not isinstance(struct.said, str):
            continue
        by_client = _living(items, struct, origins)
        block = _block_of(items, struct) if by_client else None
        if block is not None:
            counts.setdefault(names.get(block), Counter()).update(by_client)
    return counts


def _living(items: Items, struct: Struct, origins: Origins) -> dict[int, int]:
    """How many of its characters are still there, by who wrote them."""
    end = struct.clock + struct.length
    gone = items.deleted(struct.client, struct.clock, end)
    counts: dict[int, int] = {}
    for start, stop, client in origins.authors(struct.client, struct.clock, end):
        at = start
        for first, last in [*overlap(gone, start, stop), (stop, stop)]:
            words = utf16_slice(struct.said, at - struct.clock, first - struct.clock)
            if words:
                counts[client] = counts.get(client, 0) + len(words)
            at = last
    return counts


def _block_of(items: Items, struct: Struct) -> Key | None:
    """The block of the text itself in which this stands; None when that is gone."""
    while True:
        parent = items.parent_of(struct)
        if parent is False:
            return None
        if parent is None:
            return struct.client, struct.clock
        above = items.find(parent)
        if above is None:
            return None
        struct = above


def _names(items: Items) -> dict[Key, UUID]:
    """The attribute `id` of everything that has one."""
    names: dict[Key, UUID] = {}
    for struct in items.structs():
        if struct.kind is not Kind.VALUE:
            continue
        if items.deleted(struct.client, struct.clock, struct.clock + struct.length):
            continue
        name, parent = identifier(struct.said), items.parent_of(struct)
        if name is not None and parent and attribute_of(items, struct) == "id":
            names[parent] = name
    return names


def attribute_of(items: Items, struct: Struct) -> str | None:
    """The name of the attribute whose value this is; later values stand beside earlier."""
    at: Struct | None = struct
    while at is not None and at.kind is not Kind.GONE and not at.hangs:
        at = items.find(at.place) if at.place else None
    return at.key if at is not None else None
