"""The log: events with fields, never people's words, names or addresses.

log.warning("bus.lost", error=repr(error))
log.exception("request.failed", kind="http")  # with the story of what is being handled
"""

import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

Line: TypeAlias = dict[str, Any]

answering: ContextVar[str | None] = ContextVar("answering", default=None)
"""The id of the request that is being answered; each line of the log tells it."""


class Log:
    """Lines go to `write`, one at a time."""

    def __init__(self) -> None:
        self.write: Callable[[Line], None] = for_people

    def debug(self, event: str, /, **fields: Any) -> None:
        self._note("debug", event, fields)

    def info(self, event: str, /, **fields: Any) -> None:
        self._note("info", event, fields)

    def warning(self, event: str, /, **fields: Any) -> None:
        self._note("warning", event, fields)

    def error(self, event: str, /, **fields: Any) -> None:
        self._note("error", event, fields)

    def exception(
        self, event: str, /, *, raised: BaseException | None = None, **fields: Any
    ) -> None:
        """An error with the story of `raised`, or of what is being handled."""
        told = raised or sys.exception()
        story = "".join(traceback.format_exception(told)) if told else None
        self._note("error", event, fields | {"exception": story})

    def _note(self, level: str, event: str, fields: Line) -> None:
        line = {"event": event, **fields, "level": level, "timestamp": datetime.now(UTC)}
        if (asked := answering.get()) is not None:
            line.setdefault("request", asked)
        self.write(line)


def for_programs(line: Line) -> None:
    """A line of JSON."""
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
    _out(orjson.dumps(line, default=repr, option=options))


def for_people(line: Line) -> None:
    """A line to read, and below it the story of what went wrong."""
    told = dict(line)
    when, level, event = (told.pop(name) for name in ("timestamp", "level", "event"))
    story = told.pop("exception", None)
    fields = " ".join(f"{name}={value}" for name, value in told.items())
    text = f"{when:%Y-%m-%d %H:%M:%S} {level:8}{event}  {fields}".rstrip()
    _out("\n".join(filter(None, [text, story and story.rstrip(), ""])).encode())


def _out(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


log = Log()


def configure(*, json: bool) -> None:
    """Write lines for programs when `json`, else for people."""
    log.write = for_programs if json else for_people
