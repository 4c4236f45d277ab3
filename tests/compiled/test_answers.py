"""The cases that the standard speaks of, each by its name: a plan answers as graphql-core does."""

import gc
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from policylab.api.compiled.reading import Reads
from policylab.api.context import Context
from policylab.api.execution import Request
from policylab.api.paging import make_cursor
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import SYSTEM, Viewer
from tests.compiled.asking import Asker
from tests.compiled.comparing import Comparer

MEMBER = "MODERATOR"
LAB = to_global("Lab", uuid7())


@pytest.fixture
async def dialogue(arvenia: Database, asked_by: Mapping[str, Asker]) -> str:
    """A dialogue that the member reads."""
    async with arvenia.rows(asked_by[MEMBER].viewer) as connection:
        key = await connection.fetchval("SELECT min(id::text)::uuid FROM dialogue")
    return to_global("Dialogue", key)


async def answered(
    both: Comparer, asked_by: Mapping[str, Asker], text: str, role: str = MEMBER, **variables: Any
) -> Mapping[str, Any]:
    """The data of an answer that a plan gave, the same as graphql-core's."""
    answer = await both.ask(text, variables, asked_by[role].viewer, "en")
    assert both.found.different == []
    assert "errors" not in answer, answer
    assert both.executor.counts.compiled == 1
    return answer["data"]


async def failed(
    both: Comparer, asked_by: Mapping[str, Asker], text: str, role: str = MEMBER, **variables: Any
) -> Mapping[str, Any]:
    """An answer with errors: graphql-core's own, and counted as such."""
    answer = await both.ask(text, variables, asked_by[role].viewer, "en")
    assert both.found.different == []
    assert "errors" in answer
    assert both.executor.counts.compiled == 0
    return answer


