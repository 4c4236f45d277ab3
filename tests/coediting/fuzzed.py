"""The process that is attacked; see `fuzz`."""

import sys

import atheris  # pyright: ignore[reportMissingImports]

with atheris.instrument_imports(  # pyright: ignore[reportUnknownMemberType]
    include=["policylab.coediting.lib0", "policylab.coediting.reader", "policylab.coediting.shape"]
):
    from tests.coediting.inputs import try_input

atheris.Setup(sys.argv, try_input)  # pyright: ignore[reportUnknownMemberType]
atheris.Fuzz()  # pyright: ignore[reportUnknownMemberType]
