"""Texts as clients see them: documents, their languages, drafts and frozen versions; `sections` has
their clauses, `comparing` two beside each other, `documents_verbs` what people do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from policylab import coediting, documents
from policylab.api import loading
from policylab.api.context import Context
from policylab.api.declare import (
    LocalisedText,
    Node,
    all_words,
    by_id,
    column,
    computed,
    described_enum,
    edge,
    published,
    query,
    to_one,
    words,
)
from policylab.api.elsewhere import (
    Amendment,
    Authorship,
    Capacity,
    Coverage,
    Dialogue,
    EditingSpell,
    ExportOffer,
    PastText,
    PositionMatrix,
    Procedure,
    Removal,
    Suggestion,
    TextChanges,
    Thread,
    TraceLink,
)
from policylab.api.elsewhere import Document as LazyDocument
from policylab.api.elsewhere import Draft as LazyDraft
from policylab.api.elsewhere import LanguageVersion as LazyLanguageVersion
from policylab.api.elsewhere import Position as LazyPosition
from policylab.api.elsewhere import Version as LazyVersion
from policylab.api.elsewhere import VersionSet as LazySet
from policylab.api.paging import After, Before, Connection, First, Last, walk
from policylab.api.sections import (
    LevelShare,
    Section,
    load_draft_sections,
    load_hash,
    load_version_sections,
)
from policylab.coediting import Right
from policylab.documents import DocumentKind, sources
from policylab.kit.ids import to_global
from policylab.kit.viewer import SYSTEM

described_enum(DocumentKind)
strawberry.enum(Right, name="DraftRight", description="What somebody may do to a draft now.")


Clause = Annotated[
    str | None, strawberry.argument(description="Only this clause, by its `sectionId`.")
]
Position = Annotated[
    int | None,
    strawberry.argument(description="A position of its log; without one, where it stands now."),
]
Earlier = Annotated[
    int, strawberry.argument(name="from", description="The earlier position of its log.")
]


# Who wrote what


async def load_written_by(context: Context, roots: Sequence[Any]) -> list[list[LevelShare]]:
    """Who wrote live texts, by level."""
    from policylab.api import authorship

    return await authorship.load_level_shares(context, [[(item.row["id"], None)] for item in roots])


async def load_set_written_by(context: Context, roots: Sequence[Any]) -> list[list[LevelShare]]:
    """Who wrote frozen texts in all their languages, by level."""
    from policylab.api import authorship

    keys = [item.row["id"] for item in roots]
    places = await authorship.places_of_sets(context, keys)
    return await authorship.load_level_shares(context, [places[key] for key in keys])


async def load_version_authorship(
    context: Context, roots: Sequence[Any], *, section_id: Clause = None
) -> Sequence[Any]:
    """Who wrote frozen texts."""
    from policylab.api import authorship

    return await authorship.load_version_authorship(context, roots, section_id=section_id)


async def load_draft_authorship(
    context: Context,
    roots: Sequence[Any],
    *,
    section_id: Clause = None,
    within: Annotated[
        JSON | None,
        strawberry.argument(description="Only the words between the ends of this anchor."),
    ] = None,
    at: Position = None,
) -> Sequence[Any]:
    """Who wrote drafts."""
    from policylab.api import authorship

    return await authorship.load_draft_authorship(
        context, roots, section_id=section_id, within=within, at=at
    )


async def load_history(
    context: Context,
    roots: Sequence[Any],
    *,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Sequence[Any]:
    """Spells of writing in drafts."""
    from policylab.api import history

    return await history.load_history(context, roots, walk(first, after, last, before))


async def load_text_at(
    context: Context,
    roots: Sequence[Any],
    *,
    position: Position = None,
    at: Annotated[
        datetime | None, strawberry.argument(description="A moment, instead of a position.")
    ] = None,
) -> Sequence[Any]:
    """Drafts as they were."""
    from policylab.api import history

    return await history.load_text_at(context, roots, position=position, at=at)


async def load_changes(
    context: Context, roots: Sequence[Any], *, from_: Earlier = 0, to: Position = None
) -> Sequence[Any]:
    """What changed in drafts from one moment to another."""
    from policylab.api import history

    return await history.load_changes(context, roots, from_=from_, to=to)


async def load_removals(
    context: Context,
    roots: Sequence[Any],
    *,
    from_: Annotated[
        int | None,
        strawberry.argument(
            name="from",
            description="The position before the first change to look at; without one, 5,000 "
            "before the last, which is the most.",
        ),
    ] = None,
    to: Position = None,
    section_id: Clause = None,
) -> Sequence[Any]:
    """What was taken out of drafts."""
    from policylab.api import authorship

    return await authorship.load_removals(context, roots, from_=from_, to=to, section_id=section_id)


# Drafts


async def load_rights(context: Context, roots: Sequence[Any]) -> list[Right]:
    """What the viewer may do to drafts, by the rule that the co-editing gate obeys."""
    drafts = {
        item.row["id"]: (item.row["dialogue_id"], item.row["closed_at"] is not None)
        for item in roots
    }
    async with context.database.read(context.viewer) as session:
        found = await documents.rights_on(session, context.viewer, drafts)
    return [found[item.row["id"]] for item in roots]


async def load_closed(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether drafts take no edits."""
    return [item.row["closed_at"] is not None for item in roots]


