"""Taking a frozen text away: in a form that outlives this service, with what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from policylab.export.akoma_ntoso import write_akoma_ntoso
from policylab.export.dossier import Dossier, ExportedFile
from policylab.export.gathering import gather
from policylab.export.json_ld import write_json_ld
from policylab.export.papers import write_docx, write_html, write_markdown, write_odt
from policylab.export.rules import MEDIA, Kind, check_kind, check_languages, file_name
from policylab.export.typesetting import write_pdf
from policylab.kit.db import Database
from policylab.kit.errors import not_found
from policylab.kit.viewer import Viewer


async def export(
    database: Database, viewer: Viewer, *, set_id: UUID, kind: str, languages: Sequence[str] = ()
) -> ExportedFile:
    """One frozen set as a file, in one language or two, with everything the viewer may see of it.

    NOT_FOUND for a set she may not see; INVALID_INPUT for a kind or language there is not. The same
    set, told the same way, is the same file: dates are those of the freeze, not of today.
    """
    if not viewer.signed_in and not viewer.system:
        raise not_found()
    async with database.read(viewer) as session:
        dossier = await gather(session, viewer, set_id)
    wanted = check_kind(kind)
    chosen = check_languages(languages, sorted(dossier.texts))
    return await write(replace(dossier, languages=chosen), wanted)


async def write(dossier: Dossier, kind: Kind) -> ExportedFile:
    """A dossier as a file of this kind."""
    data = await _WRITERS[kind](dossier)
    name = file_name(dossier.title(dossier.languages[0]), dossier.number, kind, dossier.languages)
    return ExportedFile(name, MEDIA[kind], data)


def _in_a_thread(write: Callable[[Dossier], bytes]) -> Callable[[Dossier], Awaitable[bytes]]:
    """A writer that is quick, but not quick enough for the loop that everybody shares."""
    return partial(asyncio.to_thread, write)


_WRITERS: dict[Kind, Callable[[Dossier], Awaitable[bytes]]] = {
    Kind.PDF: write_pdf,
    Kind.DOCX: write_docx,
    Kind.ODT: write_odt,
    Kind.HTML: write_html,
    Kind.MARKDOWN: write_markdown,
    Kind.AKOMA_NTOSO: _in_a_thread(write_akoma_ntoso),
    Kind.JSON_LD: _in_a_thread(write_json_ld),
}
