"""The installed program, run as its users run it: an own process on a database of its own."""

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from policylab import documents
from policylab.documents import DocumentKind
from policylab.kit.db import Database
from policylab.kit.embedded import SUPERUSER, EmbeddedPostgres
from policylab.kit.ids import to_global, uuid7
from policylab.settings import PREFIX
from tests import make
from tests.serving import PROGRAM

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres, template_database: str) -> Generator[str]:
    """The owner's address of a migrated, empty database."""
    name = f"program_{uuid7().hex[-12:]}"
    postgres_server.create_database(name, template=template_database)
    yield postgres_server.url(name, SUPERUSER)
    postgres_server.drop_database(name)


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environment |= {"POLICYLAB_DATABASE_URL": database_url, "POLICYLAB_DATA_FOLDER": str(tmp_path)}

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments],
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_an_administrator_gets_a_code_and_is_listed(run: Run) -> None:
    code = run("people", "administrator", "Service desk", "--email", "desk@example.org")
    assert code.returncode == 0, code.stderr
    assert len(code.stdout.strip()) == 26
    people = json.loads(run("people", "--json").stdout)
    assert [(each["name"], each["administrator"]) for each in people] == [("Service desk", True)]


def test_a_token_is_printed_once_and_revoked(run: Run) -> None:
    run("people", "administrator", "Service desk", "--email", "desk@example.org")
    token = run("token", "create", "--person", "desk@example.org", "--scope", "read")
    assert token.stdout.startswith("pl_")
    assert run("token", "revoke", "--person", "desk@example.org").returncode == 0


def test_somebody_unknown_gets_a_sentence_and_no_token(run: Run) -> None:
    answer = run("token", "create", "--person", "nobody@example.org", "--scope", "read")
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "policylab people" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_backup_brings_everything_back(run: Run, tmp_path: Path) -> None:
    run("people", "administrator", "Service desk", "--email", "desk@example.org")
    before = run("people", "--json").stdout
    file = str(tmp_path / "house.dump")
    assert run("backup", file).returncode == 0
    refused = run("restore", file)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert run("people", "--json").stdout == before
    run("people", "administrator", "Somebody later")
    put_back = run("restore", file, "--replace")
    assert put_back.returncode == 0, put_back.stderr
    assert run("people", "--json").stdout == before


def test_what_is_no_backup_is_not_put_back(run: Run, tmp_path: Path) -> None:
    run("people", "administrator", "Service desk")
    (tmp_path / "letter.txt").write_text("Dear all")
    answer = run("restore", str(tmp_path / "letter.txt"), "--replace")
    assert answer.returncode == 1
    assert "no backup" in answer.stderr
    assert len(json.loads(run("people", "--json").stdout)) == 1


def test_the_doctor_finds_what_loses_data(run: Run) -> None:
    """The tests' own server has fsync off, to be quick: just what the doctor must find."""
    answer = run("doctor", "--json")
    findings = {each["what"]: each for each in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert findings["fsync is off"]["well"] is False
    assert all(each["well"] for what, each in findings.items() if "chained" in what)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"POLICYLAB_PORT": "none"}, "POLICYLAB_PORT"),
        ({"POLICYLAB_BASE_URL": "lab"}, "POLICYLAB_BASE_URL"),
        ({"POLICYLAB_HOST": "0.0.0.0"}, "https"),
        ({"POLICYLAB_DATABASE_URL": "postgresql+asyncpg://x@localhost:1/x"}, "can't be reached"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    run: Run, settings: dict[str, str], sentence: str
) -> None:
    answer = run("serve", **({"POLICYLAB_PORT": "0"} | settings))
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_port_that_is_taken_is_named(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("serve", "--port", str(port))
    assert answer.returncode == 1
    assert f"Port {port}" in answer.stderr
    assert "--port" in answer.stderr


def test_a_new_key_is_endorsed_by_the_one_before_which_is_kept(run: Run, tmp_path: Path) -> None:
    first = run("rotate-key")
    assert first.returncode == 0, first.stderr
    second = run("rotate-key")
    assert len({first.stdout, second.stdout}) == 2
    assert len(list(tmp_path.glob("signing-key-*.pem"))) == 2
    assert not list(tmp_path.glob("*.next"))
    findings = json.loads(run("doctor", "--json", POLICYLAB_POOL_SIZE="2").stdout)
    assert [each["well"] for each in findings if "log" in each["what"]] == [True]


def test_a_change_of_key_that_was_cut_off_goes_on(run: Run, tmp_path: Path) -> None:
    """The log knows the new key, the file is still the old one: the next run only moves it."""
    run("rotate-key")
    key, kept = tmp_path / "signing-key.pem", next(tmp_path.glob("signing-key-*.pem"))
    fresh = key.read_bytes()
    key.rename(tmp_path / "signing-key.pem.next")
    key.write_bytes(kept.read_bytes())
    key.chmod(0o600)
    again = run("rotate-key")
    assert again.returncode == 0, again.stderr
    assert key.read_bytes() == fresh


async def document_of(database_url: str) -> tuple[str, str]:
    """A document of a dialogue at drafting, and somebody who may write it."""
    database = await Database.connect(database_url, size=2, listen=False)
    table = await make.table(database, phase="drafting")
    pen = table.rapporteur
    async with database.write(pen) as uow:
        row = await documents.create_document(
            uow,
            pen,
            dialogue_id=table.dialogue_id,
            kind=DocumentKind.STRATEGY,
            titles={"en": "Strategy"},
        )
        key = row.id
    await database.close()
    return to_global("Document", key), str(pen.person_id)


def test_a_text_comes_in_from_the_command_line(run: Run, database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "strategy.md"
    file.write_text("# Vision\n\nEvery municipality offers courses.\n", "utf-8")
    document, person = asyncio.run(document_of(database_url))
    done = run(
        "import-text", str(file), "--document", document, "--language", "en", "--person", person
    )
    assert done.returncode == 0, done.stderr
    assert "strategy.md is the text of the draft" in done.stderr.replace("\n", " ")
    unknown = to_global("Document", uuid7())
    refused = run(
        "import-text", str(file), "--document", unknown, "--language", "en", "--person", person
    )
    assert refused.returncode == 1
    assert "NOT_FOUND" in refused.stderr


def test_the_plan_of_an_operation_shows_what_it_reads(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "labs.graphql"
    file.write_text("{ labs { nodes { name } } }", "utf-8")
    assert " FROM lab t WHERE " in run("plan", str(file)).stdout
    file.write_text("{ nothing }", "utf-8")
    assert run("plan", str(file)).returncode == 1
