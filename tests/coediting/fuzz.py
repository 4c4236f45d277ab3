"""Coverage-guided attack on the reader: python -m tests.coediting.fuzz --minutes 20

Needs atheris, which no user needs and which is therefore in no lock file:
    pip install --no-deps --target DIR atheris==3.0.0; PYTHONPATH=DIR python -m tests.coediting.fuzz
What breaks a promise is kept as `crash-…` in the folder --found, also when it ends the process.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.coediting import crafted
from tests.coediting.inputs import PLAIN, TRIED, kept, try_input
from tests.coediting.test_reader import edited

ATTACKED: Final = ("lib0", "reader", "shape", "cutting")


def sow(folder: Path) -> None:
    """What the attack begins with: honest updates, hostile ones, and recipes at random."""
    dice = random.Random(1)
    seeds = [bytes((dice.choice((0, PLAIN)),)) + each for n in range(20) for each in edited(n)]
    seeds += [b"\0" + each for each in crafted.hostile().values() if len(each) < 4_000]
    seeds += [bytes((dice.choice((1, 3)),)) + dice.randbytes(120) for _ in range(200)]
    seeds += kept()
    for seed in seeds:
        (folder / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)


def minimise(folder: Path) -> None:
    """Keep the least inputs that go all the ways through the reader that any of them goes."""
    inputs = sorted({path.read_bytes() for path in folder.iterdir()}, key=lambda each: len(each))
    ways: set[tuple[int, int, int]] = set()
    tried: list[bytes] = []
    for data in inputs:
        own = ways_of(data)
        if not own <= ways:
            ways |= own
            tried.append(data)
    TRIED.write_text("".join(f"{data.hex()}\n" for data in tried))


def ways_of(data: bytes) -> set[tuple[int, int, int]]:
    """From which line to which it goes, in the modules that are attacked."""
    ways: set[tuple[int, int, int]] = set()

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if Path(frame.f_code.co_filename).stem not in ATTACKED:
            return None
        last = frame.f_lineno

        def lines(inner: FrameType, kind: str, value: object) -> Any:
            nonlocal last
            ways.add((id(inner.f_code), last, inner.f_lineno))
            last = inner.f_lineno
            return lines

        return lines

    sys.settrace(trace)
    try:
        try_input(data)
    finally:
        sys.settrace(None)
    return ways


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=1.0)
    arguments.add_argument("--seed", type=int, default=0, help="0: a fresh one, printed")
    arguments.add_argument("--found", type=Path, default=Path(tempfile.gettempdir()) / "fuzzed")
    arguments.add_argument(
        "--minimise", action="store_true", help="keep what reaches most: corpus/tried.txt"
    )
    given = arguments.parse_args()
    grown = given.found / "corpus"
    grown.mkdir(parents=True, exist_ok=True)
    sow(grown)
    folders = [str(grown)]
    flags = [f"-max_total_time={int(given.minutes * 60)}", f"-seed={given.seed}"]
    if given.minimise:
        minimise(grown)
        return 0
    tried = given.found / "tried"
    command = [
        *(sys.executable, "-m", "tests.coediting.fuzzed", str(tried), *folders, *flags),
        *(
            f"-artifact_prefix={given.found}/",
            "-max_len=4096",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-len_control=0",
        ),
        *("-use_value_profile=1", "-print_final_stats=1"),
    ]
    code = subprocess.run(command, check=False).returncode
    if code:
        data = tried.read_bytes()
        name = f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()[:12]}"
        (given.found / name).write_bytes(data)
        print(f"ended with {code} at {given.found / name}: {data.hex()}")
    return code


if __name__ == "__main__":
    sys.exit(main())
