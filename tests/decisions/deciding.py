"""A dialogue whose text is frozen, and the steps of a decision on it, through the rooms' verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from policylab import decisions, documents, positions
from policylab.decisions.rules import Rule
from policylab.decisions.signing import Signer, new_signer, write_signer
from policylab.decisions.tables import DecisionRecord, Procedure
from policylab.documents import DocumentKind
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words
from policylab.positions.tables import Position
from tests import kept, make


@dataclass
class Text:
    """A frozen set and its clauses."""

    document_id: UUID
    set_id: UUID
    clauses: list[UUID]

    @property
    def subject(self) -> Subject:
        return Subject(set_id=self.set_id)

    def clause(self, place: int = 0) -> Subject:
        return Subject(set_id=self.set_id, section_id=self.clauses[place])


WORDS = {
    "en": ("Everybody learns", "Cities teach newcomers.", "The State pays the teachers."),
    "fr": ("Tout le monde apprend", "Les villes enseignent.", "L’État paie les enseignant·es."),
}


def tree(language: str, ids: Sequence[UUID], *, also: str = "") -> dict[str, Any]:
    """A small text: a heading and clauses, with the same ids in every language."""
    heading, *words = WORDS[language]
    clauses = [words[place % len(words)] for place in range(len(ids) - 1)]
    blocks: list[dict[str, Any]] = [
        {
            "type": "heading",
            "attrs": {"id": str(ids[0]), "level": 1},
            "content": [{"type": "text", "text": heading + also}],
        }
    ]
    for key, said in zip(ids[1:], clauses, strict=True):
        paragraph = {
            "type": "paragraph",
            "attrs": {"id": str(uuid7())},
            "content": [{"type": "text", "text": said}],
        }
        blocks.append({"type": "clause", "attrs": {"id": str(key)}, "content": [paragraph]})
    return {"type": "doc", "content": blocks}


async def freeze(
    database: Database,
    table: make.Table,
    *,
    kind: DocumentKind = DocumentKind.POSITION_PAPER,
    languages: Sequence[str] = ("en",),
    clauses: int = 2,
) -> Text:
    """A text of the dialogue, frozen by its rapporteur."""
    await make.enter(database, table, "drafting")
    ids = [uuid7() for _ in range(clauses + 1)]
    rapporteur = table.rapporteur
    async with database.write(rapporteur) as uow:
        document = await documents.create_document(
            uow,
            rapporteur,
            dialogue_id=table.dialogue_id,
            kind=kind,
            titles={language: WORDS[language][0] for language in languages},
        )
        await uow.session.flush()
        rows = await (await uow.session.connection()).execute(
            text("SELECT id, language FROM language_version WHERE document_id = :id"),
            {"id": document.id},
        )
        for key, language in rows.all():
            await documents.open_draft(
                uow, rapporteur, language_version_id=key, content=tree(language, ids)
            )
        document_id = document.id
    async with database.write(rapporteur) as uow:
        frozen = await documents.freeze(uow, rapporteur, document_id=document_id)
        return Text(document_id, frozen.id, ids)


async def open_procedure(
    database: Database,
    table: make.Table,
    on: Text | Subject,
    rule: Rule | None = None,
    *,
    by: Viewer | None = None,
    phase: str | None = "positions",
    **options: Any,
) -> Procedure:
    """A procedure on the text, in the phase where positions are taken."""
    if phase:
        await make.enter(database, table, phase)
    moderator = by or table.moderator
    subject = on.subject if isinstance(on, Text) else on
    async with database.write(moderator) as uow:
        return await decisions.open_procedure(uow, moderator, subject=subject, rule=rule, **options)


async def take(
    database: Database,
    table: make.Table,
    on: Text | Subject,
    body: str,
    stance: Stance = Stance.SUPPORT,
    words: Words | None = None,
    *,
    ad_referendum: bool = False,
) -> Position:
    """A position of one delegation, by its head."""
    head = table.head(body)
    subject = on.subject if isinstance(on, Text) else on
    async with database.write(head) as uow:
        return await positions.take_position(
            uow,
            head,
            subject=subject,
            stance=stance,
            words=words or Words(),
            ad_referendum=ad_referendum,
        )


async def take_all(
    database: Database, table: make.Table, on: Text, stances: Mapping[str, Stance] | None = None
) -> None:
    """A position of every delegation: support, unless told otherwise."""
    for body in table.seats:
        stance = (stances or {}).get(body, Stance.SUPPORT)
        await take(database, table, on, body, stance, words_for(stance))


def words_for(stance: Stance) -> Words:
    """What each stance asks to be said."""
    if stance is Stance.SUPPORT_WITH_RESERVATION:
        return Words(reservations=["Not before 2027."])
    if stance is Stance.CONDITIONAL:
        return Words(conditions=["The State pays."])
    return Words(statement="It costs too much." if stance is Stance.OBJECT else "")


async def close(
    database: Database, table: make.Table, procedure: Procedure, *, by: Viewer | None = None
) -> DecisionRecord:
    """The procedure closed in the phase of decisions; its record."""
    await make.enter(database, table, "decision")
    moderator = by or table.moderator
    async with database.write(moderator) as uow:
        await decisions.close_procedure(uow, moderator, procedure_id=procedure.id)
    return await record_of(database, procedure)


async def record_of(database: Database, procedure: Procedure) -> DecisionRecord:
    async with database.rows(SYSTEM) as connection:
        key = await connection.fetchval(
            "SELECT id FROM decision_record WHERE procedure_id = $1", procedure.id
        )
    async with database.read(SYSTEM) as session:
        return await decisions.record_by_id(session, key)


def fresh(viewer: Viewer) -> Viewer:
    """The same person, who has just signed in."""
    return replace(viewer, signed_in_at=datetime.now(UTC) - timedelta(seconds=5))


async def seal(
    database: Database,
    table: make.Table,
    record: DecisionRecord,
    signer: Signer,
    *,
    by: Viewer | None = None,
    reasons: str = "Because it works.",
) -> None:
    """The record sealed, by a moderator who has just signed in."""
    moderator = by or fresh(table.moderator)
    async with database.write(moderator) as uow:
        await decisions.seal_record(
            uow,
            moderator,
            record_id=record.id,
            reasons=reasons,
            follow_up="The ministry reports in a year.",
            signer=signer,
        )


SIGNER = new_signer()
"""The key of every house in which nothing depends on whose it is."""


def key_in(data_folder: Path) -> Signer:
    """That key, kept where a house with this folder looks for it."""
    write_signer(data_folder / "signing-key.pem", SIGNER)
    return SIGNER


async def sealed(
    database: Database, *, reasons: str = "Because it works.", **stances: Stance
) -> tuple[make.Table, Text, DecisionRecord, Signer]:
    """A whole decision: frozen in two languages, positions taken, closed and sealed."""

    async def by_the_verbs() -> tuple[make.Table, Text, UUID]:
        table = await make.table(database, languages=("en", "fr"))
        frozen = await freeze(database, table, languages=("en", "fr"))
        procedure = await open_procedure(database, table, frozen)
        await take_all(database, table, frozen, stances)
        record = await close(database, table, procedure)
        await seal(database, table, record, SIGNER, reasons=reasons)
        return table, frozen, record.id

    choice = ("sealed", reasons, *sorted(stances.items()))
    table, frozen, key = await kept.again(database, choice, by_the_verbs)
    async with database.read(SYSTEM) as session:
        return table, frozen, await decisions.record_by_id(session, key), SIGNER


async def package(
    database: Database, viewer: Viewer, record: DecisionRecord, signer: Signer
) -> bytes:
    """The package as this viewer gets it."""
    async with database.read(viewer) as session:
        return await decisions.package_of(session, viewer, record.id, signer)


async def count(database: Database, table: str) -> int:
    async with database.rows(SYSTEM) as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
