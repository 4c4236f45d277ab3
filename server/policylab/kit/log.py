"""The log: events with fields, never people's words, names or addresses."""

import asyncio
import atexit
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, Final, cast

import orjson

# structlog would draw what goes wrong with rich: four megabytes in every server.
_modules = cast("dict[str, ModuleType | None]", sys.modules)
_modules.setdefault("rich", None)
import structlog  # noqa: E402

if _modules["rich"] is None:
    del _modules["rich"]

SOON: Final = 0.1
"""Seconds that a line of many waits for others."""
MOST_WAITING: Final = 1_000

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)
"""The id of the request that is being answered: every line says it."""

log = structlog.get_logger("policylab")


def configure(*, json: bool) -> None:
    """Write lines for programs when `json`, else for people."""
    structlog.configure(
        processors=[
            _of_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _after_the_many,
            structlog.processors.JSONRenderer(serializer=orjson.dumps)
            if json
            else structlog.dev.ConsoleRenderer(),
        ],
        logger_factory=structlog.BytesLoggerFactory() if json else structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


class Many:
    """Lines for programs of which there are very many, one a request: without what structlog does
    for each, and written together a moment later, before any other line."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        atexit.register(self.write)

    def add(self, event: str, **fields: Any) -> None:
        """Write this soon; in a process without an event loop at once."""
        line = {"event": event, **fields, "level": "info", "timestamp": datetime.now(UTC)}
        options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
        self._waiting.append(orjson.dumps(line, default=str, option=options))
        if len(self._waiting) == 1:
            _soon(self.write)
        elif len(self._waiting) >= MOST_WAITING:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        if self._waiting:
            lines, self._waiting = self._waiting, []
            sys.stdout.buffer.write(b"".join(lines))
            sys.stdout.buffer.flush()


many = Many()


def _soon(write: Any) -> None:
    try:
        asyncio.get_running_loop().call_later(SOON, write)
    except RuntimeError:  # there is none
        write()


def _of_request(_logger: Any, _name: str, event: Any) -> Any:
    if (request := REQUEST.get()) is not None:
        event["request"] = request
    return event


def _after_the_many(_logger: Any, _name: str, event: Any) -> Any:
    many.write()
    return event
