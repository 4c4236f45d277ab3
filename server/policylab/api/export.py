"""What a frozen text can be taken away as; the files themselves come from transport/files.py."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from policylab.api.context import Context
from policylab.api.declare import plain, value
from policylab.export import KINDS
from policylab.kit.ids import to_global

_LANGUAGES = (
    "SELECT version_set_id, language FROM version WHERE version_set_id = ANY($1) ORDER BY 2"
)


@value
class ExportOffer:
    """A form in which a frozen text can be downloaded, with its annexes."""

    kind: str = plain("pdf, docx, odt, html, markdown, akoma-ntoso or json-ld.")
    languages: list[str] = plain("The languages it is there in; a file holds one, or two of them.")
    url: str = plain(
        "Where it is, in all its languages (two at most); `?languages=en` for one, "
        "`?languages=en,fr` for two in this order. Needs the session or a token."
    )


async def load_offers(context: Context, roots: Sequence[Any]) -> list[list[ExportOffer]]:
    """The offers of each frozen set, in the languages that the viewer may read it in."""
    keys = [root.row["id"] for root in roots]
    languages: dict[UUID, list[str]] = defaultdict(list)
    async with context.database.rows(context.viewer) as connection:
        for row in await connection.fetch(_LANGUAGES, keys):
            languages[row["version_set_id"]].append(row["language"])
    return [
        [
            ExportOffer(
                kind=kind.value,
                languages=languages[key],
                url=f"/files/exports/{to_global('VersionSet', key)}/{kind.value}",
            )
            for kind in KINDS
        ]
        for key in keys
    ]
