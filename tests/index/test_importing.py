"""Importing results by file: mistakes by line, and a file with one changes nothing."""

import json
from typing import Any

import pytest

from policylab import index
from policylab.index.lines import LINE, BadJson, read_json
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from tests.index.people import somebody

GOOD: dict[str, Any] = {
    "results": [
        {
            "territory": {"name": "Marrow Bay", "country": "XA", "population": 84000},
            "edition": "index-3",
            "answeredOn": "2025-03",
            "illustrative": True,
            "scores": [
                {"value": 58, "rank": 61, "sampleSize": 105},
                {"dimension": "LANGUAGE", "value": 41, "peerMean": 49},
            ],
            "recommendations": [
                {"number": "1", "text": {"en": "Words.", "fr": "Mots."}, "dimensions": ["LANGUAGE"]}
            ],
        }
    ]
}
CSV = (
    "territory,country,edition,answered_on,dimension,value,illustrative\n"
    "Marrow Bay,XA,index-3,2025-03,,58,true\n"
    "Marrow Bay,XA,index-3,2025-03,LANGUAGE,41,true\n"
)


async def load(database: Database, viewer: Viewer, name: str, text: str) -> index.Imported:
    async with database.write(viewer) as uow:
        return await index.import_file(uow, viewer, name=name, data=text.encode())


async def counts(database: Database) -> list[int]:
    async with database.rows(SYSTEM) as connection:
        return [
            await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
            for table in ("territory", "assessment", "score", "recommendation")
        ]


async def refused(database: Database, viewer: Viewer, name: str, text: str) -> Refused:
    before = await counts(database)
    with pytest.raises(Refused) as caught:
        await load(database, viewer, name, text)
    assert await counts(database) == before
    return caught.value


async def test_a_json_file_brings_results_figures_and_recommendations(database: Database) -> None:
    await index.load_reference(database)
    viewer = await somebody(database, administrator=True)
    made = await load(database, viewer, "bay.json", json.dumps(GOOD))
    assert (made.results, made.scores, made.recommendations) == (1, 2, 1)


async def test_a_csv_file_brings_one_figure_a_line(database: Database) -> None:
    await index.load_reference(database)
    viewer = await somebody(database, administrator=True)
    made = await load(database, viewer, "bay.csv", CSV)
    assert (made.results, made.scores) == (1, 2)
    advice = (
        "territory,country,edition,answered_on,number,text_en,text_fr,dimensions,illustrative\n"
        'Marrow Bay,XA,index-3,2025-03,1,"Words, more words.",Mots.,LANGUAGE;MEDIA,true\n'
    )
    made = await load(database, viewer, "advice.csv", advice)
    assert (made.results, made.recommendations) == (1, 1)


async def test_the_same_figures_twice_are_refused(database: Database) -> None:
    await index.load_reference(database)
    viewer = await somebody(database, administrator=True)
    await load(database, viewer, "bay.csv", CSV)
    problem = await refused(database, viewer, "bay.csv", CSV)
    assert "Line 2" in problem.message
    assert "here already" in problem.message


WRONG_LINES = [
    (CSV.replace(",41,", ",141,"), "Line 3: a score lies between 0 and 100"),
    (CSV.replace(",41,", ",much,"), "Line 3: value is a whole number"),
    (CSV.replace("LANGUAGE", "WEATHER"), "Line 3: the policy area WEATHER is not in this edition"),
    (CSV.replace("index-3", "index-9"), "Line 2: the edition index-9 is not known"),
    (CSV.replace("XA,", "xa,"), "Line 2: the country is a code of two capitals"),
    (CSV.replace(",true", ","), "Line 2: Marrow Bay lies in an invented country"),
    (CSV.replace("XA,", "FI,"), "Line 2: Marrow Bay lies in a real country"),
    (CSV.replace("XA,", "FI,").replace(",true", ","), "Line 2: a result of a real place needs"),
    (CSV.replace(",41,true", ",41"), "Line 3: the number of cells differs"),
    (CSV.replace("territory", "town"), "Line 1: the column territory is missing"),
    (CSV.replace("LANGUAGE,41", ",41"), "Line 3: OVERALL is there twice"),
    (CSV.replace(",41,", ",,"), "Line 3: give a score or a rank"),
    (CSV.replace(",41,", ',"41,'), "Line 3: the line is not CSV"),
]


@pytest.mark.parametrize(("text", "told"), WRONG_LINES, ids=[told for _, told in WRONG_LINES])
async def test_a_wrong_line_is_named_and_nothing_is_kept(
    database: Database, text: str, told: str
) -> None:
    await index.load_reference(database)
    viewer = await somebody(database, administrator=True)
    problem = await refused(database, viewer, "bay.csv", text)
    assert problem.code is RefusalCode.BAD_FILE
    assert told in problem.message
    assert (await load(database, viewer, "bay.csv", CSV)).scores == 2


async def test_all_mistakes_of_a_json_file_are_told_each_with_its_line(database: Database) -> None:
    await index.load_reference(database)
    viewer = await somebody(database, administrator=True)
    text = json.dumps(GOOD, indent=1)
    wrong = text.replace('"value": 58', '"value": -1').replace('"number": "1"', '"number": 1')
    lines = wrong.splitlines()
    score = next(n for n, line in enumerate(lines, 1) if '"value": -1' in line) - 1
    advice = next(n for n, line in enumerate(lines, 1) if '"number": 1' in line) - 1
    problem = await refused(database, viewer, "bay.json", wrong)
    assert f"Line {score}: a score lies between 0 and 100" in problem.message
    assert f"Line {advice}: number is a text" in problem.message


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("bay.json", '{"results": [\n{"edition" "x"}]}', "Line 2"),
        ("bay.json", '{"results": {}}', "a list called results"),
        ("bay.json", "[" * 50, "nested too deeply"),
        ("bay.json", '{"results": []}\nmore', "Line 2: there is something after the end"),
        ("bay.xlsx", "", "ends in .json or .csv"),
        ("bay.json", '{"results": [{"scores": [1], "territory": 3}]}', "scores is a list"),
    ],
)
async def test_what_is_no_such_file_is_refused_in_a_sentence(
    database: Database, name: str, text: str, told: str
) -> None:
    viewer = await somebody(database, administrator=True)
    assert told in (await refused(database, viewer, name, text)).message


async def test_bytes_that_are_no_text_are_refused_with_their_line(database: Database) -> None:
    viewer = await somebody(database, administrator=True)
    with pytest.raises(Refused) as caught:
        async with database.write(viewer) as uow:
            await index.import_file(uow, viewer, name="a.csv", data=b"territory\n\xff\xfe")
    assert "Line 2" in caught.value.message


async def test_only_administrators_import(database: Database) -> None:
    viewer = await somebody(database)
    assert (await refused(database, viewer, "bay.csv", CSV)).code is RefusalCode.NOT_ALLOWED


def test_json_is_read_with_the_line_of_each_object() -> None:
    value = read_json('{"a": [\n {"b": 1},\n\n {"b": "x\\u00e9"}], "c": null}')
    assert value[LINE] == 1
    assert [item[LINE] for item in value["a"]] == [2, 4]
    assert value["a"][1]["b"] == "xé"


@pytest.mark.parametrize("text", ["{", "[1,]", '{"a":1,}', "{a:1}", "", '"', "nope", '{"a" 1}'])
def test_what_is_not_json_is_bad_json(text: str) -> None:
    with pytest.raises(BadJson):
        read_json(text)
