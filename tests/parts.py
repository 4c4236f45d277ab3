"""Every check and test in its order, fast to slow; what `./lab test` and `./lab check` run.

The commands themselves are the tasks in pyproject.toml, so that a person can run one by hand
(`poe lint`). A part is a task, a folder of tests/, or `rules` (every room's pure rules).
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
CHECKS = ("types", "format", "lint", "walls", "published")
WEB = ("web-tests", "web-lint", "web-types")
QUICK = ("quick",)
QUICKEST = ("quickest",)
PROMISES = ("promises-together", "promises-alone")
SLOW = ("services", "browser", "promises")
COUNTED = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed)\b")
TASKS: dict[str, str] = {
    name: task["cmd"]
    for name, task in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poe"][
        "tasks"
    ].items()
    if "cmd" in task
}


@dataclass
class Tally:
    """What has passed and failed so far; a check counts as one test."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, name: str, code: int, output: str) -> None:
        counts = _counts_of(output)
        self.passed += counts.get("passed", 0) if counts else int(code == 0)
        failures = counts.get("failed", 0) + counts.get("error", 0)
        self.failed += max(failures, int(code != 0))
        self.skipped += counts.get("skipped", 0)
        if code != 0:
            self.broken.append(name)


def _counts_of(output: str) -> dict[str, int]:
    """The numbers of pytest's own closing line; nothing for other programs."""
    closing = [line for line in output.splitlines() if COUNTED.search(line) and " in " in line]
    found = COUNTED.findall(closing[-1]) if closing else []
    return {word.rstrip("s") if word == "errors" else word: int(number) for number, word in found}


def main(arguments: list[str]) -> int:
    """Run the parts asked for (all when none is), then print one closing line."""
    if "--whole" in arguments:
        os.environ["POLICYLAB_WHOLE"] = "1"
        arguments = [each for each in arguments if each != "--whole"]
    options = [each for each in arguments if each.startswith("-")]
    asked = [each for each in arguments if not each.startswith("-")]
    tally = Tally()
    begun = time.monotonic()
    if asked == ["check"]:
        _side_by_side(_commands(QUICKEST, options) + _commands(CHECKS, []), tally)
    else:
        if not asked:  # what measures nothing, the longest first; then the tests
            _side_by_side(_commands(["web", *CHECKS], []), tally)
        with tempfile.TemporaryDirectory(prefix="policylab-parts-") as shared:
            os.environ["LAB_TEST_FOLDER"] = shared  # what one part has made, the next need not
            for name, command in _commands(asked or [*QUICK, *SLOW], options):
                _run(name, command, tally)
    if tally.broken:
        print(f"\nNot in order: {', '.join(tally.broken)}.")
    print(f"{time.monotonic() - begun:.0f} s, {tally.skipped} skipped")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.broken else 0


def _commands(names: Sequence[str], options: list[str]) -> list[tuple[str, list[str]]]:
    return [each for name in names for each in _part(name, options)]


def _part(name: str, options: list[str]) -> list[tuple[str, list[str]]]:
    """The commands behind one name, in their order."""
    if name == "web":
        if not (ROOT / "web" / "package.json").exists():
            return []
        return [(task, shlex.split(TASKS[task])) for task in WEB]
    if name == "checks":
        return [(task, shlex.split(TASKS[task])) for task in CHECKS]
    if name == "promises":
        return [part for task in PROMISES for part in _part(task, options)]
    if name in TASKS:
        return [(name, [*shlex.split(TASKS[name]), *options])]
    if name == "rules":
        paths = [str(path) for path in sorted(TESTS.glob("*/test_*rules*.py"))]
    elif (TESTS / name).is_dir():
        paths = [str(TESTS / name)]
    elif Path(name.split("::", 1)[0]).exists():
        paths = [name]
    else:
        folders = sorted(path.name for path in TESTS.iterdir() if path.is_dir())
        known = ", ".join(["rules", "checks", "web", "promises", *sorted(TASKS), *folders])
        sys.exit(f"There is no part called {name}. There are: {known}.")
    return [(name, ["pytest", "-q", *paths, *options])]


def _side_by_side(commands: list[tuple[str, list[str]]], tally: Tally) -> None:
    """As many at a time as there are processors, and two on one; the output of what fails."""
    begun = time.monotonic()

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        running = {pool.submit(run, command): name for name, command in commands}
        for done in as_completed(running):
            name, process = running[done], done.result()
            tally.add(name, process.returncode, process.stdout)
            verdict = "ok" if process.returncode == 0 else "failed"
            print(f"\n── {name}: {verdict}, {time.monotonic() - begun:.1f} s", flush=True)
            if process.returncode != 0:
                print(process.stdout, flush=True)


def _run(name: str, command: list[str], tally: Tally) -> None:
    """Run one command, its output passing through, and count."""
    print(f"\n── {name} ──", flush=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        print(line, end="", flush=True)
    code = process.wait()
    if code == 5 and command[0] == "pytest":  # nothing selected in this part
        code = 0
    tally.add(name, code, "".join(lines))
    verdict = "ok" if code == 0 else f"failed (exit code {code})"
    print(f"── {name}: {verdict}, {time.monotonic() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
