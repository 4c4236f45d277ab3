"""What goes into a package, as values: the frozen text in its languages and what became of it.

Nothing here names a person: whoever acted is shown by function and organisation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from policylab.documents.sections import Section, sections_of, text_hash
from policylab.documents.tree import Json

Words = Mapping[str, str]
"""A text by language."""


def within(words: Words, language: str) -> str:
    """The words in this language, else in English, else in whichever there are."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


@dataclass(frozen=True, kw_only=True)
class Body:
    """An organisation that took part."""

    id: UUID
    names: Words
    kind: str
    level: str
    voting: bool = True


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a position or a procedure is about: the whole text, one clause, an amendment."""

    section_id: UUID | None = None
    amendment: bool = False


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What must change for support to stand, and how far that has come."""

    text: str
    met: bool
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Where one delegation stands; without a stance it has taken no position."""

    body: Body
    subject: Subject = Subject()
    stance: str | None = None
    statement: str = ""
    reservations: Sequence[str] = ()
    conditions: Sequence[Condition] = ()
    ad_referendum: bool = False
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What proves a record."""

    hash: str
    leaf: int
    signer: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The act of a council or government outside the service."""

    body: str
    on: date
    reference: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A procedure on this very text, and its record where there is one."""

    id: UUID
    subject: Subject
    rule: Words
    opens_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    outcome: str | None = None
    sentences: Words = field(default_factory=dict[str, str])
    identifier: str | None = None
    seal: Seal | None = None
    dissents: Sequence[tuple[Words, str]] = ()
    """By delegation, what it attached to the record."""
    corrigenda: Sequence[tuple[int, str]] = ()
    adoptions: Sequence[Adoption] = ()


@dataclass(frozen=True, kw_only=True)
class Covered:
    """One recommendation, and where this text answers it."""

    number: str
    texts: Words
    areas: Sequence[Words]
    state: str
    clauses: Sequence[tuple[UUID, str, bool]]
    """Clause, kind of link, whether the link still holds."""
    answer: str | None = None
    reasons: str = ""


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of government as this lab calls it."""

    code: str
    names: Words


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of the text, checked to be one."""

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """Everything that a writer needs, read once."""

    set_id: UUID
    document_id: UUID
    kind: str
    titles: Words
    identifier: str | None
    number: int
    hash: str
    frozen_at: datetime
    frozen_by: Words
    """Function and organisation of whoever froze it."""
    illustrative: bool
    lab: Words
    question: Words
    texts: Mapping[str, Json]
    """Every language of the set, not only those asked for."""
    authentic: Mapping[str, bool] = field(default_factory=dict[str, bool])
    levels: Sequence[Level] = ()
    bodies: Sequence[Body] = ()
    decisions: Sequence[Decision] = ()
    stands: Sequence[Stand] = ()
    coverage: Sequence[Covered] = ()
    pictures: Mapping[str, Picture] = field(default_factory=dict[str, Picture])
    languages: Sequence[str] = ()
    """Those asked for, in order."""

    def title(self, language: str) -> str:
        return within(self.titles, language)

    @cached_property
    def sections(self) -> dict[str, list[Section]]:
        """The clauses in each language, numbered, in reading order."""
        return {key: sections_of(tree, self.document_id) for key, tree in self.texts.items()}

    @cached_property
    def numbers(self) -> dict[UUID, str]:
        """Each clause's number; the same in every language (invariant 13)."""
        return {item.id: item.number for part in self.sections.values() for item in part}

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of the text in each language."""
        return {language: text_hash(tree).hex() for language, tree in self.texts.items()}

    def level_name(self, code: str, language: str) -> str:
        found = next((level for level in self.levels if level.code == code), None)
        return within(found.names, language) if found else code


@dataclass(frozen=True)
class ExportedFile:
    """A finished package."""

    name: str
    media_type: str
    data: bytes


def attributes(node: Json) -> dict[str, Any]:
    """A node's attributes; empty where it has none."""
    return node.get("attrs") or {}
