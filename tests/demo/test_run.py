"""`policylab demo-run` does the main job from an empty house, and leaves what it says it does."""

import os
import subprocess
import zipfile
from pathlib import Path

import orjson
import pytest
from pycrdt import XmlElement, XmlFragment, XmlText

from policylab.demo.main_job import STEPS
from policylab.demo.main_job.client import Caller
from policylab.demo.main_job.coeditor import Coeditor
from policylab.demo.run import SUMMARY, Telling
from policylab.export import KINDS
from tests.serving import PROGRAM

LONGEST_SECONDS = 300
"""On a machine that does much else; alone it takes less than 60."""


def program(*arguments: str) -> tuple[int, bytes]:
    """The installed program with these arguments, in an environment without settings of ours."""
    kept = {key: value for key, value in os.environ.items() if "POLICYLAB_" not in key}
    done = subprocess.run(
        [PROGRAM, *arguments], stdout=subprocess.PIPE, env=kept, timeout=LONGEST_SECONDS
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, bytes, Path]:
    """The main job, done once: exit code, what was printed, and the folder."""
    folder = tmp_path_factory.mktemp("run")
    return *program("demo-run", "--out", str(folder), "--json"), folder


@pytest.mark.postgres
def test_the_run_leaves_every_file_it_lists_and_a_record_that_verifies(
    run: tuple[int, bytes, Path],
) -> None:
    code, out, folder = run
    summary = orjson.loads((folder / SUMMARY).read_bytes())
    assert code == 0, summary
    assert orjson.loads(out) == summary
    assert [step["name"] for step in summary["steps"]][1:] == list(STEPS)
    assert all(step["ok"] and step["seconds"] >= 0 for step in summary["steps"])
    made = {(file["kind"], file["language"]) for file in summary["files"]}
    assert made >= {(kind, language) for kind in KINDS for language in ("en", "fr")}
    assert ("pdf", "en,fr") in made
    for file in summary["files"]:
        assert (folder / file["path"]).stat().st_size > 200
    assert summary["verified"] is True
    verified, _ = program("verify", str(folder / summary["record"]))
    assert verified == 0


@pytest.mark.postgres
def test_the_exported_texts_say_that_they_are_invented_and_hold_the_merged_words(
    run: tuple[int, bytes, Path],
) -> None:
    code, _, folder = run
    assert code == 0
    english, french = [(folder / f"text.{tag}.md").read_text("utf-8") for tag in ("en", "fr")]
    for text in (english, french):
        assert "illustrative: true" in text
    assert "outside working hours, with childcare" in english
    assert "hors des heures de travail, avec garde d’enfants" in french
    assert "This holds in the holidays too." in english  # written without a connection
    assert "bring it before" in english  # the accepted suggestion
    assert "For us only" not in english  # the closed note stays inside its delegation
    with zipfile.ZipFile(folder / "text.en.odt") as odt:
        assert b"with childcare" in odt.read("content.xml")


def test_a_step_that_fails_is_told_with_its_time_and_as_not_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telling = Telling(quiet=True)
    with pytest.raises(ZeroDivisionError), telling.step("Divide"):
        _ = 1 / 0
    [step] = telling.steps
    assert (step["name"], step["ok"]) == ("Divide", False)
    assert capsys.readouterr().out == ""


def test_the_editor_of_the_run_counts_what_is_written_without_a_connection() -> None:
    editor = Coeditor("ws://nowhere", Caller("", "", "Somebody"))
    root = editor.doc.get("default", type=XmlFragment)
    with editor.doc.transaction():
        clause = root.children.append(XmlElement("clause"))
        clause.attributes["id"] = "one"
        clause.children.append(XmlElement("paragraph")).children.append(XmlText("Été"))
    before = editor.changes
    editor.add("one", " à Vessen")
    assert editor.plain() == "Été à Vessen"
    assert editor.changes == before + 1
