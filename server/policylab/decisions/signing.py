"""The service's signature: one Ed25519 key at a time, in a file that only the service reads.

The file is no part of the database, so that a copy of the database cannot seal anything. Keep a
copy of it apart: without it the service goes on with a new key, which the log must be told of.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LIBRARY = "cryptography.hazmat.primitives.serialization"
"""With all that signing and checking signatures needs: `await late(LIBRARY)` before either."""
Purpose = Literal["leaf", "head", "manifest"]


class KeyUnusable(Exception):
    """The key file can't be read as an Ed25519 key, or others may read it."""


@dataclass(frozen=True)
class Signer:
    """Signs for the service. Each signature is for one purpose and holds for no other."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key: 64 hexadecimal digits, what people pin."""
        return self.private.public_key().public_bytes_raw().hex()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, purpose: Purpose, data: bytes) -> str:
        """The signature over these bytes, for this purpose, as 128 hexadecimal digits."""
        return self.private.sign(f"policylab/{purpose}/1\n".encode() + data).hex()


def key_id(public: str) -> str:
    """The short name of a key: the beginning of the hash of its bytes."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def new_signer() -> Signer:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Signer(Ed25519PrivateKey.generate())


def open_signer(path: Path) -> Signer:
    """The signer whose key is in this file; the file is made when it is not there."""
    try:
        return _read(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was quicker: its key is the one
        write_signer(path, new_signer())
    return _read(path)


def write_signer(path: Path, signer: Signer) -> None:
    """Keep the key in a new file, whole or not at all; FileExistsError when there is one."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    finally:
        beside.unlink()


def _read(path: Path) -> Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = path.read_bytes()
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyUnusable(f"others may read {path.name}; allow its owner only (chmod 600)")
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path.name} does not hold a private key") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnusable(f"{path.name} holds a key of another kind than Ed25519")
    return Signer(private)
