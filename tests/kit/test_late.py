"""What only rare work needs is read when it is first done; nobody waits for it but who asked."""

import asyncio
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from policylab.kit.late import late

RARE = {
    "alembic": "bringing the tables to a release",
    "authlib": "signing in with an identity provider",
    "babel": "dates in packages",
    "cryptography": "sealing, and checking seals",
    "httpx2": "asking an identity provider",
    "icalendar": "calendars",
    "jsonschema": "checking templates",
    "lxml": "feeds, packages",
    "PIL": "pictures in packages",
    "pypandoc": "files that are brought or taken away",
    "rich": "tables in a terminal",
    "typst": "printing",
    "yaml": "reading templates",
}


def test_a_house_that_nobody_asks_for_what_is_rare_has_read_nothing_of_it(tmp_path: Path) -> None:
    program = (
        "import sys, policylab.cli, policylab.commands.running, policylab.serving as serving;"
        "from policylab.settings import Settings;"
        f"serving.house.build(Settings(data_folder={str(tmp_path)!r}));"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert RARE.keys().isdisjoint(done.stdout.decode().split())


async def test_others_are_answered_while_a_module_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_large_module.py").write_text("import time; time.sleep(0.3)\nread = True\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    loop, longest, before = asyncio.get_running_loop(), 0.0, None
    reading = asyncio.gather(*(late("a_large_module") for _ in range(3)))
    while not reading.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        longest = max(longest, loop.time() - before)
    assert sys.modules.pop("a_large_module").read
    assert before is not None
    assert longest < 0.2


async def test_a_module_that_cannot_be_read_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModuleNotFoundError):
        await late("a_module_to_come")
    (tmp_path / "a_module_to_come.py").touch()
    importlib.invalidate_caches()
    await late("a_module_to_come")
    assert sys.modules.pop("a_module_to_come")
