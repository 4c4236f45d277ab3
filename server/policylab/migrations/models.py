"""Every room's tables and sources, imported so that the metadata is whole."""

import importlib
from pathlib import Path

from policylab.kit import ledger
from policylab.kit.tables import metadata

ROOMS = Path(__file__).parents[1]


def load() -> None:
    """Import each room's tables.py and sources.py."""
    for name in ("tables", "sources"):
        for module in sorted(ROOMS.glob(f"*/{name}.py")):
            if module.parent.name != "kit":
                importlib.import_module(f"policylab.{module.parent.name}.{name}")


load()
__all__ = ["ledger", "load", "metadata"]
