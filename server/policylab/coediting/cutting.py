"""What a text knows already is cut off an update, as a Yjs does that is asked for the rest. Pure.

An update may tell again what is known and go on from there. Libraries take the rest of a part that
is half known for what goes on behind the known half, whatever the part said of its place. So that
nobody says one thing and does another, it is put in the bytes as it is done.
"""

from dataclasses import replace

from policylab.coediting.lib0 import BadBytes, utf16_length, write_string, write_uint
from policylab.coediting.reader import Kind, Reader, Struct, Update


def cut_known(update: Update, known: dict[int, int]) -> None:
    """Leave only what is new in the update, in its bytes too."""
    marks = _Marking(update.data)
    marks.read()
    kept: list[Struct] = []
    sections: list[tuple[int, int, int]] = []
    bodies: list[list[bytes]] = []
    for struct, begin, end in zip(update.structs, marks.begins, marks.ends, strict=True):
        have = known.get(struct.client, 0)
        if struct.clock + struct.length <= have:
            continue
        if half := struct.clock < have:
            struct = _rest(struct, have)
        if not sections or sections[-1][0] != struct.client:
            sections.append((struct.client, struct.clock, 0))
            bodies.append([])
        client, start, _ = sections[-1]
        sections[-1] = client, start, struct.clock + struct.length
        bodies[-1].append(_written(struct) if half else update.data[begin:end])
        kept.append(struct)
    out = [write_uint(len(sections))]
    for (client, start, _), body in zip(sections, bodies, strict=True):
        out += [write_uint(len(body)), write_uint(client), write_uint(start), *body]
    update.data = b"".join((*out, update.data[marks.deletes_at :]))
    update.structs, update.sections = kept, sections


class _Marking(Reader):
    """Notes where each struct is in the bytes of an update that was read before."""

    __slots__ = ("begins", "deletes_at", "ends")

    def __init__(self, data: bytes) -> None:
        super().__init__(data, trusted=True)
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.deletes_at = 0

    def struct(self, client: int, raw: bytes, clock: int) -> int:
        self.begins.append(self.at)
        length = super().struct(client, raw, clock)
        self.ends.append(self.at)
        return length

    def deletes(self) -> None:
        self.deletes_at = self.at
        super().deletes()


def _rest(struct: Struct, start: int) -> Struct:
    """A struct from an id in its middle on."""
    gone, said = start - struct.clock, struct.said
    if struct.kind is Kind.VALUE:
        raise BadBytes("A list of values is known in part.")
    if isinstance(said, str):
        said = _behind(said, gone)
    left = (struct.client, start - 1)
    length = struct.length - gone
    return replace(
        struct, clock=start, length=length, hangs=False, place=left, left=left, said=said
    )


def _behind(words: str, units: int) -> str:
    """What comes after so many units of UTF-16, where no letter is cut."""
    try:
        return words.encode("utf-16-le")[2 * units :].decode("utf-16-le")
    except UnicodeDecodeError:
        raise BadBytes("A letter is known in part.") from None


def _written(struct: Struct) -> bytes:
    """A struct whose place is told by its neighbours, or that is gone, as Yjs writes it."""
    if struct.kind is Kind.GONE:
        return b"\x00" + write_uint(struct.length)
    info, places = 0, b""
    for bit, place in ((0x80, struct.left), (0x40, struct.right)):
        if place is not None:
            info |= bit
            places += write_uint(place[0]) + write_uint(place[1])
    if struct.kind is Kind.DELETED:
        return bytes((info | 1,)) + places + write_uint(struct.length)
    assert utf16_length(struct.said) == struct.length
    return bytes((info | 4,)) + places + write_string(struct.said)
