"""R1: the package and one script verify a record, without network and without us."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from policylab.decisions.signing import Signer, new_signer
from policylab.kit.db import Database
from tests.decisions import deciding

ALONE = """
import runpy, sys

def guard(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        raise RuntimeError("there is no network here: " + event)
    if event == "import" and arguments[0].split(".")[0] == "policylab":
        raise RuntimeError("there is no Policy Lab here")

sys.addaudithook(guard)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_alone(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script in a Python that can open no socket and import nothing of ours."""
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(script), *arguments],
        capture_output=True,
        text=True,
        cwd=script.parent,
        env={"PATH": ""},
        check=False,
    )


@pytest.fixture
async def package(house: Database, tmp_path: Path) -> tuple[Path, Signer]:
    """The package of a real record, as a delegate fetched it."""
    table, _, record, signer = await deciding.sealed(house)
    data = await deciding.package(house, table.head(), record, signer)
    path = tmp_path / "record.zip"
    path.write_bytes(data)
    return path, signer


@pytest.fixture
def script(package: tuple[Path, Signer]) -> Path:
    """The single script, taken out of the package."""
    with zipfile.ZipFile(package[0]) as file:
        return Path(file.extract("verify_record.py", package[0].parent / "apart"))


def test_a_pinned_key_and_the_single_script_verify_the_record(
    package: tuple[Path, Signer], script: Path, tmp_path: Path
) -> None:
    path, signer = package
    told = run_alone(script, str(path), "--key", signer.public)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("VERIFIED: record LAB-")
    pinned = tmp_path / "key.txt"
    pinned.write_text(signer.public + "\n")
    assert run_alone(script, str(path), "--key", str(pinned)).returncode == 0


def test_the_key_in_the_package_does_not_vouch_for_it(
    package: tuple[Path, Signer], script: Path
) -> None:
    told = run_alone(script, str(package[0]), "--key", new_signer().public)
    assert told.returncode == 1
    assert "trust" in told.stdout


def test_one_changed_byte_is_refused(package: tuple[Path, Signer], script: Path) -> None:
    path, signer = package
    data = bytearray(path.read_bytes())
    data[data.index(b'"reasons":"Because') + 12] ^= 1
    path.write_bytes(data)
    told = run_alone(script, str(path), "--key", signer.public)
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.startswith("REFUSED")


def test_the_guard_of_this_test_holds(tmp_path: Path) -> None:
    """Taken out, the tests above would prove nothing about network and about us."""
    for line in ("import socket; socket.create_connection(('127.0.0.1', 9))", "import policylab"):
        script = tmp_path / "script.py"
        script.write_text(line)
        told = run_alone(script)
        assert told.returncode == 1
        assert "RuntimeError: there is no" in told.stderr


def test_the_installed_program_says_the_same(package: tuple[Path, Signer]) -> None:
    path, signer = package
    program = str(Path(sys.executable).with_name("policylab"))
    command = [program, "verify", str(path), "--key", signer.public]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("VERIFIED: record LAB-")
