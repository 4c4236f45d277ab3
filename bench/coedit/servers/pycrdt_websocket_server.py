"""pycrdt-websocket as its documentation sets it up with uvicorn, and with its SQLite store."""

import asyncio
import os
from functools import partial
from logging import getLogger
from urllib.parse import parse_qs

import uvicorn
import uvloop
from pycrdt.store import SQLiteYStore
from pycrdt.websocket import ASGIServer, WebsocketServer, YRoom
from pycrdt.websocket.websocket_server import exception_logger

TOKENS = set(os.environ["TOKENS"].split(","))


class Store(SQLiteYStore):
    db_path = os.path.join(os.environ["FOLDER"], "documents.sqlite")


class Server(WebsocketServer):
    """Rooms with a store: read when a room is made, written on every update."""

    async def get_room(self, name: str) -> YRoom:
        if name not in self.rooms:
            room = YRoom(ready=False, ystore=Store(name), log=self.log)
            self.rooms[name] = room
            await self.start_room(room)
            await load(room)
            room.ready = True
        room = self.rooms[name]
        await room.ready_event.wait()
        return room


async def load(room: YRoom) -> None:
    store = room.ystore
    async with store.start_lock:
        if not store.started.is_set():
            await room._task_group.start(store.start)
    try:
        await store.apply_updates(room.ydoc)
    except Exception as error:
        if type(error).__name__ != "YDocNotFound":
            raise


def turned_away(message: dict, scope: dict) -> bool:
    token = parse_qs(scope["query_string"].decode()).get("token", [""])[0]
    return token not in TOKENS


async def main() -> None:
    handler = partial(exception_logger)
    sockets = Server(exception_handler=handler, log=getLogger("bench"))
    app = ASGIServer(sockets, on_connect=turned_away)
    config = uvicorn.Config(
        app,
        port=int(os.environ["PORT"]),
        log_level="warning",
        ws_per_message_deflate=False,
        lifespan="off",
    )
    async with sockets:
        await uvicorn.Server(config).serve()


with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
