"""The process that is attacked; see `fuzz`. The first argument is where it notes what it tries."""

import os
import sys

import atheris  # pyright: ignore[reportMissingImports]

with atheris.instrument_imports(  # pyright: ignore[reportUnknownMemberType]
    include=[f"policylab.coediting.{name}" for name in ("lib0", "reader", "shape", "cutting")]
):
    from tests.coediting.inputs import try_input

note = os.open(sys.argv[1], os.O_CREAT | os.O_RDWR)


def attack(data: bytes) -> None:
    """Try an input; whatever ends the process, the input can be found."""
    os.ftruncate(note, len(data))
    os.pwrite(note, data, 0)
    try_input(data)


atheris.Setup([sys.argv[0], *sys.argv[2:]], attack)  # pyright: ignore[reportUnknownMemberType]
atheris.Fuzz()  # pyright: ignore[reportUnknownMemberType]
