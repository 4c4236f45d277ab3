"""Somebody who writes in a live text through the co-editing socket: plain Yjs over a websocket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from pycrdt import (
    Doc,
    TransactionEvent,
    XmlElement,
    XmlFragment,
    XmlText,
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from policylab.demo.main_job.client import Caller, StepFailed

PATIENCE = 20.0


class Coeditor:
    """One editor with a text of her own, which the socket keeps equal to everybody's."""

    def __init__(self, url: str, who: Caller) -> None:
        self.doc: Doc[Any] = Doc()
        self.who = who
        self.changes = 0
        """What she has written herself, counted in changes."""
        self._url = url
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._receiving = False
        self._synced = asyncio.Event()
        self._watching = self.doc.observe(self._changed)

    async def join(self) -> None:
        """Connect, and exchange what the other side lacks, in both directions."""
        headers = {"authorization": f"Bearer {self.who.token}"}
        self._synced.clear()
        self._socket = await connect(self._url, additional_headers=headers, max_size=None)
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._socket.send(create_sync_message(self.doc))
        async with asyncio.timeout(PATIENCE):
            await self._synced.wait()

    async def lose_connection(self) -> None:
        """The line is cut, without a goodbye; what is written from now on waits here."""
        if self._socket is not None:
            self._socket.transport.abort()
        await self._gone()

    async def leave(self) -> None:
        """Send what is on its way, and go."""
        await asyncio.gather(*self._tasks)
        if self._socket is not None:
            await self._socket.close()
        await self._gone()

    async def _gone(self) -> None:
        self._socket = None
        if self._reader is not None:
            await self._reader
            self._reader = None

    def _changed(self, event: TransactionEvent) -> None:
        if self._receiving:
            return
        self.changes += 1
        if self._socket is not None:
            task = asyncio.create_task(self._send(create_update_message(event.update)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, message: bytes) -> None:
        if self._socket is not None:
            with suppress(ConnectionClosed):  # she has it, and offers it when she comes back
                await self._socket.send(message)

    async def _read(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for data in socket:
                if isinstance(data, bytes) and data[0] == YMessageType.SYNC:
                    await self._take(socket, data)

    async def _take(self, socket: ClientConnection, data: bytes) -> None:
        self._receiving = True
        try:
            reply = handle_sync_message(data[1:], self.doc)
        finally:
            self._receiving = False
        if reply is not None:
            await socket.send(reply)
        if data[1] == YSyncMessageType.SYNC_STEP2:
            self._synced.set()

    # ── her hands ──

    def words(self, section_id: str) -> XmlText:
        """The words of a clause, to write in."""
        root = self.doc.get("default", type=XmlFragment)
        for block in root.children:
            if isinstance(block, XmlElement) and block.attributes.get("id") == section_id:
                return _first_run(block)
        raise StepFailed(f"{self.who.name} does not find the clause {section_id} in the text.")

    def add(self, section_id: str, words: str) -> None:
        """Write at the end of a clause."""
        run = self.words(section_id)
        run.insert(len(str(run).encode()), words)

    def plain(self) -> str:
        """Everything that is written, for comparing."""
        return "\n".join(_runs(self.doc.get("default", type=XmlFragment)))

    def suggest(self, section_id: str, old: str, new: str, signed: dict[str, str]) -> None:
        """Strike words and put others beside them, both signed as a suggestion."""
        run = self.words(section_id)
        before, found, _ = str(run).partition(old)
        if not found:
            raise StepFailed(f"“{old}” does not stand in the clause.")
        start = len(before.encode())
        end = start + len(old.encode())
        with self.doc.transaction():
            run.insert(end, new, {"insertion": signed})
            run.format(start, end, {"deletion": signed})


def _runs(element: XmlFragment | XmlElement) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, XmlText):
            yield str(child)
        elif isinstance(child, XmlElement):
            yield from _runs(child)


def _first_run(element: XmlElement) -> XmlText:
    for child in element.children:
        if isinstance(child, XmlText):
            return child
        if isinstance(child, XmlElement):
            return _first_run(child)
    raise StepFailed("The clause holds no words.")


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something has come true; said when it has not."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise StepFailed(f"Waited {PATIENCE:.0f} s in vain: {what}.")
        await asyncio.sleep(0.02)
