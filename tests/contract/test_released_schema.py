"""What breaks programs that were written for the last release has a reason, or does not go in."""

from pathlib import Path

import pytest
from graphql import build_schema

from policylab.api import reference, schema
from policylab.api.changes import differences, unexplained
from policylab.published import CHECKOUT, schema_folder

OLD = "type Query { lab(id: ID!): String! labs: [String] }"
BREAKING = {
    "a field that is gone": "type Query { lab(id: ID!): String! }",
    "an argument that is asked for now": OLD.replace("id: ID!", "id: ID!, language: String!"),
    "an answer that may be missing now": OLD.replace("String! labs", "String labs"),
    "another type": OLD.replace("[String]", "[Int]"),
}


def test_nothing_breaks_programs_written_for_the_last_release() -> None:
    assert unexplained(schema_folder(), schema.print_schema()) == []


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_is_found_and_passes_with_its_reason(change: str) -> None:
    old, new = build_schema(OLD), build_schema(BREAKING[change])
    [said] = differences(old, new, {})
    named = said.removesuffix(" Give the reason in schema/breaking.json.")
    assert differences(old, new, {named: "It told too much."}) == []
    assert differences(old, new, {named: ""}) == [said]
    assert differences(old, old, {named: "It told too much."}) == [f"No longer so: {named}"]


def test_what_is_added_breaks_nothing() -> None:
    new = OLD.replace("labs:", "people(first: Int): [String] labs:")
    assert differences(build_schema(OLD), build_schema(new), {}) == []


def test_the_reference_is_as_the_schema_prints_it() -> None:
    folder = CHECKOUT / "docs" / "reference"
    printed = reference.pages()
    assert {path.name for path in folder.iterdir()} == set(printed)
    stale = [name for name, text in printed.items() if (folder / name).read_text("utf-8") != text]
    assert stale == [], "Run policylab print-reference."


def test_every_link_of_the_reference_leads_somewhere() -> None:
    folder: Path = CHECKOUT / "docs" / "reference"
    pages = reference.pages()
    for text in pages.values():
        for part in text.split("](")[1:]:
            name, _, anchor = part.split(")")[0].partition("#")
            if name.startswith("https:"):
                continue
            if name in pages:
                heads = {line[3:].lower() for line in pages[name].split("\n") if line[:3] == "## "}
                assert not anchor or anchor in heads, part[:80]
            else:
                assert (folder / name).exists(), name
