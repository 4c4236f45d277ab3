"""Taking a text away from a real house: what is in it, for whom, and what is not."""

import io
import json
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import pytest
from lxml import html
from sqlalchemy import text

from policylab import export, positions
from policylab.decisions.tables import DecisionRecord
from policylab.export.gathering import gather
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer
from policylab.positions import Stance, Words
from tests import make
from tests.decisions import deciding
from tests.decisions.deciding import Text

House = tuple[make.Table, Text, DecisionRecord]


@pytest.fixture
async def decided(database: Database) -> House:
    """Frozen in two languages, a reservation and an objection taken, closed and sealed."""
    table, frozen, record, _ = await deciding.sealed(
        database,
        CITY=Stance.SUPPORT_WITH_RESERVATION,
        REGION=Stance.SUPPORT,
        MINISTRY=Stance.OBJECT,
    )
    return table, frozen, record


async def taken(
    database: Database, viewer: Viewer, set_id: UUID, kind: str, *languages: str
) -> export.ExportedFile:
    return await export.export(database, viewer, set_id=set_id, kind=kind, languages=languages)


async def page(database: Database, viewer: Viewer, set_id: UUID, *languages: str) -> str:
    made = await taken(database, viewer, set_id, "html", *languages)
    return " ".join(html.document_fromstring(made.data).text_content().split())


