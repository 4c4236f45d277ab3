"""The embedded PostgreSQL: starts, stops, survives kills, and gives roles the rights they need."""

import asyncio
import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from policylab.kit.embedded import OWNER, SERVICE, SUPERUSER, EmbeddedError, EmbeddedPostgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    # A deep folder, so that the socket can't live in it.
    folder = tmp_path_factory.mktemp("home") / ("deep" * 20) / "database"
    said: list[str] = []
    server = EmbeddedPostgres(folder, say=said.append)
    server.start()
    server.ensure_database("policylab")
    yield server
    server.stop()
    assert not server.answers()
    shutil.rmtree(server.folder)


async def value_of(server: EmbeddedPostgres, sql: str, role: str = SERVICE) -> Any:
    connection = await asyncpg.connect(**server.connection("policylab", role))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_it_keeps_utf8_and_checksums_and_listens_on_no_port(server: EmbeddedPostgres) -> None:
    assert await value_of(server, "SHOW data_checksums") == "on"
    assert await value_of(server, "SHOW listen_addresses") == ""
    assert await value_of(server, "SHOW server_encoding") == "UTF8"
    provider = (
        "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database WHERE datname='policylab'"
    )
    assert await value_of(server, provider) == "b C.UTF-8"
    assert await value_of(server, "SELECT lower('ÉÇŁ')") == "éçł"
    for watched in ("fsync", "full_page_writes", "synchronous_commit"):
        assert await value_of(server, f"SHOW {watched}") == "on"


async def test_the_service_has_least_rights_and_time_outs(server: EmbeddedPostgres) -> None:
    rights = "rolsuper OR rolbypassrls OR rolcreaterole"
    asked = f"SELECT {rights} FROM pg_roles WHERE rolname = current_user"  # noqa: S608
    assert await value_of(server, asked) is False
    assert await value_of(server, "SHOW statement_timeout") == "30s"
    assert await value_of(server, "SHOW idle_in_transaction_session_timeout") == "1min"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value_of(server, "CREATE TABLE public.mine (id int)")


async def test_the_owner_makes_tables_and_is_no_superuser(server: EmbeddedPostgres) -> None:
    await value_of(server, "CREATE TABLE public.made (id int)", OWNER)
    rights = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    assert await value_of(server, rights, OWNER) is False
    found = await value_of(server, "SELECT array_agg(extname::text) FROM pg_extension", OWNER)
    assert set(found) >= {"vector", "pg_trgm", "unaccent", "citext", "btree_gist"}


def test_its_socket_is_short_and_closed_to_others(server: EmbeddedPostgres) -> None:
    folder = server.socket_folder
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 104
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700


def test_starting_it_twice_joins_the_running_server(server: EmbeddedPostgres) -> None:
    pid = (server.folder / "data" / "postmaster.pid").read_text().split("\n")[0]
    EmbeddedPostgres(server.folder).start()
    assert (server.folder / "data" / "postmaster.pid").read_text().split("\n")[0] == pid


async def test_a_killed_server_is_started_again_under_supervision(server: EmbeddedPostgres) -> None:
    await value_of(server, "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS seven", OWNER)
    said: list[str] = []
    task = asyncio.create_task(server.supervise(said.append, every=0.05))
    pid = int((server.folder / "data" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(40):
        while not said or not await asyncio.to_thread(server.answers):
            await asyncio.sleep(0.1)
    task.cancel()
    assert await value_of(server, "SELECT seven FROM kept", OWNER) == 7


async def test_a_stale_pid_file_that_names_another_process_is_no_obstacle(
    server: EmbeddedPostgres,
) -> None:
    server.stop()
    (server.folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    server.start()
    assert await value_of(server, "SELECT 1") == 1


async def test_a_copy_of_a_database_brings_tables_and_extensions(server: EmbeddedPostgres) -> None:
    await value_of(server, "CREATE TABLE IF NOT EXISTS copied (id int)", OWNER)
    server.create_database('odd "name', template="policylab")
    connection = await asyncpg.connect(**server.connection('odd "name', OWNER))
    assert await connection.fetchval("SELECT count(*) FROM copied") == 0
    await connection.close()
    server.drop_database('odd "name')
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(**server.connection('odd "name', SUPERUSER))


def test_bad_sql_is_an_error_and_not_silence(server: EmbeddedPostgres) -> None:
    with pytest.raises(EmbeddedError, match="does not exist"):
        server.create_database("copy", template="no_such_database")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders closed to the server's user")
def test_root_keeps_closed_folders_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    server = EmbeddedPostgres(closed / "database", say=said.append)
    assert not server.folder.is_relative_to(closed)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert any(str(server.folder) in sentence for sentence in said)
    shutil.rmtree(server.folder)
