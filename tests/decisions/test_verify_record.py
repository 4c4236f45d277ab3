import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from policylab.decisions import verify_record
from policylab.decisions.log_rules import LeafKind
from policylab.decisions.signing import KeyUnusable, key_id, new_signer, open_signer
from policylab.decisions.verify_record import Altered, verify
from policylab.kit import canonical
from tests.decisions.sealed import Log, a_package, a_record


def test_a_package_verifies_with_the_service_key() -> None:
    data, key = a_package()
    found = verify(data, [key])
    assert (found.identifier, found.outcome, found.leaf) == ("XA/2026/1", "ADOPTED", 2)
    assert (found.tree_size, found.corrigenda, found.key) == (5, 1, key_id(key))


def test_any_zip_program_opens_it() -> None:
    data, _ = a_package()
    with zipfile.ZipFile(BytesIO(data)) as file:
        assert file.testzip() is None
        assert json.loads(file.read("record.json"))["identifier"] == "XA/2026/1"
        assert len(file.read("verify_record.py")) > 10_000


def test_the_key_in_the_package_does_not_vouch_for_itself() -> None:
    data, _ = a_package()
    with pytest.raises(Altered, match="one that you trust"):
        verify(data, [new_signer().public])
    with pytest.raises(Altered, match="one that you trust"):
        verify(data, [])


def test_a_record_of_another_house_is_refused_even_when_all_of_it_holds_together() -> None:
    _, key = a_package()
    stranger = Log()
    forged = stranger.package(stranger.seal(a_record()))
    assert verify(forged, [stranger.signer.public])
    with pytest.raises(Altered):
        verify(forged, [key])


def test_records_stay_verifiable_when_the_key_changes() -> None:
    log = Log()
    first = log.signer
    old = log.seal(a_record(1))
    log.rotate(new_signer())
    log.rotate(new_signer())
    new = log.seal(a_record(2))
    for record in (old, new):
        for entry in log.keys:
            assert verify(log.package(record), [entry.value["subject"]])
    assert old.entry.value["key"] == first.id != new.entry.value["key"]


def test_a_key_that_its_predecessor_did_not_endorse_is_refused() -> None:
    log = Log()
    trusted, thief = log.signer.public, new_signer()
    log.signer = thief
    log.rotate(thief)
    with pytest.raises(Altered, match="not endorsed"):
        verify(log.package(log.seal(a_record())), [trusted])


def test_an_old_key_seals_nothing_after_its_time() -> None:
    log = Log()
    old = log.signer
    log.rotate(new_signer())
    current, log.signer = log.signer, old
    stolen = log.seal(a_record())
    log.signer = current
    with pytest.raises(Altered, match="key of that time"):
        verify(log.package(stolen), [old.public])


def test_an_adoption_of_another_record_does_not_pass_as_this_ones() -> None:
    log = Log()
    record = log.seal(a_record())
    other = {"id": str(UUID(int=9)), "record": str(UUID(int=77)), "body": "Council"}
    adoption = log.seal(other, LeafKind.ADOPTION)
    with pytest.raises(Altered, match="another record"):
        verify(log.package(record, adoption), [log.signer.public])


def test_a_statement_sealed_for_one_purpose_holds_for_no_other() -> None:
    log = Log()
    record = log.seal({**a_record(), "record": a_record()["id"]}, LeafKind.CORRIGENDUM)
    with pytest.raises(Altered, match="belongs to something else"):
        verify(log.package(record), [log.signer.public])


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"not a zip", b"PK\5\6" + b"\0" * 18])
def test_what_is_no_package_is_refused_without_a_crash(data: bytes) -> None:
    with pytest.raises(Altered):
        verify(data, ["00" * 32])


def test_the_verifier_spells_json_as_the_program_does() -> None:
    value = {"é": [1, None, True, '\u2028\x1f"\\'], "\U0001f600": -5, "\uffee": {}, "a": []}
    assert verify_record.canonical(value) == canonical.canonical_json(value)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-I", verify_record.__file__]
    return subprocess.run([*program, *arguments], capture_output=True, text=True, check=False)


def test_the_single_file_runs_alone(tmp_path: Path) -> None:
    data, key = a_package()
    package, pinned = tmp_path / "record.zip", tmp_path / "key.txt"
    package.write_bytes(data)
    pinned.write_text(f"Policy Lab {key}\n")
    told = run(str(package), "--key", str(pinned))
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.startswith("VERIFIED: record XA/2026/1, ADOPTED\n")
    package.write_bytes(data[:900] + bytes([data[900] ^ 1]) + data[901:])
    told = run(str(package), "--key", key, "--json")
    assert (told.returncode, json.loads(told.stdout)["verified"]) == (1, False)
    assert run(str(tmp_path / "none.zip"), "--key", key).returncode == 2
    assert run(str(package), "--key", str(package)).returncode == 2
    assert run(str(package)).returncode == 2


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing.pem"
    first = open_signer(path)
    assert open_signer(path).public == first.public
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    path.chmod(0o644)
    with pytest.raises(KeyUnusable, match="others may read"):
        open_signer(path)
    path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(KeyUnusable, match="does not hold"):
        open_signer(path)