async def test_every_kind_is_made_in_two_languages_for_whoever_takes_part(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    for kind in export.KINDS:
        made = await taken(database, table.observer, frozen.set_id, kind, "fr", "en")
        assert made.media_type == export.MEDIA[kind]
        assert made.name.startswith("tout-le-monde-apprend-v1-fr-en.")
        assert made == await taken(database, table.observer, frozen.set_id, kind, "fr", "en")


async def test_a_package_tells_text_decision_positions_and_provenance(
    database: Database, decided: House
) -> None:
    table, frozen, record = decided
    said = await page(database, table.observer, frozen.set_id)
    for wanted in (
        "1 Everybody learns",
        "1.1 Cities teach newcomers.",
        "1.2 L’État paie les enseignant·es.",
        record.identifier,
        "Not adopted",
        "Support with reservation",
        "Not before 2027.",
        "It costs too much.",
        "Objection",
        "This dialogue works on no recommendation.",
    ):
        assert wanted in said, wanted
    async with database.read(table.observer) as session:
        dossier = await gather(session, table.observer, frozen.set_id)
    (decision,) = dossier.decisions
    assert decision.seal is not None
    assert decision.seal.hash in said
    assert dossier.hash in said
    assert [stand.body.level for stand in dossier.stands] == ["LOCAL", "REGIONAL", "NATIONAL"]


async def test_fingerprints_are_those_of_the_database(database: Database, decided: House) -> None:
    table, frozen, _ = decided
    async with database.read(table.observer) as session:
        dossier = await gather(session, table.observer, frozen.set_id)
    async with database.rows(table.observer) as connection:
        whole = await connection.fetchval(
            "SELECT encode(hash, 'hex') FROM version_set WHERE id = $1", frozen.set_id
        )
        parts = await connection.fetch(
            "SELECT language, encode(hash, 'hex') AS hash FROM version WHERE version_set_id = $1",
            frozen.set_id,
        )
        clauses = await connection.fetch(
            "SELECT language, section_id, number, encode(hash, 'hex') AS hash "
            "FROM version_section WHERE version_set_id = $1",
            frozen.set_id,
        )
    assert dossier.hash == whole
    assert dossier.hashes == {row["language"]: row["hash"] for row in parts}
    computed = {
        (language, item.id): (item.number, item.hash.hex())
        for language, sections in dossier.sections.items()
        for item in sections
    }
    stored = {(row["language"], row["section_id"]): (row["number"], row["hash"]) for row in clauses}
    assert computed == stored


async def test_what_one_may_not_see_is_not_there_and_no_other_than_what_does_not_exist(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    answers: set[tuple[str, str]] = set()
    for viewer, key in (
        (table.outsider, frozen.set_id),
        (ANONYMOUS, frozen.set_id),
        (table.observer, uuid4()),
        (table.outsider, uuid4()),
    ):
        for kind in ("pdf", "html", "nonsense"):
            with pytest.raises(Refused) as refused:
                await taken(database, viewer, key, kind, "xx")
            answers.add((refused.value.code, refused.value.message))
    assert answers == {(RefusalCode.NOT_FOUND, "There is nothing here with this id.")}


async def test_an_unknown_kind_or_language_is_refused_to_whoever_sees_the_text(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    for kind, language, field in (("exe", "en", "kind"), ("pdf", "it", "languages")):
        with pytest.raises(Refused) as refused:
            await taken(database, table.observer, frozen.set_id, kind, language)
        assert (refused.value.code, refused.value.field) == (RefusalCode.INVALID_INPUT, field)


async def test_a_position_in_preparation_is_in_nobodys_package_but_once_released_in_everybodys(
    database: Database,
) -> None:
    table = await make.table(database, languages=("en", "fr"))
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    await make.enter(database, table, "positions")
    head = table.head("CITY")
    async with database.write(head) as uow:
        drafted = await positions.draft_position(
            uow,
            head,
            subject=frozen.subject,
            stance=Stance.SUPPORT,
            words=Words(statement="CANARY in a closed room"),
        )
    for viewer in (table.observer, table.moderator, head):
        assert "CANARY" not in await page(database, viewer, frozen.set_id)
    async with database.write(head) as uow:
        await positions.clear_position(uow, head, position_id=drafted.id)
    async with database.write(head) as uow:
        await positions.release_position(uow, head, position_id=drafted.id)
    for viewer in (table.observer, table.moderator, head):
        assert "CANARY" in await page(database, viewer, frozen.set_id)


async def test_who_is_silent_is_listed_without_a_position(database: Database) -> None:
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    said = await page(database, table.observer, frozen.set_id, "en")
    assert said.count("No position") == 3
    assert "No decision has been put to the delegations on this version." in said


async def test_nobody_is_named_only_functions_and_bodies(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT display_name FROM person")
    names = {row["display_name"] for row in rows if "," in row["display_name"]}
    assert "Head, City" in names
    for kind in ("html", "markdown", "akoma-ntoso", "json-ld", "pdf"):
        data = (await taken(database, table.observer, frozen.set_id, kind)).data
        if kind == "pdf":
            pdf = pikepdf.open(io.BytesIO(data))
            data = str(pdf.docinfo).encode() + b"".join(
                pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments
            )
        assert not [name for name in names if name.encode() in data], kind


async def test_a_fictional_text_says_so_on_its_first_page(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    assert "Illustrative:" not in await page(database, table.observer, frozen.set_id, "en")
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        await connection.execute(
            text("UPDATE dialogue SET illustrative = true WHERE id = :id"),
            {"id": table.dialogue_id},
        )
    said = await page(database, table.observer, frozen.set_id, "en")
    assert said.index("Illustrative:") < said.index("Contents")


async def test_a_position_on_a_clause_says_so_and_the_whole_text_stays_without_one(
    database: Database,
) -> None:
    table = await make.table(database)
    frozen = await deciding.freeze(database, table)
    await make.enter(database, table, "positions")
    await deciding.take(
        database, table, frozen.clause(1), "REGION", Stance.OBJECT, Words(statement="Too dear.")
    )
    async with database.read(table.observer) as session:
        dossier = await gather(session, table.observer, frozen.set_id)
    region = [stand for stand in dossier.stands if stand.body.level == "REGIONAL"]
    assert [(stand.stance, stand.subject.section_id) for stand in region] == [
        (None, None),
        (Stance.OBJECT, frozen.clauses[1]),
    ]
    said = await page(database, table.observer, frozen.set_id)
    assert "clause 1.1 Object Too dear." in said


async def test_linked_data_of_the_house_name_its_own_ids(
    database: Database, decided: House
) -> None:
    table, frozen, _ = decided
    made = await taken(database, table.observer, frozen.set_id, "json-ld", "en")
    graph: list[dict[str, Any]] = json.loads(made.data)["@graph"]
    assert graph[0]["@id"] == f"urn:uuid:{frozen.document_id}"
    (activity,) = [node for node in graph if node["@type"] == "Activity"]
    assert activity["object"] == f"urn:uuid:{frozen.set_id}"
    assert len(activity["hadParticipation"]) == 3
