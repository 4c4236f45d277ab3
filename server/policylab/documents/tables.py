"""How texts are stored: documents, their languages, drafts, and the versions that never change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from policylab.documents.rules import DocumentKind
from policylab.kit.tables import Table, choice, choice_check, jsonb, localised, moment


class Document(Table, table=True):
    """The work, in all languages and versions."""

    __tablename__ = "document"
    __table_args__ = (choice_check("kind", DocumentKind),)

    lab_id: UUID = Field(foreign_key="lab.id", index=True)
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    kind: DocumentKind = Field(sa_type=choice(DocumentKind))
    titles: dict[str, str] = localised()
    identifier: str | None = Field(default=None, unique=True)
    illustrative: bool = False


class LanguageVersion(Table, table=True):
    """The document in one language."""

    __tablename__ = "language_version"
    __table_args__ = (
        UniqueConstraint("document_id", "language", name="language_version_language_key"),
    )

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    language: str
    authentic: bool = True
    translation_of: UUID | None = Field(default=None, foreign_key="language_version.id")


class Draft(Table, table=True):
    """A text being written together. Its words are in coediting's log under the same id.

    One a language version: a freeze closes it, and writing goes on in the same one.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("language_version_id", name="draft_one_a_language"),)

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    language_version_id: UUID = Field(foreign_key="language_version.id")
    base_version_id: UUID | None = None
    projected_seq: int = -1
    """How far of its log the sections show."""
    updated_at: datetime = moment(default_now=True)
    closed_at: datetime | None = moment()


class DraftSection(Table, table=True):
    """A clause of a live text as it was a moment ago: for search, links and lists."""

    __tablename__ = "draft_section"
    __table_args__ = (UniqueConstraint("draft_id", "section_id", name="draft_section_key"),)

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    draft_id: UUID = Field(foreign_key="draft.id", index=True)
    section_id: UUID = Field(index=True)
    language: str
    kind: str
    number: str
    heading: str | None = None
    parent: UUID | None = None
    place: int
    text: str
    content: list[Any] = jsonb(default=list)
    hash: bytes = Field(sa_type=LargeBinary)
    source: bytes = Field(default=b"", sa_type=LargeBinary)
    """Tells whether the clause has changed since it was read from the live text."""


class VersionSet(Table, table=True):
    """One numbered freeze of a document in all its languages, with one hash. Never changes."""

    __tablename__ = "version_set"
    __table_args__ = (UniqueConstraint("document_id", "number", name="version_set_number_key"),)

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    number: int
    hash: bytes = Field(sa_type=LargeBinary)
    frozen_at: datetime = moment(nullable=False)
    frozen_by_capacity_id: UUID | None = None


class Version(Table, table=True):
    """The frozen text in one language. Never changes."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("version_set_id", "language", name="version_language_key"),)

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    version_set_id: UUID = Field(foreign_key="version_set.id", index=True)
    language_version_id: UUID = Field(foreign_key="language_version.id", index=True)
    language: str
    number: int
    content: dict[str, Any] = jsonb()
    hash: bytes = Field(sa_type=LargeBinary)
    log_seq: int
    """How far the draft's log had come."""
    frozen_at: datetime = moment(nullable=False)


class VersionSection(Table, table=True):
    """A clause of a frozen text. Never changes; keeps its section id across versions."""

    __tablename__ = "version_section"
    __table_args__ = (UniqueConstraint("version_id", "section_id", name="version_section_key"),)

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    version_set_id: UUID = Field(foreign_key="version_set.id", index=True)
    version_id: UUID = Field(foreign_key="version.id", index=True)
    section_id: UUID = Field(index=True)
    language: str
    kind: str
    number: str
    heading: str | None = None
    parent: UUID | None = None
    place: int
    text: str
    content: list[Any] = jsonb(default=list)
    hash: bytes = Field(sa_type=LargeBinary)


class Attachment(Table, table=True):
    """A picture in a text. Kept in the database, like everything that must not be lost."""

    __tablename__ = "attachment"

    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    media_type: str
    sha256: bytes = Field(sa_type=LargeBinary)
    data: bytes = Field(sa_type=LargeBinary)
