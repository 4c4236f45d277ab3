"""A8: two persons through one proxy never see each other's answer, however careless it is."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from graphql import GraphQLEnumType, GraphQLScalarType, get_named_type, is_required_argument
from sqlalchemy.event import listen, remove

from policylab import identity
from policylab.api.revision import UNTAGGED
from policylab.kit.db import Database
from policylab.kit.ids import to_global
from policylab.kit.revisions import UNREVISED
from policylab.kit.viewer import Viewer
from tests.promises import walking
from tests.promises.conftest import full
from tests.promises.walking import TYPES, Walker
from tests.transport.graphql_house import GraphQLHouse, known

FROZEN = {
    ("Version", "writtenBy"): "of a frozen text",
    ("Version", "authorship"): "of a frozen text",
    ("VersionSet", "writtenBy"): "of frozen texts",
}
"""Fields that read the log of keystrokes at a position that no longer changes."""


class CarelessProxy:
    """Keeps every answer by its address alone, whoever asked; but asks whether it still holds."""

    def __init__(self, house: GraphQLHouse) -> None:
        self.house = house
        self.kept: dict[str, tuple[str, Any]] = {}
        self.saved = 0

    async def get(self, asked: dict[str, Any], viewer: Viewer | None) -> Any:
        address = str(asked)
        tag, body = self.kept.get(address, (None, None))
        headers = {"if_none_match": tag} if tag else {}
        answer = await self.house.get(asked, viewer, **headers)
        assert "no-cache" in answer.headers["cache-control"]
        if answer.status_code == 304:
            self.saved += 1
            return body
        if "etag" in answer.headers:
            self.kept[address] = answer.headers["etag"], answer.json()
        return answer.json()


async def test_two_persons_through_one_proxy_see_their_own(
    arvenia: Database, tmp_path: Path
) -> None:
    people = [entry.id for entry in await identity.list_people(arvenia, illustrative_only=True)]
    viewers: list[Viewer | None] = [*(Viewer(person_id=person) for person in people[:3]), None]
    ids = await walking.identifiers(arvenia)
    asked = [known("Session"), known("Home"), known("Labs")]
    asked += [known("Dialogue", id=each) for each in ids["Dialogue"][:3]]
    house = GraphQLHouse(arvenia, tmp_path, query_budget=0)  # each asks more than a person may
    own = {
        (str(each), viewer): (await house.post(each, viewer)).json()
        for each in asked
        for viewer in viewers
    }
    assert len({str(own[str(asked[0]), viewer]) for viewer in viewers}) == len(viewers)
    proxy, dice = CarelessProxy(house), random.Random(8)
    for _ in range(full(10_000, 300)):
        each, viewer = dice.choice(asked), dice.choice(viewers)
        assert await proxy.get(each, viewer) == own[str(each), viewer]
    assert proxy.saved > 0


NAMES = re.compile(rf"\b({'|'.join(UNREVISED.keys() - {'lab_ledger', 'outbox'})})\b")


@contextmanager
def reading(database: Database, pools: list[Any]) -> Iterator[set[str]]:
    """Which tables without a revision are read meanwhile, by whichever way."""
    found: set[str] = set()

    def by_engine(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.update(NAMES.findall(statement))

    def by_pool(query: asyncpg.connection.LoggedQuery) -> None:
        found.update(NAMES.findall(query.query))

    for connection in pools:
        connection.add_query_logger(by_pool)
    listen(database.engine.sync_engine, "before_cursor_execute", by_engine)
    yield found
    remove(database.engine.sync_engine, "before_cursor_execute", by_engine)
    for connection in pools:
        connection.remove_query_logger(by_pool)


async def test_what_has_a_tag_reads_nothing_that_has_no_revision(arvenia: Database) -> None:
    ids = await walking.identifiers(arvenia)
    people = await identity.list_people(arvenia, illustrative_only=True)
    pool = arvenia.pool
    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in held:
        await pool.release(connection)
    connections = [holder._con for holder in pool._holders]
    wrong: list[str] = []
    for kind in sorted({*walking.node_types()} - {k for k, v in UNTAGGED.items() if "*" in v}):
        with reading(arvenia, connections) as read:
            text = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {steady(kind)} }} }}"
            for person in people[:2]:
                walker = Walker(arvenia, Viewer(person_id=person.id))
                for identifier in ids.get(kind, [])[:3] or [to_global(kind, person.id)]:
                    await walker.ask(text, {"id": identifier})
        if read:
            wrong.append(f"{kind} reads {sorted(read)}")
    assert wrong == []


def steady(kind: str) -> str:
    """All fields of a type that may have a tag, with what hangs on them."""
    wanted = ["__typename"]
    for name, each in TYPES[kind].fields.items():
        if name in UNTAGGED.get(kind, ()) or (kind, name) in FROZEN:
            continue
        if not any(map(is_required_argument, each.args.values())):
            leaf = get_named_type(each.type)
            plain = isinstance(leaf, GraphQLScalarType | GraphQLEnumType)
            wanted.append(name if plain else f"{name} {{ __typename }}")
    return "{ " + " ".join(wanted) + " }"
