"""The checks of domain.md 8.3: what is invented says so, and nothing real is given words."""

import re
from typing import Any

from policylab.demo import material
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM


async def rows(database: Database, query: str, *arguments: Any) -> list[Any]:
    async with database.rows(SYSTEM) as connection:
        return await connection.fetch(query, *arguments)


async def test_whatever_the_demo_made_is_marked_as_illustrative(arvenia: Database) -> None:
    marked = await rows(
        arvenia,
        "SELECT table_name AS name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'illustrative'",
    )
    reference = {"territory", "assessment", "score", "recommendation"}
    names = {row["name"] for row in marked}
    assert reference | {"person", "organisation", "lab", "dialogue", "document"} <= names
    for name in names - reference:  # the sourced reference data has none of these
        found = await rows(arvenia, f"SELECT illustrative FROM {name}")  # noqa: S608
        assert found, name
        assert all(row["illustrative"] for row in found), name


async def test_places_and_figures_are_illustrative_in_arvenia_and_nowhere_else(
    arvenia: Database,
) -> None:
    places = await rows(arvenia, "SELECT country, illustrative FROM territory")
    assert {row["country"] == "XA" for row in places} == {True, False}
    assert all((row["country"] == "XA") is row["illustrative"] for row in places)
    for table in ("assessment", "score", "recommendation"):
        of = "territory_id" if table != "score" else "(SELECT territory_id FROM assessment a"
        of += "" if table != "score" else " WHERE a.id = x.assessment_id)"
        found = await rows(
            arvenia,
            f"SELECT x.illustrative, t.country = 'XA' AS invented FROM {table} x"  # noqa: S608
            f" JOIN territory t ON t.id = {of}",
        )
        assert {row["invented"] for row in found} == {True, False}, table
        assert all(row["illustrative"] is row["invented"] for row in found), table


async def test_no_real_place_has_a_score_without_a_source(arvenia: Database) -> None:
    assert await rows(arvenia, "SELECT 1 FROM score WHERE NOT illustrative")
    unsourced = await rows(
        arvenia,
        "SELECT 1 FROM score s JOIN assessment a ON a.id = s.assessment_id"
        " JOIN territory t ON t.id = a.territory_id"
        " WHERE t.country <> 'XA' AND (s.source_reference IS NULL OR s.dated = '')",
    )
    assert unsourced == []


async def test_no_real_body_holds_a_seat_a_mandate_or_a_position(arvenia: Database) -> None:
    seats = await rows(
        arvenia,
        "SELECT o.illustrative, t.country,"
        " (SELECT count(*) FROM mandate m WHERE m.delegation_id = d.id) AS mandates,"
        " (SELECT count(*) FROM position p WHERE p.delegation_id = d.id) AS positions"
        " FROM delegation d JOIN organisation o ON o.id = d.organisation_id"
        " JOIN territory t ON t.id = o.territory_id",
    )
    assert sum(row["mandates"] for row in seats) > 20
    assert sum(row["positions"] for row in seats) > 10
    assert {(row["illustrative"], row["country"]) for row in seats} == {(True, "XA")}


async def test_people_are_shown_by_function_and_body(arvenia: Database) -> None:
    """A display name is the function in the post, a comma, and the short name of the body."""
    short = {
        body["names"]["en"]: body["short"] for body in material.read("arvenia")["bodies"].values()
    }
    people = await rows(
        arvenia,
        "SELECT p.display_name AS name, p.email, m.functions->>'en' AS function,"
        " o.names->>'en' AS body FROM person p"
        " JOIN membership m ON m.person_id = p.id JOIN organisation o ON o.id = m.organisation_id",
    )
    everybody = await rows(arvenia, "SELECT count(*) FROM person")
    assert len(people) == everybody[0]["count"] > 20
    for person in people:
        assert person["name"] == f"{person['function']}, {short[person['body']]}"
        assert person["email"] is None


async def test_what_is_kept_of_who_acted_is_a_function_too(arvenia: Database) -> None:
    shown = await rows(arvenia, "SELECT functions, role FROM capacity")
    posts = {
        language: {
            person[language]
            for body in material.read("arvenia")["bodies"].values()
            for person in body["people"].values()
        }
        for language in ("en", "fr")
    }
    assert shown
    for row in shown:
        for language, words in row["functions"].items():
            assert words in posts[language], row


def test_everything_people_read_in_texts_is_there_in_both_languages() -> None:
    for name in ("strategy", "language", "schools", "plan", "charter", "diagnosis"):
        assert halves(material.read(name)["titles"]) == []
        for block in material.read(name)["blocks"]:
            assert halves(block) == [], (name, block["id"])


def test_no_text_leaves_a_clause_without_a_label_or_uses_one_twice() -> None:
    for name in ("strategy", "language", "schools", "plan", "charter", "diagnosis"):
        labels = [block["id"] for block in material.read(name)["blocks"]]
        assert len(labels) == len(set(labels)), name


ALIKE = {"Situation", "Vision", "Participation", "Communication", "Annex"}


def halves(value: Any) -> list[Any]:
    """Texts that stand in one language only, or say the same in both."""
    if isinstance(value, list):
        return [each for item in value for each in halves(item)]
    if not isinstance(value, dict):
        return []
    if value.keys() & {"en", "fr"}:
        english, french = value.get("en", ""), value.get("fr", "")
        whole = bool(english.strip() and french.strip())
        differ = english != french or english in ALIKE or not re.search(r"[a-z]{3} [a-z]", english)
        return [] if whole and differ else [value]
    return [each for item in value.values() for each in halves(item)]