async def load_coedit_url(context: Context, roots: Sequence[Any]) -> list[str]:
    """Where editors connect."""
    return [f"/coedit/{to_global('Draft', item.row['id'])}" for item in roots]


async def load_draft_content(context: Context, roots: Sequence[Any]) -> list[JSON]:
    """Live texts as they are stored; read by the house for those who may see the draft."""
    async with context.database.read(SYSTEM) as session:
        texts = [await coediting.committed_text(session, item.row["id"]) for item in roots]
    return [
        JSON(documents.mended(text.content, item.row["id"]))
        for item, text in zip(roots, texts, strict=True)
    ]


async def load_suggestions(context: Context, roots: Sequence[Any]) -> Sequence[Any]:
    """What is suggested in drafts."""
    from policylab.api import comments

    return await comments.load_suggestions(context, roots)


@published(sources.DRAFT)
class Draft(Node):
    """A text that is being written together, in one language."""

    document: LazyDocument = to_one("The text it is of.", by="document_id")
    language_version: LazyLanguageVersion = to_one(
        "The language it is in.", by="language_version_id"
    )
    base: LazyVersion | None = to_one(
        "The frozen version that writing went on from.", by="base_version_id"
    )
    closed: bool = computed(
        "Whether it takes no edits: it has been frozen.",
        load_closed,
        access="as its row",
        needs=("closed_at",),
    )
    viewer_right: Right = computed(
        "What the viewer may do to it now.",
        load_rights,
        access="as the co-editing gate",
        needs=("dialogue_id", "closed_at"),
    )
    coedit_url: str = computed(
        "The address of its co-editing websocket.",
        load_coedit_url,
        access="as its row",
    )
    updated_at: datetime = column("When its clauses last changed.")
    sequence: int = column("How far its log had come when its clauses were read.", "projected_seq")
    content: JSON = computed(
        "The whole text as ProseMirror JSON, as it is stored at this moment.",
        load_draft_content,
        access="as its row",
    )
    sections: list[Section] = computed(
        "Its clauses, in order, as they were a moment ago.",
        load_draft_sections,
        access="as its row",
    )
    written_by: list[LevelShare] = computed(
        "Who wrote it, by level of government.", load_written_by, access="as its row"
    )
    suggestions: list[Suggestion] = computed(
        "Changes that somebody suggests inside it.", load_suggestions, access="as its row"
    )
    threads: list[Thread] = edge("Remarks on it.", by="draft_id")
    history: Connection[EditingSpell] = computed(
        "When people wrote in it, the latest first.", load_history, access="as its row"
    )
    text_at: PastText = computed(
        "What it said at a position of its log, or at a moment.",
        load_text_at,
        access="as its row",
        needs=("dialogue_id", "document_id"),
    )
    changes: TextChanges = computed(
        "What changed in it between two positions of its log.", load_changes, access="as its row"
    )
    authorship: Authorship = computed(
        "Who wrote what of it, word for word, now or at a position of its log.",
        load_draft_authorship,
        access="as its row",
        needs=("document_id",),
    )
    removals: list[Removal] = computed(
        "Who took which words out of it, between two positions of its log.",
        load_removals,
        access="as its row",
        needs=("document_id",),
    )


# Frozen versions


@published(sources.VERSION)
class Version(Node):
    """A frozen text in one language. Never changes."""

    number: int = column("The number of its set.")
    language: str = column("BCP 47 tag.")
    frozen_at: datetime = column("When it was frozen.")
    hash: str = computed(
        "SHA-256 of the canonical JSON of its content.",
        load_hash,
        access="as its row",
        needs=("hash",),
    )
    content: JSON = column("The whole text as ProseMirror JSON, in NFC.")
    set: LazySet = to_one("All languages of the same freeze.", by="version_set_id")
    sections: list[Section] = computed(
        "Its clauses, in order.", load_version_sections, access="as its row"
    )
    authorship: Authorship = computed(
        "Who wrote what of it, word for word.",
        load_version_authorship,
        access="as its row",
        needs=("document_id",),
    )
    threads: list[Thread] = edge("Remarks on it.", by="version_id")


