"""R2: hundreds of alterations of a real record's package; all refused, and none crashes."""

import copy
import hashlib
import json
import random
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from policylab import decisions
from policylab.decisions.signing import Signer
from policylab.decisions.verify_record import DOCUMENTS, PROOFS, Altered, pack, unpack, verify
from policylab.kit.canonical import canonical_json
from policylab.kit.db import Database
from policylab.positions import Stance
from tests.decisions import deciding
from tests.promises.conftest import full

LOOKALIKES = str.maketrans("aceopxyAEOST", "асеорхуАЕОЅТ")
Path = tuple[str | int, ...]


@pytest.fixture
async def sealed(house: Database) -> tuple[bytes, Signer]:
    """A record with everything in it: reservation, statement, corrigendum, adoption."""
    table, _, record, signer = await deciding.sealed(
        house, CITY=Stance.SUPPORT_WITH_RESERVATION, MINISTRY=Stance.OBJECT
    )
    moderator = deciding.fresh(table.moderator)
    async with house.write(moderator) as uow:
        await decisions.add_corrigendum(
            uow, moderator, record_id=record.id, words="Read 2027.", signer=signer
        )
    return await deciding.package(house, table.head(), record, signer), signer


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    yield here
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*here, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from paths(item, (*here, place))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(value: Any) -> list[Any]:
    """Other values that could stand in its place."""
    if isinstance(value, str):
        others = [value + " ", value.swapcase(), value.translate(LOOKALIKES), value[:-1], ""]
        others.append(unicodedata.normalize("NFD", value))
        return [other for other in others if other != value]
    if isinstance(value, bool):
        return [not value, int(value), None]
    if isinstance(value, int):
        return [value + 1, -value - 1, float(value), str(value), 2**60]
    if value is None:
        return [0, False, "", []]
    if isinstance(value, list):
        return [[*value, None], value[::-1], {}] if value[::-1] != value else [[*value, None], {}]
    return [{**value, "more": 1}, [], None]


def altered_values(value: Any) -> Iterator[Any]:
    """The value with one thing changed, dropped, doubled or added; one after another."""
    for path in paths(value):
        if not path:
            yield from changed(value)
            continue
        *way, last = path
        for other in changed(at(value, path)):
            copied = copy.deepcopy(value)
            at(copied, tuple(way))[last] = other
            yield copied
        dropped = copy.deepcopy(value)
        del at(dropped, tuple(way))[last]
        yield dropped


def altered_spellings(data: bytes) -> Iterator[bytes]:
    """The same value in bytes that are not canonical, and doubled keys."""
    value = json.loads(data)
    yield json.dumps(value).encode()
    yield json.dumps(value, indent=1, ensure_ascii=False).encode()
    yield data + b"\n"
    yield b"\xef\xbb\xbf" + data
    yield data.replace(b":1,", b":1.0,", 1) if b":1," in data else data + b" "
    if isinstance(value, dict) and value:
        key, item = next(iter(value.items()))
        doubled = b"{" + json.dumps(key).encode() + b":" + canonical_json(item) + b","
        yield doubled + data[1:]
        backwards = dict(sorted(value.items(), reverse=True))
        yield json.dumps(backwards, ensure_ascii=False, separators=(",", ":")).encode()


def loosely(value: Any) -> bytes:
    """JSON as a forger writes it, also where no canonical form exists."""
    separators = (",", ":")
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=separators).encode()


def of_members(members: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """The members with one of them altered."""
    for name in (*DOCUMENTS, *PROOFS, "manifest.json"):
        for value in altered_values(json.loads(members[name])):
            yield {**members, name: loosely(value)}
        for data in altered_spellings(members[name]):
            yield {**members, name: data}
    for name in members:
        yield {each: data for each, data in members.items() if each != name}
        yield {**members, name: members[name] + b" "}
        yield {**members, name: b""}


def of_bytes(package: bytes, chance: random.Random, times: int) -> Iterator[bytes]:
    """The file with bytes flipped, cut, doubled or added."""
    for _ in range(times):
        place = chance.randrange(len(package))
        kind = chance.randrange(4)
        if kind == 0:
            flipped = package[place] ^ (1 << chance.randrange(8))
            yield package[:place] + bytes([flipped]) + package[place + 1 :]
        elif kind == 1:
            yield package[:place]
        elif kind == 2:
            yield package[:place] + package[place : place + 1] + package[place:]
        else:
            yield package[:place] + package[place + 1 :]
    yield package + b"\0"
    yield b"\0" + package
    yield package + package


def refused(package: bytes, key: str) -> None:
    with pytest.raises(Altered):
        verify(package, [key])


def thinned(
    alterations: list[dict[str, bytes]], chance: random.Random, most: int
) -> list[dict[str, bytes]]:
    return alterations if len(alterations) <= most else chance.sample(alterations, most)


async def test_every_altered_member_is_refused(sealed: tuple[bytes, Signer]) -> None:
    package, signer = sealed
    assert verify(package, [signer.public])
    members = unpack(package)
    alterations = [each for each in of_members(members) if each != members]
    assert len(alterations) > 1_000
    tried = thinned(alterations, random.Random(500), full(len(alterations), 700))
    assert len(tried) >= 500
    for altered in tried:
        refused(pack(altered), signer.public)


async def test_every_altered_byte_is_refused(sealed: tuple[bytes, Signer]) -> None:
    package, signer = sealed
    for altered in of_bytes(package, random.Random(8), full(5_000, 500)):
        if altered != package:
            refused(altered, signer.public)


async def test_not_even_who_holds_todays_key_alters_what_was_sealed(
    sealed: tuple[bytes, Signer],
) -> None:
    """The manifest is made and signed anew each time: what refuses is the seal in the log."""
    package, signer = sealed
    members = unpack(package)
    for name in (*DOCUMENTS, *PROOFS):
        value = json.loads(members[name])
        alterations = [loosely(each) for each in altered_values(value) if kept(name, each, value)]
        some = alterations[:: max(1, len(alterations) // full(2_000, 60))]
        for data in some:
            if data == members[name]:
                continue
            forged = {**members, name: data}
            refused(pack(signed_anew(forged, signer)), signer.public)


def kept(name: str, altered: Any, value: Any) -> bool:
    """All but what is no lie: a package may be made with fewer corrigenda, as it was before."""
    return name != "attached.json" or not isinstance(altered, list) or len(altered) >= len(value)


def signed_anew(members: dict[str, bytes], signer: Signer) -> dict[str, bytes]:
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in members.items()
        if not name.startswith("manifest.")
    }
    data = canonical_json(manifest)
    signature = signer.sign("manifest", data).encode()
    return {**members, "manifest.json": data, "manifest.sig": signature}


async def test_the_forger_of_this_test_can_sign(sealed: tuple[bytes, Signer]) -> None:
    """With nothing altered the manifest made anew is accepted: the refusals have other reasons."""
    package, signer = sealed
    again = signed_anew(unpack(package), signer)
    assert verify(pack(again), [signer.public])
