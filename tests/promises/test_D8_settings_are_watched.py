"""D8: a database that would lose what was acknowledged, or does not bind the service, is refused.

By whoever starts to serve, and by the doctor; on a server as it is in earnest, in which one thing
at a time is set wrong and put right again.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from policylab.doctor import examine
from policylab.grounds import Finding, check_ground
from policylab.kit.embedded import SERVICE, SUPERUSER, EmbeddedPostgres
from policylab.settings import BadSettings, Settings
from tests.serving import PROGRAM, free_port

pytestmark = pytest.mark.promise

FAULTS = {
    "fsync": ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync"),
    "full_page_writes": (
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM RESET full_page_writes",
    ),
    "synchronous_commit": (
        f"ALTER ROLE {SERVICE} SET synchronous_commit = off",
        f"ALTER ROLE {SERVICE} RESET synchronous_commit",
    ),
    "least rights": (f"ALTER ROLE {SERVICE} BYPASSRLS", f"ALTER ROLE {SERVICE} NOBYPASSRLS"),
    "has least rights": (f"ALTER ROLE {SERVICE} SUPERUSER", f"ALTER ROLE {SERVICE} NOSUPERUSER"),
    "statement_timeout": (
        f"ALTER ROLE {SERVICE} RESET statement_timeout",
        f"ALTER ROLE {SERVICE} SET statement_timeout = '30s'",
    ),
    "idle_in_transaction_session_timeout": (
        f"ALTER ROLE {SERVICE} RESET idle_in_transaction_session_timeout",
        f"ALTER ROLE {SERVICE} SET idle_in_transaction_session_timeout = '60s'",
    ),
}
"""How each is set wrong and right again, by what the finding of it says."""


def at(server: EmbeddedPostgres, role: str = SERVICE, *, unsafe: bool = False) -> Settings:
    return Settings(database_url=server.url("policylab", role), unsafe_database=unsafe)


@asynccontextmanager
async def fault(server: EmbeddedPostgres, name: str) -> AsyncGenerator[None]:
    """The database while this is set wrong."""
    wrong, right = FAULTS[name]
    connection = await asyncpg.connect(server.dsn("policylab", SUPERUSER))
    try:
        await told(connection, wrong)
        yield
    finally:
        await told(connection, right)
        await connection.close()


async def told(connection: asyncpg.Connection, sql: str) -> None:
    """Change a setting, and wait until every process of the server knows: it hears by a signal."""
    await connection.execute(sql)
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.3)


def ill(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.well]


async def test_a_house_in_order_is_let_in(solid: EmbeddedPostgres) -> None:
    await check_ground(at(solid))
    assert ill(await examine(at(solid))) == []


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_alone_is_refused_and_found(solid: EmbeddedPostgres, name: str) -> None:
    async with fault(solid, name):
        with pytest.raises(BadSettings, match=name) as refused:
            await check_ground(at(solid))
        assert str(refused.value).count("\n- ") == 1
        (found,) = ill(await examine(at(solid)))
        assert name in found
        await check_ground(at(solid, unsafe=True))  # as in tests
    await check_ground(at(solid))


async def test_whoever_comes_as_a_superuser_is_refused(solid: EmbeddedPostgres) -> None:
    with pytest.raises(BadSettings, match="least rights"):
        await check_ground(at(solid, SUPERUSER))


async def test_the_program_does_not_begin_on_it(solid: EmbeddedPostgres, tmp_path: Path) -> None:
    async with fault(solid, "fsync"):
        for command in ("serve", "work"):
            refused = run(solid, tmp_path, command)
            assert refused.returncode == 1
            assert "fsync is off" in refused.stderr
            assert "Traceback" not in refused.stderr
        looked = run(solid, tmp_path, "doctor", "--json")
        assert looked.returncode == 1
        assert {each["what"] for each in json.loads(looked.stdout) if not each["well"]} == {
            "fsync is off"
        }
    assert run(solid, tmp_path, "doctor").returncode == 0
    with pytest.raises(subprocess.TimeoutExpired):  # it serves
        run(solid, tmp_path, "serve", seconds=15)


def run(
    server: EmbeddedPostgres, folder: Path, *arguments: str, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if "POLICYLAB_" not in key}
    environment |= {
        "POLICYLAB_DATABASE_URL": server.url("policylab", SERVICE),
        "POLICYLAB_DATA_FOLDER": str(folder),
        "POLICYLAB_PORT": str(free_port()),
    }
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


async def test_without_checksums_one_is_warned_and_let_in(solid: EmbeddedPostgres) -> None:
    home = solid._home  # pyright: ignore[reportPrivateUsage]
    try:
        for change, expected in (("--disable", "off"), ("--enable", "on")):
            solid.stop()
            assert home.run("pg_checksums", change, "-D", str(home.data)).returncode == 0
            solid.start()
            await check_ground(at(solid))
            (found,) = [each for each in await examine(at(solid)) if "checksums" in each.what]
            assert found.what == f"data checksums are {expected}"
            assert found.well is (expected == "on")
            assert not found.grave
    finally:
        solid.start()