async def load_matrix(context: Context, roots: Sequence[Any]) -> Sequence[Any]:
    """Where delegations stand on sets, clause by clause."""
    from policylab.api import positions

    return await positions.load_matrix(context, roots)


async def load_offers(context: Context, roots: Sequence[Any]) -> Sequence[Any]:
    """What sets can be downloaded as."""
    from policylab.api import export

    return await export.load_offers(context, roots)


@published(sources.VERSION_SET)
class VersionSet(Node):
    """One numbered freeze of a document in all its languages. Never changes."""

    number: int = column("Counted from 1 within the document.")
    hash: str = computed(
        "SHA-256 of the canonical JSON of all its languages.",
        load_hash,
        access="as its row",
        needs=("hash",),
    )
    frozen_at: datetime = column("When it was frozen.")
    frozen_by: Capacity | None = to_one("Who froze it.", by="frozen_by_capacity_id")
    document: LazyDocument = to_one("The text it is of.", by="document_id")
    versions: list[LazyVersion] = edge(
        "The text in each language.", by="version_set_id", order="{t}.language"
    )
    amendments: list[Amendment] = edge("Amendments tabled to it.", by="set_id")
    positions: list[LazyPosition] = edge("Where delegations stand on it.", by="set_id")
    procedures: list[Procedure] = edge("Decisions taken on it.", by="set_id")
    matrix: PositionMatrix = computed(
        "Where each delegation stands, clause by clause.", load_matrix, access="as the positions"
    )
    written_by: list[LevelShare] = computed(
        "Who wrote it in all its languages, by level of government.",
        load_set_written_by,
        access="as its row",
    )
    exports: list[ExportOffer] = computed(
        "What it can be downloaded as.", load_offers, access="as its row"
    )


# Documents


_OPEN = loading.EdgePlan("Draft", "language_version_id", "{t}.closed_at IS NULL", "{t}.id")


async def load_open_draft(context: Context, roots: Sequence[Any]) -> list[Any]:
    """The drafts that are open in these languages."""
    found = await loading.edge_loader(context, _OPEN).load_many([item.row["id"] for item in roots])
    return [drafts[0] if drafts else None for drafts in found]


@published(sources.LANGUAGE_VERSION)
class LanguageVersion(Node):
    """The document in one language."""

    language: str = column("BCP 47 tag.")
    authentic: bool = column("Whether this language is one that counts.")
    document: LazyDocument = to_one("The text it is of.", by="document_id")
    draft: LazyDraft | None = computed(
        "Its open draft, if there is one.", load_open_draft, access="as the draft"
    )
    versions: list[LazyVersion] = edge(
        "Its frozen texts, the latest first.", by="language_version_id", order="{t}.number DESC"
    )


async def load_coverage(context: Context, roots: Sequence[Any]) -> Sequence[Any]:
    """How far the recommendations of the document's dialogue are answered."""
    from policylab.api import strategies

    dialogues = [_Row({"id": item.row["dialogue_id"]}) for item in roots]
    return await strategies.load_coverage(context, dialogues)


class _Row:
    """A root of another type, of which only the row matters."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.row = row


@published(sources.DOCUMENT)
class Document(Node):
    """A text of a dialogue, in all its languages and versions."""

    kind: DocumentKind = column("What sort of text it is.")
    title: str = words("Its title.", "titles")
    titles: list[LocalisedText] = all_words("Its title, in all languages kept.", "titles")
    identifier: str | None = column("Its published identifier, once it has one.")
    illustrative: bool = column("Whether it is invented, for showing.")
    dialogue: Dialogue = to_one("The dialogue it belongs to.", by="dialogue_id")
    language_versions: list[LazyLanguageVersion] = edge(
        "The document in each language.", by="document_id"
    )
    version_sets: list[LazySet] = edge(
        "Its frozen texts, the latest first.", by="document_id", order="{t}.number DESC"
    )
    trace: list[TraceLink] = edge(
        "Links from its clauses to recommendations.",
        by="document_id",
        where="{t}.ended_at IS NULL",
    )
    coverage: Coverage = computed(
        "For each recommendation of its dialogue, where it is answered.",
        load_coverage,
        access="as the dialogue",
        needs=("dialogue_id",),
    )


@query
class DocumentsQuery:
    document: Document | None = by_id("A text by its identifier.")
    draft: Draft | None = by_id("A draft by its identifier.")
    version: Version | None = by_id("A frozen text in one language, by its identifier.")
    version_set: VersionSet | None = by_id("A frozen text in all languages, by its identifier.")
