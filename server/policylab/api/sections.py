"""The clauses of texts, live and frozen: who wrote each, who stands where on it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from policylab.api.context import Context
from policylab.api.declare import column, computed, edge, of_rows, plain, searched, value
from policylab.api.elsewhere import Position, TraceLink
from policylab.api.origins import Searches
from policylab.documents import sources
from policylab.documents.sections import PREAMBLE
from policylab.kit.ids import to_global


@value
class LevelShare:
    """How much of a text people of one level of government wrote. Computed, never claimed."""

    level: str | None = plain("The level's code; null for people without a seat, and the house.")
    characters: int = plain("How many characters that stand now.")
    share: float = plain("The same as a part of one.")


async def search_section_positions(context: Context, roots: Sequence[Any]) -> Searches:
    """Positions on clauses."""
    from policylab.api import positions

    return await positions.search_section_positions(context, roots)


async def load_thread_counts(context: Context, roots: Sequence[Any]) -> Sequence[int]:
    """Open threads beside clauses."""
    from policylab.api import comments

    return await comments.load_thread_counts(context, roots)


async def load_section_authors(context: Context, roots: Sequence[Any]) -> list[list[LevelShare]]:
    """Who wrote clauses: of live texts, of texts as they once were, and of frozen ones."""
    from policylab.api import authorship

    frozen = {item.row["version_id"] for item in roots if item.row["version_id"] is not None}
    places = await authorship.places_of_versions(context, frozen) if frozen else {}
    wanted = [
        (
            places.get(item.row["version_id"])
            if item.row["version_id"] is not None
            else (item.row["draft_id"], item.row.get("log_seq")),
            None if item.row["kind"] == PREAMBLE else item.row["section_id"],
        )
        for item in roots
    ]
    return await authorship.load_section_shares(context, wanted)


async def load_hash(context: Context, roots: Sequence[Any]) -> list[str]:
    """SHA-256 in hexadecimal."""
    return [bytes(item.row["hash"]).hex() for item in roots]


async def load_section_id(context: Context, roots: Sequence[Any]) -> list[strawberry.ID]:
    """An identifier for one clause in one text."""
    return [strawberry.ID(to_global("Section", item.row["id"])) for item in roots]


@of_rows
class Section:
    """One addressable part of a text, with the same id in every version and language."""

    # `row` has dialogue_id, document_id, section_id, language, text, hash and the like, and either
    # draft_id or version_id and version_set_id; the others are null.

    id: strawberry.ID = computed(
        "This clause in this very text.", load_section_id, access="as the text"
    )
    section_id: str = column("The clause's own id, the same in every version and language.")
    number: str = column("Computed from its place; empty before the first heading.")
    kind: str = column("preamble, heading, clause or measure.")
    heading: str | None = column("The words of its heading, if it is one.")
    text: str = column("Its own words, without the parts under it.")
    parent: str | None = column("The id of the heading it stands under.")
    order: int = column("Its place in the text.", "place")
    hash: str = computed("SHA-256 of its own blocks.", load_hash, access="as the text")
    written_by: list[LevelShare] = computed(
        "Who wrote it, by level of government.",
        load_section_authors,
        access="as the text",
    )
    trace: list[TraceLink] = edge(
        "What it answers among the recommendations.",
        by="section_id",
        key="section_id",
        where="{t}.ended_at IS NULL",
    )
    positions: list[Position] = searched(
        "Where delegations stand on it.", search_section_positions, access="as the positions"
    )
    thread_count: int = computed(
        "How many open threads of remarks hang on it.",
        load_thread_counts,
        access="as the remarks",
    )


_SECTION = (
    "t.id, t.dialogue_id, t.document_id, t.section_id, t.language, t.kind, t.number, t.heading, "
    "t.parent, t.place, t.text, t.hash"
)
_NULL = "NULL::uuid AS "
_OF_DRAFTS = (
    f"SELECT {_SECTION}, t.draft_id, {_NULL}version_id, {_NULL}version_set_id "  # noqa: S608
    f"FROM draft_section t WHERE t.draft_id = ANY($1::uuid[]) "
    f"AND {sources.DRAFT_SECTION.scope.on('t')} ORDER BY t.place"
)
_OF_VERSIONS = (
    f"SELECT {_SECTION}, {_NULL}draft_id, t.version_id, t.version_set_id "  # noqa: S608
    f"FROM version_section t WHERE t.version_id = ANY($1::uuid[]) "
    f"AND {sources.VERSION_SECTION.scope.on('t')} ORDER BY t.place"
)


async def load_draft_sections(context: Context, roots: Sequence[Any]) -> list[list[Section]]:
    """The clauses of live texts as they were a moment ago."""
    return await _sections(context, roots, _OF_DRAFTS, "draft_id")


async def load_version_sections(context: Context, roots: Sequence[Any]) -> list[list[Section]]:
    """The clauses of frozen texts."""
    return await _sections(context, roots, _OF_VERSIONS, "version_id")


async def _sections(
    context: Context, roots: Sequence[Any], statement: str, by: str
) -> list[list[Any]]:
    keys = [item.row["id"] for item in roots]
    async with context.database.rows(context.viewer) as connection:
        found = await connection.fetch(statement, keys)
    lists: dict[UUID, list[Any]] = defaultdict(list)
    make: Any = Section
    for row in found:
        lists[row[by]].append(make(row=row))
    return [lists[key] for key in keys]
