"""A text on the table: written, frozen, opened again; through the rooms' own verbs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from policylab import coediting, documents
from policylab.documents import DocumentKind
from policylab.documents.tables import LanguageVersion, Version, VersionSection
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from tests import make

Json = dict[str, Any]
HEADING, FIRST, SECOND = "Everybody learns", "Cities teach newcomers.", "The State pays teachers."


@dataclass
class Desk:
    """A document with one heading and two clauses."""

    table: make.Table
    document_id: UUID
    drafts: dict[str, UUID]
    heading: UUID
    clauses: list[UUID]
    sets: list[UUID] = field(default_factory=list[UUID])

    @property
    def draft_id(self) -> UUID:
        return self.drafts["en"]

    @property
    def set_id(self) -> UUID:
        """The latest frozen set."""
        return self.sets[-1]


def words(text: str, *, name: UUID | None = None, marks: Sequence[Json] = ()) -> Json:
    """A paragraph of one run."""
    run: Json = {"type": "text", "text": text}
    if marks:
        run["marks"] = list(marks)
    return {"type": "paragraph", "attrs": {"id": str(name or uuid7())}, "content": [run]}


def clause(name: UUID, *paragraphs: Json) -> Json:
    return {"type": "clause", "attrs": {"id": str(name)}, "content": list(paragraphs)}


def heading(name: UUID, text: str) -> Json:
    content = [{"type": "text", "text": text}]
    return {"type": "heading", "attrs": {"id": str(name), "level": 1}, "content": content}


def doc(*blocks: Json) -> Json:
    return {"type": "doc", "content": list(blocks)}


async def desk(
    database: Database, table: make.Table | None = None, *, languages: Sequence[str] = ("en",)
) -> Desk:
    """A text being written, in the phase of joint drafting."""
    table = table or await make.table(database, languages=languages)
    await make.enter(database, table, "drafting")
    names = [uuid7() for _ in range(3)]
    rapporteur = table.rapporteur
    async with database.write(rapporteur) as uow:
        document = await documents.create_document(
            uow,
            rapporteur,
            dialogue_id=table.dialogue_id,
            kind=DocumentKind.POSITION_PAPER,
            titles=dict.fromkeys(languages, "Who teaches"),
        )
        await uow.session.flush()
        parts = await uow.session.exec(
            select(LanguageVersion).where(col(LanguageVersion.document_id) == document.id)
        )
        drafts: dict[str, UUID] = {}
        for part in parts:
            content = doc(
                heading(names[0], HEADING),
                clause(names[1], words(FIRST)),
                clause(names[2], words(SECOND)),
            )
            draft = await documents.open_draft(
                uow, rapporteur, language_version_id=part.id, content=content
            )
            drafts[part.language] = draft.id
        return Desk(table, document.id, drafts, names[0], names[1:])


async def frozen(
    database: Database, table: make.Table | None = None, *, languages: Sequence[str] = ("en",)
) -> Desk:
    """The same text, frozen once."""
    made = await desk(database, table, languages=languages)
    await freeze(database, made)
    return made


async def freeze(database: Database, made: Desk) -> UUID:
    """A further set of the text as it stands."""
    await make.enter(database, made.table, "drafting")
    async with database.write(made.table.rapporteur) as uow:
        row = await documents.freeze(uow, made.table.rapporteur, document_id=made.document_id)
        made.sets.append(row.id)
        return row.id


async def reopen(database: Database, made: Desk, language: str = "en") -> None:
    """Open the working draft again, from the latest set."""
    await make.enter(database, made.table, "drafting")
    async with database.write(made.table.rapporteur) as uow:
        part = await uow.session.exec(
            select(LanguageVersion)
            .where(col(LanguageVersion.document_id) == made.document_id)
            .where(col(LanguageVersion.language) == language)
        )
        await documents.open_draft(uow, made.table.rapporteur, language_version_id=part.one().id)


async def rewrite(database: Database, made: Desk, place: int, text: str) -> UUID:
    """Freeze a further set in which one clause says something else."""
    await reopen(database, made)
    async with database.write(SYSTEM) as uow:
        await documents.replace_section(
            uow,
            draft_id=made.draft_id,
            section_id=made.clauses[place],
            blocks=[clause(made.clauses[place], words(text))],
            person_id=None,
            capacity_id=None,
        )
    return await freeze(database, made)


async def live(database: Database, made: Desk, language: str = "en") -> Json:
    """The working draft as it is stored."""
    async with database.read(SYSTEM) as session:
        return (await coediting.committed_text(session, made.drafts[language])).content


async def version_of(database: Database, made: Desk, language: str = "en") -> UUID:
    """The latest set's version in a language."""
    async with database.read(SYSTEM) as session:
        found = await session.exec(
            select(Version.id)
            .where(col(Version.version_set_id) == made.set_id)
            .where(col(Version.language) == language)
        )
        return found.one()


async def section(database: Database, set_id: UUID, section_id: UUID) -> VersionSection:
    """A clause as it was frozen."""
    async with database.read(SYSTEM) as session:
        found = await session.exec(
            select(VersionSection)
            .where(col(VersionSection.version_set_id) == set_id)
            .where(col(VersionSection.section_id) == section_id)
        )
        return found.one()
