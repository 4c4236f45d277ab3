#!/usr/bin/env python3
"""Verify a record package of Policy Lab, offline and without Policy Lab.

    python verify_record.py RECORD.zip --key KEY

KEY is a public key of the service, 64 hexadecimal digits, or a file that holds it. Take it from a
place that you trust: never from the package. Any key that the service has ever used will do.

Needs Python 3.9 or newer and the package `cryptography`. Answers 0 when everything holds, 1 when
something does not, 2 when it could not begin. This file is meant to be read: it explains what is
promised about a sealed record by checking it.

What is checked, in this order:
1. the ZIP is exactly what its members make: no byte more, none less, none elsewhere;
2. the keys of the service, from one you gave to the one that signs today, each endorsed by the
   one before it in the public log;
3. the manifest, signed by today's key, lists every member with its hash;
4. the head of the public log is signed, and the record and all keys are in that log (RFC 9162);
5. the record is the one that was sealed: canonical JSON, hash, signature, by the key of that time;
6. the text is the one that was decided on, and rule and positions are the record's own;
7. corrigenda and formal adoptions are sealed in the same way and belong to this record.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

FORMAT = "policylab-record-package/1"
DOCUMENTS = ("record.json", "text.json", "rule.json", "positions.json", "attached.json")
PROOFS = ("seal.json", "keys.json", "tree-head.json")
MEMBERS = (*DOCUMENTS, *PROOFS, "README.txt", "verify_record.py", "manifest.json", "manifest.sig")
SIGNED = {kind: f"policylab/{kind}/1\n".encode() for kind in ("leaf", "head", "manifest")}
HEX64, HEX128 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{128}")


class Altered(Exception):
    """Something in the package is not as it was sealed; the message says what."""


class Key(NamedTuple):
    """A key of the service and the place in the log from which on it signs."""

    public: str
    since: int


class Verified(NamedTuple):
    """What a package that holds says about itself."""

    record: str
    identifier: str
    outcome: str
    hash: str
    sealed_at: str
    key: str
    leaf: int
    tree_size: int
    corrigenda: int
    adoptions: int


def verify(package: bytes, trusted: Sequence[str]) -> Verified:
    """What the package says, when all of it holds; raises Altered when anything does not."""
    members = unpack(package)
    if tuple(sorted(members)) != tuple(sorted(MEMBERS)):
        raise Altered("the package does not have the members it should have")
    values = {name: read(members[name], name) for name in (*DOCUMENTS, *PROOFS, "manifest.json")}
    try:
        return _verify(members, values, trusted)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, RecursionError) as error:
        raise Altered(f"the package is not built as it should be ({error!r})") from error


def _verify(
    members: dict[str, bytes],
    values: dict[str, Any],
    trusted: Sequence[str],
) -> Verified:
    head, record, seal = values["tree-head.json"], values["record.json"], values["seal.json"]
    check_shape(head, "head", "signature")
    if not isinstance(values["attached.json"], list):
        raise Altered("what is attached is not a list")
    keys = check_keys(values["keys.json"], head["head"], trusted)
    today = keys[-1].public
    check_signature("head", canonical(head["head"]), head["signature"], today)
    check_manifest(members, values["manifest.json"], record["id"], today)
    check_sealed(record, "RECORD", seal, head["head"], keys)
    check_contents(record, values, members["text.json"])
    kinds = [check_attached(item, record, head["head"], keys) for item in values["attached.json"]]
    entry = seal["entry"]
    return Verified(
        record=record["id"],
        identifier=record["identifier"],
        outcome=record["outcome"]["verdict"]["outcome"],
        hash=entry["hash"],
        sealed_at=entry["at"],
        key=entry["key"],
        leaf=entry["index"],
        tree_size=head["head"]["size"],
        corrigenda=kinds.count("CORRIGENDUM"),
        adoptions=kinds.count("ADOPTION"),
    )


def check_keys(
    links: list[dict[str, Any]],
    head: dict[str, Any],
    trusted: Sequence[str],
) -> list[Key]:
    """The service's keys, oldest first, as far as a trusted one vouches for them."""
    keys: list[Key] = []
    reached = False
    for link in links:
        entry = link["entry"]
        public = entry["subject"]
        if entry["kind"] != "KEY" or entry["hash"] != sha256(bytes.fromhex(public)):
            raise Altered("an entry among the keys is not a key")
        if keys and entry["index"] <= keys[-1].since:
            raise Altered("the keys are not in their order")
        before = keys[-1].public if keys else public
        if entry["key"] != key_id(before):
            raise Altered("a key is not endorsed by the one before it")
        check_signature("leaf", canonical(entry), link["signature"], before)
        check_included(link, head)
        keys.append(Key(public, entry["index"]))
        reached = reached or public in trusted
    if not reached:
        raise Altered("none of the service's keys is one that you trust")
    if keys[0].since != 0 or head["log"] != leaf_hash(canonical(links[0]["entry"])).hex():
        raise Altered("this is not the log of the service's first key")
    if head["key"] != key_id(keys[-1].public):
        raise Altered("the head of the log is not signed by the latest key")
    return keys