async def test_what_may_not_be_seen_is_null(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = "query($id: ID!) { dialogue(id: $id) { question } }"
    assert await answered(both, asked_by, text, "a stranger", id=dialogue) == {"dialogue": None}
    unknown = to_global("Dialogue", uuid7())
    assert await answered(both, asked_by, text, id=unknown) == {"dialogue": None}


async def test_null_bubbles_up_to_what_may_be_null(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = "{ viewer { needs(first: 0) { totalCount } } service { name } }"
    answer = await failed(both, asked_by, text)
    assert answer["data"]["viewer"] is None
    assert answer["errors"][0]["path"] == ["viewer", "needs"]
    assert both.executor.counts.given_up == {"Refused": 1}


async def test_a_null_where_none_may_be_is_left_to_graphql_core(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = "{ people(first: 0) { totalCount } }"
    answer = await failed(both, asked_by, text)
    assert answer["data"] is None


async def test_errors_tell_where_by_the_names_the_client_gave(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = """query($id: ID!) {
      here: dialogue(id: $id) { lab { mine: dialogues(first: 201) { totalCount } } }
    }"""
    answer = await failed(both, asked_by, text, id=dialogue)
    assert answer["errors"][0]["path"] == ["here", "lab", "mine"]
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_what_no_plan_understands_is_counted_with_its_reason(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = "{ service { name } __schema { queryType { name } } }"
    answer = await both.ask(text, {}, asked_by[MEMBER].viewer)
    assert answer["data"]["__schema"] == {"queryType": {"name": "Query"}}
    assert both.found.different == []
    assert both.executor.counts.not_understood == {"Query.__schema": 1}


@pytest.mark.parametrize("more", [True, False])
@pytest.mark.parametrize("less", [True, False])
async def test_skip_and_include_follow_the_variables(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str, more: bool, less: bool
) -> None:
    text = """query($id: ID!, $more: Boolean!, $less: Boolean = true) {
      dialogue(id: $id) {
        id @include(if: true) question @include(if: $more) languages @skip(if: $less)
        ... @skip(if: $less) @include(if: $more) { visibility }
      }
    }"""
    found = (await answered(both, asked_by, text, id=dialogue, more=more, less=less))["dialogue"]
    expected = {"id": True, "question": more, "languages": not less, "visibility": more > less}
    assert {name: name in found for name in expected} == expected


async def test_fragments_and_fields_asked_twice_are_merged_in_their_order(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = """query($id: ID!) {
      dialogue(id: $id) { lab { id } ...Part lab { __typename name } question }
    }
    fragment Part on Dialogue { question ... on Node { id } lab { purpose } }"""
    found = (await answered(both, asked_by, text, id=dialogue))["dialogue"]
    assert list(found) == ["lab", "question", "id"]
    assert list(found["lab"]) == ["id", "purpose", "__typename", "name"]


async def test_interfaces_are_answered_by_what_each_thing_is(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str, arvenia: Database
) -> None:
    async with arvenia.rows(SYSTEM) as connection:
        key = await connection.fetchval("SELECT id FROM organisation ORDER BY id LIMIT 1")
    organisation = to_global("Organisation", key)
    unknown = to_global("Person", uuid7())
    text = """query($ids: [ID!]!) {
      nodes(ids: $ids) {
        __typename id
        ... on Dialogue { question lab { name } }
        ... on Organisation { name kind territory { name } }
      }
    }"""
    ids = [organisation, dialogue, unknown, organisation]
    found = (await answered(both, asked_by, text, ids=ids))["nodes"]
    kinds = [each and each["__typename"] for each in found]
    assert kinds == ["Organisation", "Dialogue", None, "Organisation"]
    assert found[0] == found[3]


async def test_what_was_found_is_answered_by_what_it_is(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = """query($id: ID!) {
      search(text: "school", first: 50) {
        nodes { kind dialogue { question } node { __typename id ... on Version { number } } }
      }
      dialogue(id: $id) { activity(first: 30) { nodes { subject { id } capacity { role } } } }
    }"""
    found = await answered(both, asked_by, text, id=dialogue)
    assert len({hit["node"]["__typename"] for hit in found["search"]["nodes"]}) > 2
    assert any(each["subject"] for each in found["dialogue"]["activity"]["nodes"])


async def test_a_type_that_no_fragment_names_is_met_all_the_same(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = "query($id: ID!) { node(id: $id) { id ... on Lab { name } } }"
    assert await answered(both, asked_by, text, id=dialogue) == {"node": {"id": dialogue}}


async def test_connections_are_walked_page_by_page(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = """query($after: String) {
      organisations(first: 2, after: $after) {
        totalCount nodes { id } edges { cursor node { name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }"""
    seen: list[str] = []
    after, total = None, -1
    while True:
        page = (await answered(both, asked_by, text, after=after))["organisations"]
        seen += [each["id"] for each in page["nodes"]]
        total, after = page["totalCount"], page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasPreviousPage"] is (len(seen) > 2)
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(set(seen)) == len(seen) == total > 2


async def test_connections_are_walked_backwards_to_the_same_pages(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = """query($last: Int, $before: String) {
      organisations(last: $last, before: $before) {
        totalCount nodes { id } edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }"""
    whole = (await answered(both, asked_by, "{ organisations { nodes { id } } }"))["organisations"]
    seen: list[Any] = []
    before = None
    while True:
        page = await answered(both, asked_by, text, last=2, before=before)
        page = page["organisations"]
        assert page["pageInfo"]["hasNextPage"] is (before is not None)
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert [page["edges"][0]["cursor"], page["edges"][-1]["cursor"]] == [
            page["pageInfo"]["startCursor"],
            page["pageInfo"]["endCursor"],
        ]
        seen = [*page["nodes"], *seen]
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert seen == whole["nodes"]
    assert page["totalCount"] == len(seen) > 2
    without = await answered(both, asked_by, text, before=page["edges"][-1]["cursor"])
    assert without["organisations"]["nodes"] == seen[: len(page["nodes"]) - 1]


@pytest.mark.parametrize(
    "arguments",
    [
        "first: 1, last: 1",
        'after: "WyIxIl0", last: 1',
        'first: 1, before: "WyIxIl0"',
        "last: 0",
        "last: 201",
        "first: 0",
        'last: 1, before: "x"',
        'before: "x"',
    ],
)
async def test_a_page_that_nobody_can_walk_to_is_refused(
    both: Comparer, asked_by: Mapping[str, Asker], arguments: str
) -> None:
    by_a_function = f'legalHolds(labId: "{LAB}", {arguments})'
    for wanted in (f"labs({arguments})", by_a_function):
        answer = await failed(both, asked_by, f"{{ {wanted} {{ nodes {{ id }} }} }}")
        assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_decisions_in_pages_are_those_of_the_list_that_shall_go(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = """{ labs { nodes { dialogues { nodes {
      decisions { totalCount nodes { id } pageInfo { hasNextPage } } records { id }
    } } } } }"""
    labs = (await answered(both, asked_by, text))["labs"]["nodes"]
    dialogues = [each for lab in labs for each in lab["dialogues"]["nodes"]]
    for each in dialogues:
        assert each["decisions"]["nodes"] == each["records"]
        assert each["decisions"]["totalCount"] == len(each["records"])
        assert each["decisions"]["pageInfo"] == {"hasNextPage": False}
    assert any(each["records"] for each in dialogues)


async def test_pages_of_many_parents_and_their_numbers_alone(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    text = """{ labs { nodes {
      all: dialogues { totalCount nodes { id } }
      dialogues(first: 1) { nodes { id } } ends: dialogues(last: 1) { nodes { id } }
    } } }"""
    for lab in (await answered(both, asked_by, text))["labs"]["nodes"]:
        dialogues = lab["all"]["nodes"]
        assert len(dialogues) == lab["all"]["totalCount"]
        assert lab["dialogues"]["nodes"] == dialogues[:1]
        assert lab["ends"]["nodes"] == dialogues[-1:]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "W10",
        make_cursor(["1"]),
        make_cursor(["2026-02-31 00:00:00+00", str(HOUSE)]),
        make_cursor(["2026-01-01 00:00:00+00", "1"]),
        make_cursor(["infinity", str(HOUSE)]),
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused_and_no_bug(
    both: Comparer, asked_by: Mapping[str, Asker], cursor: str
) -> None:
    text = "query($after: String) { labs { nodes { dialogues(after: $after) { totalCount } } } }"
    answer = await failed(both, asked_by, text, after=cursor)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_lists_in_lists_keep_their_arguments_apart(
    both: Comparer, asked_by: Mapping[str, Asker], dialogue: str
) -> None:
    text = """query($id: ID!, $language: String) {
      dialogue(id: $id) {
        fr: question(language: "fr") asked: question(language: $language) question
        delegations { level { fr: name(language: "fr") name } seats { capacity { function } } }
        documents {
          languageVersions { language versions { sections { number positions { stance } } } }
        }
      }
    }"""
    found = (await answered(both, asked_by, text, id=dialogue, language="fr"))["dialogue"]
    assert found["fr"] == found["asked"] != found["question"]
    assert found["delegations"]


async def acts_of(database: Database, viewer: Viewer) -> Counter[str]:
    """What somebody has done, and how often."""
    sql = "SELECT action FROM audit_event WHERE actor_id = $1"
    async with database.rows(SYSTEM) as connection:
        return Counter(row["action"] for row in await connection.fetch(sql, viewer.person_id))


COVERAGES = """{ labs { nodes { dialogues { totalCount nodes { id coverage {
  answered open rows { state response { answer } decisions { id }
    recommendation { number text dimensions { id name } }
    links { id number heading state sectionId recommendation { number page } } } } } } } } }"""


async def test_the_coverages_of_many_dialogues_are_kept_apart(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    data = await answered(both, asked_by, COVERAGES, "administrator")
    dialogues = [each for lab in data["labs"]["nodes"] for each in lab["dialogues"]["nodes"]]
    rows = [row for each in dialogues for row in each["coverage"]["rows"]]
    assert len(dialogues) > 1
    assert any(row["links"] for row in rows)
    assert any(row["recommendation"]["dimensions"] for row in rows)


LINKS = """{ labs { nodes { dialogues { nodes {
  phase { state } assessments { recommendations { links { number } } } } } } } }"""


async def test_a_plan_lets_go_of_what_it_has_loaded(
    both: Comparer, asked_by: Mapping[str, Asker]
) -> None:
    """Without the garbage collector, which has far more to look at."""
    gc.collect()
    gc.disable()
    try:
        context = Context(both.database, asked_by[MEMBER].viewer)
        assert "errors" not in await both.executor.run(Request(query=LINKS), context)
        assert not [each for each in gc.get_objects() if isinstance(each, Reads)]
    finally:
        gc.enable()


async def test_a_change_is_answered_by_a_plan_and_made_once(
    both: Comparer, asked_by: Mapping[str, Asker], arvenia: Database
) -> None:
    text = """mutation($name: String!) {
      updateProfile(input: {displayName: $name}) {
        __typename ... on Person { displayName memberships { function } } ... on Refusal { code }
      }
    }"""
    viewer = asked_by[MEMBER].viewer
    before = await acts_of(arvenia, viewer)
    found = (await answered(both, asked_by, text, name="A. Moderator"))["updateProfile"]
    assert found["displayName"] == "A. Moderator"
    assert await acts_of(arvenia, viewer) - before == {"person.updated": 1}


async def test_a_refusal_is_an_answer_too(both: Comparer, asked_by: Mapping[str, Asker]) -> None:
    text = """mutation { revokeAccessToken(input: {tokenId: "x"}) {
      __typename ... on Refusal { code message field } } }"""
    found = (await answered(both, asked_by, text))["revokeAccessToken"]
    assert (found["__typename"], found["code"]) == ("Refusal", "NOT_FOUND")


NEW_LAB = """mutation($input: CreateLabInput!, $first: Int!) {
  renamed: updateProfile(input: {locale: "en"}) { __typename }
  made: createLab(input: $input) {
    ... on Lab { dialogues(first: $first) { totalCount } } ... on Refusal { message }
  }
  later: updateProfile(input: {locale: "en"}) { __typename }
}"""


async def test_a_change_whose_answer_fails_is_made_once_and_stops_what_comes_after(
    both: Comparer, asked_by: Mapping[str, Asker], arvenia: Database
) -> None:
    said = [{"language": "en", "text": "What it is called"}]
    levels = [{"code": code, "names": said} for code in ("LOCAL", "NATIONAL")]
    lab = {"names": said, "purposes": said, "languages": ["en"], "levels": levels}
    viewer = asked_by["administrator"].viewer
    before = await acts_of(arvenia, viewer)
    answer = await failed(both, asked_by, NEW_LAB, "administrator", input=lab, first=0)
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["made", "dialogues"]
    after = await acts_of(arvenia, viewer)
    assert {"person.updated": 1, "lab.created": 1}.items() <= (after - before).items()
    found = await answered(both, asked_by, NEW_LAB, "administrator", input=lab, first=1)
    assert found["made"] == {"dialogues": {"totalCount": 0}}
    made = await acts_of(arvenia, viewer) - after
    assert {"person.updated": 2, "lab.created": 1}.items() <= made.items()


async def test_variables_that_do_not_fit_change_nothing(
    both: Comparer, asked_by: Mapping[str, Asker], arvenia: Database
) -> None:
    viewer = asked_by["administrator"].viewer
    before = await acts_of(arvenia, viewer)
    answer = await both.ask(NEW_LAB, {"input": {}, "first": 1}, viewer)
    assert "errors" in answer
    assert await acts_of(arvenia, viewer) == before
