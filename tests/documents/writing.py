"""A dialogue in which a text is being written, and short ways to write it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlmodel import select

from policylab import coediting, documents
from policylab.documents import DocumentKind
from policylab.documents.sources import LANGUAGE_VERSION
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from tests import make
from tests.make import Table

SPACE = UUID(int=11)
Json = dict[str, Any]


def words(said: str, *marks: Json) -> Json:
    return {"type": "text", "text": said} | ({"marks": list(marks)} if marks else {})


def paragraph(said: str, key: str | None = None) -> Json:
    content = {"content": [words(said)]} if said else {}
    return {"type": "paragraph", "attrs": {"id": key_of(key or f"p {said}")}} | content


def heading(said: str, key: str, level: int = 1) -> Json:
    attrs = {"id": key_of(key), "level": level}
    return {"type": "heading", "attrs": attrs, "content": [words(said)]}


def clause(said: str, key: str) -> Json:
    body = paragraph(said, f"{key} {said}")
    return {"type": "clause", "attrs": {"id": key_of(key)}, "content": [body]}


def doc(*blocks: Json) -> Json:
    return {"type": "doc", "content": list(blocks)}


def key_of(name: str) -> str:
    """The same id for the same name."""
    return str(uuid5(SPACE, name))


ENGLISH = doc(
    heading("Aims", "aims"), clause("Everybody learns.", "learn"), clause("Cities pay.", "pay")
)
FRENCH = doc(
    heading("Buts", "aims"),
    clause("Tout le monde apprend.", "learn"),
    clause("Les villes paient.", "pay"),
)


@dataclass
class Desk:
    """A document with its language versions and drafts, in the drafting phase."""

    table: Table
    document_id: UUID
    parts: dict[str, UUID] = field(default_factory=dict[str, UUID])
    drafts: dict[str, UUID] = field(default_factory=dict[str, UUID])

    @property
    def writer(self) -> Viewer:
        return self.table.rapporteur


async def desk(
    database: Database,
    texts: dict[str, Json | None] | None = None,
    *,
    phase: str = "drafting",
    template: str = "multilevel-policy-lab",
) -> Desk:
    """A document with a draft in each of these languages; English alone unless told otherwise."""
    texts = {"en": ENGLISH} if texts is None else texts
    languages = list(texts) or ["en", "fr"]
    here = await make.table(database, languages=languages, phase="drafting", template=template)
    async with database.write(here.rapporteur) as uow:
        document = await documents.create_document(
            uow,
            here.rapporteur,
            dialogue_id=here.dialogue_id,
            kind=DocumentKind.STRATEGY,
            titles={"en": "Language for all"},
        )
        made = Desk(here, document.id)
    async with database.read(SYSTEM) as session:
        part: Any = LANGUAGE_VERSION.table
        made.parts = {row.language: row.id for row in await session.exec(select(part))}
    for language, content in texts.items():
        await open_again(database, made, language, content)
    if phase != "drafting":
        await make.enter(database, here, phase)
    return made


async def open_again(
    database: Database, here: Desk, language: str = "en", content: Json | None = None
) -> UUID:
    async with database.write(here.writer) as uow:
        draft = await documents.open_draft(
            uow, here.writer, language_version_id=here.parts[language], content=content
        )
        here.drafts[language] = draft.id
    return draft.id


async def freeze(database: Database, here: Desk, viewer: Viewer | None = None) -> UUID:
    viewer = viewer or here.writer
    async with database.write(viewer) as uow:
        made = await documents.freeze(uow, viewer, document_id=here.document_id)
    return made.id


async def write(database: Database, here: Desk, content: Json, language: str = "en") -> int:
    """Make the draft say this, as its writer."""
    async with database.write(here.writer) as uow:
        return await coediting.edit_text(
            uow,
            draft_id=here.drafts[language],
            change=lambda _: content,
            person_id=here.writer.person_id,
            capacity_id=None,
        )


async def text_of(database: Database, draft_id: UUID) -> Json:
    async with database.read(SYSTEM) as session:
        return (await coediting.committed_text(session, draft_id)).content


async def rows(database: Database, query: str, **values: Any) -> list[Any]:
    async with database.read(SYSTEM) as session:
        return list(await (await session.connection()).execute(text(query), values))


async def count(database: Database, *tables: str) -> list[int]:
    """How many rows there are: what a refusal must leave alone."""
    queries = (f"SELECT count(*) FROM {table}" for table in tables)  # noqa: S608 our names
    return [(await rows(database, query))[0][0] for query in queries]


async def state(database: Database) -> Any:
    """Everything about texts that a refused verb must not touch."""
    tables = ("document", "language_version", "draft", "version_set", "version")
    found = await count(database, *tables, "version_section", "dialogue_fact", "audit_event")
    drafts = await rows(database, "SELECT id, closed_at, projected_seq FROM draft ORDER BY id")
    heads = await rows(database, "SELECT id, seq, closed FROM draft_head ORDER BY id")
    return found, drafts, heads
