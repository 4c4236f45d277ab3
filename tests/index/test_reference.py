"""The sourced reference data: whole, sourced, loaded once."""

from typing import Any

from policylab import index
from policylab.kit.db import Database
from policylab.kit.viewer import ANONYMOUS, SYSTEM, Viewer


async def read(database: Database, sql: str, viewer: Viewer = SYSTEM) -> list[Any]:
    async with database.rows(viewer) as connection:
        return await connection.fetch(sql)


async def count(database: Database, table: str) -> int:
    return (await read(database, f"SELECT count(*) FROM {table}"))[0][0]  # noqa: S608


async def test_reference_data_is_loaded_once_however_often_it_is_asked_for(
    database: Database,
) -> None:
    assert await index.load_reference(database)
    tables = ("source", "territory", "assessment", "score", "recommendation", "index_report")
    before = {table: await count(database, table) for table in tables}
    assert before["score"] == 22
    assert before["recommendation"] == 20
    assert before["index_report"] == 37
    assert not await index.load_reference(database)
    assert {table: await count(database, table) for table in tables} == before


async def test_figures_are_those_of_their_sources(database: Database) -> None:
    await index.load_reference(database)
    rows = await read(
        database,
        "SELECT t.names->>'en' AS city, s.value, s.rank, s.sample_size, s.peer_mean, d.code, "
        "e.code AS edition FROM score s JOIN assessment a ON a.id = s.assessment_id "
        "JOIN territory t ON t.id = a.territory_id JOIN index_edition e ON e.id = a.edition_id "
        "LEFT JOIN dimension d ON d.id = s.dimension_id",
    )
    found = {(row["city"], row["value"], row["rank"], row["sample_size"]) for row in rows}
    assert {("Ballarat", 84, 4, 80), ("Odesa", 70, 17, 93), ("Bilbao", 64, 21, 56)} <= found
    assert {("Erlangen", 63, 32, 75), ("Vaasa", None, 9, 34)} <= found
    rochester = next(row for row in rows if row["city"] == "Rochester" and row["code"])
    assert (rochester["code"], rochester["value"], rochester["peer_mean"]) == ("COMMITMENT", 35, 69)
    editions = {row["city"]: row["edition"] for row in rows}
    assert editions["Bilbao"] == "index-1"
    assert editions["Oslo"] == "index-unstated"
    assert editions["Vaasa"] == "index-3"


async def test_every_real_figure_has_a_source_that_is_known(database: Database) -> None:
    await index.load_reference(database)
    for table in ("territory", "assessment", "score", "recommendation", "index_report"):
        lost = await read(
            database,
            f"SELECT t.* FROM {table} t LEFT JOIN source s ON s.reference = t.source_reference "  # noqa: S608
            "WHERE s.id IS NULL",
        )
        assert lost == [], table


async def test_the_newest_edition_has_its_eighteen_policy_areas(database: Database) -> None:
    await index.load_reference(database)
    rows = await read(
        database,
        "SELECT d.code, d.optional, p.code AS parent, d.names FROM dimension d "
        "JOIN index_edition e ON e.id = d.edition_id AND e.code = 'index-3' "
        "LEFT JOIN dimension p ON p.id = d.composite_id",
    )
    assert len(rows) == 18
    assert {row["code"] for row in rows if row["optional"]} == {"PARTICIPATION", "INTERACTION"}
    assert sum(row["parent"] == "LENS" for row in rows) == 6
    assert all(row["names"]["en"] and row["names"]["fr"] for row in rows)


async def test_a_policy_area_of_an_earlier_edition_leads_to_the_newest(database: Database) -> None:
    await index.load_reference(database)
    rows = await read(
        database,
        "SELECT o.code AS earlier, n.code AS later, e.code AS edition FROM dimension_mapping m "
        "JOIN dimension o ON o.id = m.earlier_id JOIN dimension n ON n.id = m.later_id "
        "JOIN index_edition e ON e.id = o.edition_id",
    )
    assert rows
    assert all(row["earlier"] == row["later"] for row in rows)
    assert {row["edition"] for row in rows} <= {"index-1", "index-2"}


async def test_reference_data_is_for_everybody_signed_in_and_for_nobody_else(
    database: Database,
) -> None:
    await index.load_reference(database)
    from tests.index.people import somebody

    assert await read(database, "SELECT * FROM score", ANONYMOUS) == []
    assert len(await read(database, "SELECT * FROM score", await somebody(database))) == 22