def check_shape(value: Any, *names: str) -> None:
    """The value has these parts and no others: nothing rides along unchecked."""
    if not isinstance(value, dict) or sorted(cast("dict[str, Any]", value)) != sorted(names):
        raise Altered("something has other parts than it should have")


def check_manifest(
    members: dict[str, bytes],
    manifest: Any,
    record: Any,
    public: str,
) -> None:
    """The manifest is signed, and every other member is the one it lists."""
    check_shape(manifest, "format", "record", "members")
    signature = members["manifest.sig"].decode("ascii", "replace")
    check_signature("manifest", members["manifest.json"], signature, public)
    listed = {
        name: {"sha256": sha256(data), "size": len(data)}
        for name, data in members.items()
        if not name.startswith("manifest.")
    }
    if (manifest["format"], manifest["record"]) != (FORMAT, record):
        raise Altered("the manifest is not that of this record")
    if manifest["members"] != listed:
        raise Altered("a member is not the one that the manifest lists")


def check_sealed(
    content: Any,
    kind: str,
    seal: dict[str, Any],
    head: dict[str, Any],
    keys: list[Key],
) -> None:
    """The content is what the log holds, signed by the key that was in use at that place."""
    entry = seal["entry"]
    if entry["kind"] != kind or entry["subject"] != content["id"]:
        raise Altered("the seal belongs to something else")
    if entry["hash"] != sha256(canonical(content)):
        raise Altered("the content is not what was sealed")
    signer = [key for key in keys if key.since < entry["index"]][-1].public
    if entry["key"] != key_id(signer):
        raise Altered("the seal is not by the key of that time")
    check_signature("leaf", canonical(entry), seal["signature"], signer)
    check_included(seal, head)


def check_contents(record: Any, values: dict[str, Any], text: bytes) -> None:
    """The text, the rule and the positions are those that the record speaks of."""
    if record["subject"]["text"]["hash"] != sha256(text):
        raise Altered("the text is not the one that was decided on")
    if canonical(record["rule"]) != canonical(values["rule.json"]):
        raise Altered("the rule is not the record's own")
    if canonical(record["positions"]) != canonical(values["positions.json"]):
        raise Altered("the positions are not the record's own")


def check_attached(
    item: dict[str, Any],
    record: Any,
    head: dict[str, Any],
    keys: list[Key],
) -> str:
    """A corrigendum or an adoption that is sealed and belongs to this record; which of them."""
    check_shape(item, "content", "seal")
    kind = str(item["seal"]["entry"]["kind"])
    if kind not in ("CORRIGENDUM", "ADOPTION") or item["content"]["record"] != record["id"]:
        raise Altered("something is attached that belongs to another record")
    check_sealed(item["content"], kind, item["seal"], head, keys)
    return kind


# --- The log (RFC 9162) ---


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def check_included(link: dict[str, Any], head: dict[str, Any]) -> None:
    """The entry is in the tree that this head stands for (RFC 9162, section 2.1.3.2)."""
    check_shape(link, "entry", "signature", "path")
    index, size, path = link["entry"]["index"], head["size"], link["path"]
    if type(index) is not int or type(size) is not int or not 0 <= index < size:
        raise Altered("an entry's place is outside the log")
    node, first, last = leaf_hash(canonical(link["entry"])), index, size - 1
    for text in path:
        other = digest(text)
        if last == 0:
            raise Altered("a proof of inclusion is too long")
        if first % 2 or first == last:
            node = hashlib.sha256(b"\x01" + other + node).digest()
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + other).digest()
        first, last = first >> 1, last >> 1
    if last != 0 or node != digest(head["root"]):
        raise Altered("an entry is not in the log")


# --- Bytes ---


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(text: Any) -> bytes:
    if not isinstance(text, str) or not HEX64.fullmatch(text):
        raise Altered("a hash is not written as one")
    return bytes.fromhex(text)


def key_id(public: str) -> str:
    """The short name of a key: the beginning of the hash of its bytes."""
    return sha256(bytes.fromhex(public))[:16]


