"""The record log over HTTP: everybody can check it, with a program that is not ours."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from policylab.api.execution import Executor
from policylab.decisions import log, merkle, open_signer
from policylab.decisions.log_rules import LeafKind
from policylab.decisions.signing import new_signer
from policylab.decisions.verify_record import canonical, check_signature
from policylab.kit.db import Database
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM
from policylab.settings import Settings
from policylab.transport import log as log_routes
from policylab.transport import signin
from policylab.transport.house import House
from tests.decisions import rfc9162

SIGNER = new_signer()


@pytest.fixture
async def anybody(database: Database, tmp_path: Path) -> AsyncGenerator[httpx2.AsyncClient]:
    """Somebody who is not signed in."""
    house = House(Settings(data_folder=tmp_path), signin.viewer_of, Executor())
    house.database_ = database
    transport = httpx2.ASGITransport(app=Starlette(routes=log_routes.routes(house)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def append(database: Database, times: int) -> None:
    for _ in range(times):
        async with database.write(SYSTEM) as uow:
            await log.append(uow, SIGNER, kind=LeafKind.RECORD, subject=str(uuid7()), content=b"{}")


async def get(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def test_the_key_can_be_pinned_before_anything_is_sealed(
    anybody: httpx2.AsyncClient, database: Database, tmp_path: Path
) -> None:
    signer = open_signer(Settings(data_folder=tmp_path).signing_key())
    assert (await anybody.get("/log/key")).text == f"{signer.public}\n"
    assert (await anybody.get("/log/head")).status_code == 404
    fresh = new_signer()
    async with database.write(SYSTEM) as uow:
        await log.append(uow, signer, kind=LeafKind.RECORD, subject="a", content=b"{}")
        await log.rotate(uow, signer, fresh)
    assert (await anybody.get("/log/key")).text.split() == [signer.public, fresh.public]


async def test_a_head_is_signed_and_stands_for_the_leaves(
    anybody: httpx2.AsyncClient, database: Database
) -> None:
    await append(database, 6)
    for query in ("", "?size=3"):
        found = await get(anybody, f"/log/head{query}")
        head = found["head"]
        check_signature("head", canonical(head), found["signature"], SIGNER.public)
        leaves = (await get(anybody, "/log/leaves"))["leaves"][: head["size"]]
        root = merkle.tree_root([bytes.fromhex(leaf) for leaf in leaves])
        assert head["root"] == root.hex()


async def test_every_entry_is_provably_in_every_later_log(
    anybody: httpx2.AsyncClient, database: Database
) -> None:
    await append(database, 6)
    for size in range(2, 8):
        head = (await get(anybody, f"/log/head?size={size}"))["head"]
        for index in range(size):
            entry = await get(anybody, f"/log/entries/{index}")
            proof = await get(anybody, f"/log/inclusion?index={index}&size={size}")
            path = [bytes.fromhex(node) for node in proof["path"]]
            leaf = hashed(canonical(entry["entry"]))
            assert entry["leaf"] == leaf.hex()
            assert rfc9162.included(leaf, index, size, path, bytes.fromhex(head["root"]))


def hashed(entry: bytes) -> bytes:
    return merkle.leaf_hash(entry)


async def test_every_log_is_provably_the_beginning_of_every_later_one(
    anybody: httpx2.AsyncClient, database: Database
) -> None:
    await append(database, 6)
    roots = {
        size: bytes.fromhex((await get(anybody, f"/log/head?size={size}"))["head"]["root"])
        for size in range(2, 8)
    }
    for first in roots:
        for second in [size for size in roots if size >= first]:
            proof = await get(anybody, f"/log/consistency?first={first}&second={second}")
            path = [bytes.fromhex(node) for node in proof["path"]]
            assert rfc9162.consistent(first, second, roots[first], roots[second], path)


async def test_leaves_come_in_pages(anybody: httpx2.AsyncClient, database: Database) -> None:
    await append(database, 4)
    whole = (await get(anybody, "/log/leaves"))["leaves"]
    rest = await get(anybody, "/log/leaves?start=3")
    assert (rest["size"], rest["start"], rest["leaves"]) == (5, 3, whole[3:])
    assert (await get(anybody, "/log/leaves?start=99"))["leaves"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/log/head?size=", 400),
        ("/log/head?size=-1", 400),
        ("/log/head?size=9", 404),
        ("/log/leaves?start=x", 400),
        ("/log/entries/9", 404),
        ("/log/entries/-1", 400),
        ("/log/entries/²", 400),
        ("/log/entries/99999999999999999999", 400),
        ("/log/inclusion", 400),
        ("/log/inclusion?index=3&size=3", 404),
        ("/log/inclusion?index=0&size=9", 404),
        ("/log/consistency", 400),
        ("/log/consistency?first=0", 404),
        ("/log/consistency?first=3&second=2", 404),
        ("/log/consistency?first=1&second=99", 404),
    ],
)
async def test_what_is_not_there_is_said_in_a_sentence(
    anybody: httpx2.AsyncClient, database: Database, path: str, status: int
) -> None:
    await append(database, 2)
    answer = await anybody.get(path)
    assert answer.status_code == status
    assert answer.json()["error"]
