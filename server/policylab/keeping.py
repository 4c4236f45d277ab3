"""Backup and restore: the whole database in one file, made and read by PostgreSQL's own programs.

The key that seals records lies outside the database and is no part of a backup: keep it apart.
"""

import os
import subprocess
from pathlib import Path

import asyncpg

from policylab import migrations
from policylab.kit.db import connect_arguments
from policylab.kit.embedded import SUPERUSER
from policylab.kit.embedded_home import programs_folder
from policylab.premises import DATABASE, Premises

_OWNER = "SELECT quote_ident(tableowner) FROM pg_tables WHERE tablename = 'person'"
"""Whose the tables are: not always whoever is connected here."""


class KeepingFailed(RuntimeError):
    """A backup could not be made or put back; the message says why."""


def backup(premises: Premises, path: Path) -> int:
    """Write everything as it stands at this moment; the file's size. Whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.parent.mkdir(parents=True, exist_ok=True)
    options = ["--format=custom", "--compress=6", "--no-comments", f"--file={beside}"]
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600)):
            _run("pg_dump", *options, premises=premises)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path.stat().st_size


async def restore(premises: Premises, path: Path, *, replace: bool) -> None:
    """Put a backup back. Refuses a database in use unless it shall be replaced."""
    _check_is_backup(path)
    if await _holds_something(premises) and not replace:
        raise KeepingFailed(
            "This database holds a house already. Restore into an empty one, or say --replace,"
            " which deletes what is there."
        )
    if premises.server is not None:
        premises.server.drop_database(DATABASE)
        premises.server.create_database(DATABASE)
    else:
        await _clear(premises.keeper_url)
    options = ["--exit-on-error", "--single-transaction", "--no-comments"]
    name = DATABASE if premises.server is not None else _name_of(premises.keeper_url)
    _run("pg_restore", *options, f"--dbname={name}", str(path), premises=premises)
    await migrations.upgrade(premises.settings.owner_database_url)


def _check_is_backup(path: Path) -> None:
    if not path.is_file():
        raise KeepingFailed(f"There is no file {path.name}.")
    with path.open("rb") as file:
        if file.read(5) != b"PGDMP":
            raise KeepingFailed(f"{path.name} is no backup made by `policylab backup`.")


async def _holds_something(premises: Premises) -> bool:
    connection = await asyncpg.connect(**connect_arguments(premises.keeper_url))
    try:
        if await connection.fetchval("SELECT to_regclass('public.person')") is None:
            return False
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM public.person)"))
    finally:
        await connection.close()


async def _clear(url: str) -> None:
    """Drop our tables, functions and views, and leave the extensions where they are."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        owner = await connection.fetchval(_OWNER) or "CURRENT_USER"
        await connection.execute(f"DROP OWNED BY {owner}")
    finally:
        await connection.close()


def _name_of(url: str) -> str:
    return str(connect_arguments(url).get("database", ""))


def _run(program: str, *arguments: str, premises: Premises) -> None:
    """One of the wheel's programs against our database, with the password out of sight."""
    where = connect_arguments(premises.keeper_url)
    environment = os.environ | {
        variable: str(where[name])
        for variable, name in {
            "PGHOST": "host",
            "PGPORT": "port",
            "PGUSER": "user",
            "PGPASSWORD": "password",
            "PGDATABASE": "database",
        }.items()
        if name in where
    }
    if premises.server is not None:
        environment["PGUSER"] = SUPERUSER
    command = [str(programs_folder() / program), *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise KeepingFailed(f"{program} failed: {result.stderr.strip()[-800:]}")