def check_signature(kind: str, data: bytes, signature: Any, public: str) -> None:
    """The data is signed by this key, for this purpose and no other."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(signature, str) or not HEX128.fullmatch(signature):
        raise Altered("a signature is not written as one")
    try:
        key = Ed25519PublicKey.from_public_bytes(digest(public))
        key.verify(bytes.fromhex(signature), SIGNED[kind] + data)
    except InvalidSignature:
        raise Altered(f"a signature does not hold ({kind})") from None


def canonical(value: Any) -> bytes:
    """RFC 8785 with integers only; json.dumps writes text just so, keys are sorted by UTF-16."""
    return "".join(_spell(value)).encode("utf-8")


def _spell(value: Any) -> list[str]:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value)
        names = sorted(items, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return ["{", *_joined([[_quote(n), ":", *_spell(items[n])] for n in names]), "}"]
    if isinstance(value, list):
        return ["[", *_joined([_spell(item) for item in cast("list[Any]", value)]), "]"]
    if isinstance(value, str):
        return [_quote(value)]
    if isinstance(value, int) and abs(value) > 2**53 - 1:
        raise Altered("a number is too large")
    if value is None or isinstance(value, (bool, int)):
        return [json.dumps(value)]
    raise Altered("a number is not an integer")


def _joined(parts: list[list[str]]) -> list[str]:
    return [piece for i, part in enumerate(parts) for piece in ([","] if i else []) + part]


def _quote(text: str) -> str:
    if unicodedata.normalize("NFC", text) != text:
        raise Altered("a text is not normalised (NFC)")
    return json.dumps(text, ensure_ascii=False)


def read(data: bytes, name: str) -> Any:
    """The value of a JSON member; only its canonical spelling is accepted."""
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_float=_no, parse_constant=_no
        )
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise Altered(f"{name} is not JSON") from error
    if not same:
        raise Altered(f"{name} is not in canonical form")
    return value


def _once(pairs: Any) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Altered("a key is there twice")
    return value


def _no(text: str) -> Any:
    raise Altered(f"{text[:20]} is not an integer")


# --- The ZIP: members stored as they are, in the order of their names, one date, nothing else ---

LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), "<4s4H2IH"
DATE = (1 << 5) | 1  # 1 January 1980, the first that a ZIP can say


def pack(members: dict[str, bytes]) -> bytes:
    """The one ZIP file that these members make."""
    body, directory = b"", b""
    for name in sorted(members):
        data, title = members[name], name.encode("ascii")
        crc, size = zlib.crc32(data), len(data)
        start = len(body)
        body += LOCAL.pack(b"PK\3\4", 20, 0, 0, 0, DATE, crc, size, size, len(title), 0)
        body += title + data
        made = (b"PK\1\2", 20, 20, 0, 0, 0, DATE, crc, size, size, len(title), 0, 0, 0, 0, 0)
        directory += CENTRAL.pack(*made, start) + title
    count = len(members)
    end = struct.pack(END, b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a package; raises Altered unless they make exactly these bytes."""
    members: dict[str, bytes] = {}
    place = 0
    while data[place : place + 4] == b"PK\3\4" and len(data) >= place + LOCAL.size:
        fields = LOCAL.unpack_from(data, place)
        size, title_size = fields[8], fields[9]
        begin = place + LOCAL.size
        name = data[begin : begin + title_size].decode("ascii", "replace")
        if name in members or name not in MEMBERS:
            raise Altered("the package holds something that does not belong to it")
        place = begin + title_size + size
        members[name] = data[begin + title_size : place]
    if not members or pack(members) != data:
        raise Altered("the package is not the ZIP file that its members make")
    return members


# --- The command ---


def trusted_keys(arguments: Sequence[str]) -> list[str]:
    """The keys given as digits or as files; each line of a file may hold one."""
    keys: list[str] = []
    for argument in arguments:
        given = [argument] if HEX64.fullmatch(argument) else Path(argument).read_text().split()
        found = [word for word in given if HEX64.fullmatch(word)]
        if not found:
            raise ValueError(f"there is no key in {argument}")
        keys += found
    return keys


def main(arguments: Sequence[str] | None = None, say: Callable[..., None] = print) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(description="Verify a record package of Policy Lab, offline.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", action="append", required=True, help="64 digits, or a file")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    options = parser.parse_args(arguments)
    try:
        keys = trusted_keys(options.key)
        package = options.package.read_bytes()
    except (OSError, ValueError) as error:
        say(f"Could not begin: {error}")
        return 2
    try:
        found = verify(package, keys)
    except Altered as reason:
        say(json.dumps({"verified": False, "reason": str(reason)}) if options.json else
            f"REFUSED: {reason}.")  # fmt: skip
        return 1
    if options.json:
        say(json.dumps({"verified": True, **found._asdict()}))
    else:
        say(f"VERIFIED: record {found.identifier}, {found.outcome}")
        say(f"  sealed {found.sealed_at} by key {found.key}")
        say(f"  SHA-256 {found.hash}")
        say(f"  entry {found.leaf} of a log of {found.tree_size}")
        say(f"  corrigenda {found.corrigenda}, formal adoptions {found.adoptions}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
