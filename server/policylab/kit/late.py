"""Modules that only rare work needs: read when it is first done. What nobody uses takes no memory.

await late("policylab.export.writers")
from policylab.export.writers import WRITERS
"""

import asyncio
import importlib

_read: set[str] = set()


async def late(module: str) -> None:
    """Have the module read, in a thread, so that others are answered meanwhile; the import that
    follows finds it there."""
    if module not in _read:
        await asyncio.to_thread(importlib.import_module, module)
        _read.add(module)
