"""Taking a frozen text away: in a form that outlives this service, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from policylab.export.dossier import Dossier, ExportedFile
from policylab.export.rules import MEDIA, Kind, check_kind, check_languages, file_name
from policylab.kit.db import Database
from policylab.kit.errors import not_found
from policylab.kit.late import late
from policylab.kit.viewer import Viewer

_LATE = "policylab.export.writers"


async def export(
    database: Database, viewer: Viewer, *, set_id: UUID, kind: str, languages: Sequence[str] = ()
) -> ExportedFile:
    """One frozen set as a file, in one language or two, with everything the viewer may see of it.

    NOT_FOUND for a set she may not see; INVALID_INPUT for a kind or language there is not. The same
    set, told the same way, is the same file: dates are those of the freeze, not of today.
    """
    if not viewer.signed_in and not viewer.system:
        raise not_found()
    await late(_LATE)
    from policylab.export.writers import gather

    async with database.read(viewer) as session:
        dossier = await gather(session, viewer, set_id)
    wanted = check_kind(kind)
    chosen = check_languages(languages, sorted(dossier.texts))
    return await write(replace(dossier, languages=chosen), wanted)


async def write(dossier: Dossier, kind: Kind) -> ExportedFile:
    """A dossier as a file of this kind."""
    await late(_LATE)
    from policylab.export.writers import WRITERS

    data = await WRITERS[kind](dossier)
    name = file_name(dossier.title(dossier.languages[0]), dossier.number, kind, dossier.languages)
    return ExportedFile(name, MEDIA[kind], data)
