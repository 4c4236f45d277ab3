"""What plans are made for, what they read, and what they leave behind."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from policylab import published
from policylab.api.compiled import Compiled
from policylab.api.compiled.leaves import Unequal, identifier_writer, writer
from policylab.api.compiled.reading import Reads
from policylab.api.compiled.relations import Named
from policylab.api.compiled.shapes import Run
from policylab.api.context import Context
from policylab.api.execution import Executor, Request
from policylab.api.loading import EdgePlan, each_of_parents, of_parents, rows_of_parents
from policylab.api.origins import Search
from policylab.api.schema import schema
from policylab.kit.db import Database
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from tests.compiled.asking import Asker
from tests.compiled.inventing import NODES


def operations() -> dict[str, Any]:
    """The web app's own, by name, but subscriptions."""
    found = {}
    for text in published.persisted_operations().values():
        document = parse(text)
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        if operation.operation is not OperationType.SUBSCRIPTION:
            found[operation.name.value] = document
    return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that plans read with, as they come."""
    found: list[str] = []
    fetch = Reads.fetch

    async def note(self: Reads, sql: str, *values: Any, **how: Any) -> list[Any]:
        found.append(sql)
        return await fetch(self, sql, *values, **how)

    monkeypatch.setattr(Reads, "fetch", note)
    return found


@pytest.mark.parametrize(("name", "document"), operations().items())
def test_every_operation_of_the_web_app_has_a_plan(name: str, document: Any) -> None:
    assert Compiled(document).plan(name)


def test_a_search_that_forgets_who_may_see_what_it_finds_is_refused() -> None:
    search = "SELECT {columns} FROM position t WHERE t.set_id = ANY($1)"
    with pytest.raises(RuntimeError, match="everybody"):
        Search(search, [], "set_id", "section_id")
    assert Search(f"{search} AND {{scope}}", [], "set_id", "section_id").keys == []


@pytest.mark.parametrize("name", ["DateTime", "Date"])
def test_moments_and_days_are_written_as_graphql_core_writes_them(name: str) -> None:
    kind = schema._schema.type_map[name]
    first = datetime(1, 1, 1, tzinfo=UTC)
    moments = [first + timedelta(days=733 * n, microseconds=n % 3 * 1003) for n in range(4_900)]
    moments += [datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 1)]
    values = moments if name == "DateTime" else [each.date() for each in moments]
    ours = orjson.loads(orjson.dumps([writer(kind)(value) for value in values]))
    assert ours == [kind.coerce_output_value(value) for value in values]


@pytest.mark.parametrize("kind", NODES)
def test_identifiers_are_written_as_everywhere(kind: str) -> None:
    keys = [uuid7(), UUID(int=0), UUID(int=2**128 - 1), uuid7()]
    assert identifier_writer(kind)([]) == []
    assert identifier_writer(kind)(keys) == [to_global(kind, key) for key in keys]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Int", 2**31),
        ("Int", "x"),
        ("Float", float("nan")),
        ("Boolean", "yes"),
        ("Stance", "MAYBE"),
    ],
)
def test_a_value_that_cannot_be_written_is_never_written_otherwise(name: str, wrong: Any) -> None:
    kind = schema._schema.type_map[name]
    with pytest.raises(Exception, match=r".") as ours:
        writer(kind)(wrong)
    if not isinstance(ours.value, Unequal):
        with pytest.raises(type(ours.value)):
            kind.coerce_output_value(wrong)


async def test_an_answer_reads_in_one_transaction_and_leaves_none_open(
    asked_house: str, asked_by: Mapping[str, Asker], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await Database.connect(asked_house, size=1, listen=False)
    opened: list[bool] = []
    rows = Database.rows

    def counting(self: Database, *arguments: Any, **options: Any) -> Any:
        opened.append(options.get("settled", False))
        return rows(self, *arguments, **options)

    monkeypatch.setattr(Database, "rows", counting)
    executor = Executor(free_documents=True)
    text = "{ labs { nodes { levels { name } dialogues { nodes { question grants { role } } } } } }"
    try:
        context = Context(one, asked_by["MODERATOR"].viewer)
        answer = await executor.run(Request(query=text), context)
        assert answer["data"]["labs"]["nodes"]
        assert opened == [True]
        async with one.pool.acquire() as connection:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT policylab_viewer()") is None
    finally:
        await one.close()


async def test_what_is_read_after_the_answer_is_refused(
    arvenia: Database, asked_by: Mapping[str, Asker]
) -> None:
    async with Reads(arvenia, asked_by["MODERATOR"].viewer) as reads:
        assert await reads.fetchval("SELECT 1") == 1
    with pytest.raises(RuntimeError, match="answered already"):
        await reads.fetch("SELECT 1")


async def test_somebody_else_reads_over_a_connection_of_her_own(
    arvenia: Database, asked_by: Mapping[str, Asker]
) -> None:
    viewer = asked_by["MODERATOR"].viewer
    reads = Reads(arvenia, viewer)
    async with reads, reads.rows(viewer) as mine, reads.rows(SYSTEM) as house:
        assert await mine.fetchval("SELECT policylab_viewer()") == viewer.person_id
        assert await house.fetchval("SELECT policylab_is_system()")
        assert not await mine.fetchval("SELECT policylab_is_system()")


async def test_a_request_never_holds_one_connection_and_waits_for_another(
    asked_house: str, asked_by: Mapping[str, Asker]
) -> None:
    viewer = asked_by["MODERATOR"].viewer
    one = await Database.connect(asked_house, size=1, listen=False)

    async def of_the_house(reads: Reads) -> None:
        async with reads.rows(SYSTEM) as house:
            assert await house.fetchval("SELECT policylab_is_system()")

    async def of_hers(reads: Reads) -> None:
        assert await reads.fetchval("SELECT policylab_viewer()") == viewer.person_id

    try:
        async with asyncio.timeout(20), Reads(one, viewer) as reads:
            await of_hers(reads)
            await asyncio.gather(*(each(reads) for each in [of_the_house, of_hers] * 20))
            async with reads.raw() as connection:
                assert await connection.fetchval("SELECT policylab_is_system()")
    finally:
        await one.close()


async def test_what_a_viewer_reaches_is_looked_up_anew_in_each_transaction_and_for_each_viewer(
    arvenia: Database, asked_by: Mapping[str, Asker]
) -> None:
    reach = "SELECT policylab_reach('dialogues')"
    member, stranger = asked_by["MODERATOR"].viewer, asked_by["a stranger"].viewer
    async with arvenia.rows(member) as connection:
        hers = await connection.fetchval(reach)
        assert hers
        await connection.execute(
            f"SELECT set_config('policylab.viewer', '{stranger.person_id}', true)"
        )
        assert await connection.fetchval(reach) == []
        await connection.execute("SELECT set_config('policylab.viewer', '', true)")
        assert await connection.fetchval(reach) == []
    async with arvenia.rows(stranger) as connection:
        assert await connection.fetchval(reach) == []
    async with arvenia.rows(member) as connection:
        assert await connection.fetchval(reach) == hers


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        ("node { id __typename }", 1),
        ("node { __typename ... on Amendment { reasons } ... on Thread { state } }", 3),
    ],
)
async def test_what_a_search_has_read_is_not_read_again_for_its_identifier(
    arvenia: Database,
    asked_by: Mapping[str, Asker],
    read: list[str],
    asked: str,
    statements: int,
) -> None:
    context = Context(arvenia, asked_by["MODERATOR"].viewer, locale="en")
    query = f'{{ search(text: "the", first: 200) {{ nodes {{ {asked} }} }} }}'
    executor = Executor(free_documents=True)
    answer = await executor.run(Request(query=query), context)
    kinds = {each["node"]["__typename"] for each in answer["data"]["search"]["nodes"]}
    assert executor.counts.compiled == 1
    assert kinds > {"Amendment", "Thread"}  # and others, of which nothing but the name is asked
    assert len(read) == statements, read


LISTED = "delegations { id organisation { name } }"
STOOD = "documents { versionSets { positions { delegation { %s } } } }"


@pytest.mark.parametrize(
    ("asked", "statements"),
    [
        ("lab { name }", 1),  # both in one
        (f"lab {{ name }} {LISTED}", 3),
        (f"{LISTED} {STOOD % 'id'}", 6),
        (f"{LISTED} {STOOD % 'id voting'}", 7),  # which the list does not have
        (f"{STOOD % 'id'} {LISTED}", 7),  # the list comes too late
    ],
)
async def test_what_many_point_at_is_read_once(
    arvenia: Database,
    asked_by: Mapping[str, Asker],
    read: list[str],
    asked: str,
    statements: int,
) -> None:
    viewer = asked_by["MODERATOR"].viewer
    async with arvenia.rows(viewer) as connection:
        key = await connection.fetchval(
            "SELECT dialogue_id FROM position WHERE released_at IS NOT NULL ORDER BY id LIMIT 1"
        )
    query = f"query($id: ID!) {{ dialogue(id: $id) {{ {asked} }} }}"
    request = Request(query=query, variables={"id": to_global("Dialogue", key)})
    executor = Executor(free_documents=True)
    answer = await executor.run(request, Context(arvenia, viewer, locale="en"))
    assert executor.counts.compiled == 1
    assert answer["data"]["dialogue"]
    assert len(read) == statements, read


async def test_a_change_is_answered_from_what_the_verb_knows_where_its_thing_is_not_found(
    arvenia: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with arvenia.rows(SYSTEM) as connection:
        draft, person = await connection.fetchrow(
            "SELECT d.id, a.person_id FROM draft d JOIN policylab_access a USING (dialogue_id) "
            "WHERE d.closed_at IS NULL AND a.role = 'MODERATOR' ORDER BY d.id LIMIT 1"
        )
    viewer = Viewer(person_id=person)
    query = """mutation($id: ID!) { startThread(input: {draftId: $id, body: "Why so?"}) {
      ... on Thread { state capacity { role delegation { id } } } ... on Refusal { message }
    } }"""
    request = Request(query=query, variables={"id": to_global("Draft", draft)})
    answers: list[Any] = []
    for _ in range(2):
        executor = Executor(free_documents=True)
        answers.append(await executor.run(request, Context(arvenia, viewer, locale="en")))
        assert executor.counts.compiled == 1, executor.counts
        monkeypatch.setattr(Named, "found", found_nothing)
    assert answers[0] == answers[1]
    assert answers[0]["data"]["startThread"]["state"] == "OPEN", answers


async def found_nothing(self: Named, run: Run, keys: Any) -> dict[Any, Any]:
    """As for somebody who may not see what she has done."""
    return {}


async def test_a_list_that_is_too_long_for_one_statement_is_cut_for_each_parent(
    arvenia: Database, monkeypatch: pytest.MonkeyPatch, asked_by: Mapping[str, Asker]
) -> None:
    plan = EdgePlan("Delegation", "dialogue_id", "true AND true", "{t}.level")
    asked: list[str] = []
    async with arvenia.rows(asked_by["MODERATOR"].viewer) as connection:
        keys = [row["id"] for row in await connection.fetch("SELECT id FROM dialogue")]
        whole = await rows_of_parents(connection.fetch, plan, keys, ("id",))
        assert len(whole) > 2

        async def fetch(sql: str, wanted: list[UUID]) -> list[Any]:
            asked.append(sql)
            return await connection.fetch(sql.replace("LIMIT 5001", "LIMIT 3"), wanted)

        monkeypatch.setattr("policylab.api.loading.LIST_LIMIT", 2)
        each = await rows_of_parents(fetch, plan, keys, ("id",))
    assert asked == [of_parents(plan, ("id",)), each_of_parents(plan, ("id",))]
    for key in keys:
        there = [row["id"] for row in whole if row["parent_key"] == key]
        assert [row["id"] for row in each if row["parent_key"] == key] == there[:2]
