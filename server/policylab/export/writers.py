"""The writers, one for each kind of file. What they stand on is large, and rarely needed: read late
(`kit.late`), with the first package that somebody takes away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from policylab.export.akoma_ntoso import write_akoma_ntoso
from policylab.export.dossier import Dossier
from policylab.export.gathering import gather
from policylab.export.json_ld import write_json_ld
from policylab.export.papers import write_docx, write_html, write_markdown, write_odt
from policylab.export.rules import Kind
from policylab.export.typesetting import write_pdf

__all__ = ["WRITERS", "gather"]


def _in_a_thread(write: Callable[[Dossier], bytes]) -> Callable[[Dossier], Awaitable[bytes]]:
    """A writer that is quick, but not quick enough for the loop that everybody shares."""
    return partial(asyncio.to_thread, write)


WRITERS: dict[Kind, Callable[[Dossier], Awaitable[bytes]]] = {
    Kind.PDF: write_pdf,
    Kind.DOCX: write_docx,
    Kind.ODT: write_odt,
    Kind.HTML: write_html,
    Kind.MARKDOWN: write_markdown,
    Kind.AKOMA_NTOSO: _in_a_thread(write_akoma_ntoso),
    Kind.JSON_LD: _in_a_thread(write_json_ld),
}
