"""What the commands share: entering the house, saying how it goes, and failing in a sentence."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from policylab.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from policylab.identity import Entry
    from policylab.kit.db import Database
    from policylab.premises import Premises

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes any free one.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


def fail(sentence: str) -> NoReturn:
    """Say why it could not be done, and end with exit code 1."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def say(sentence: str) -> None:
    """One line of progress."""
    print(f"· {sentence}", file=sys.stderr)


@cache
def notes() -> "Console":
    """For tables and for what takes a while. A server has neither, and does without."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def enter(settings: Settings | None = None) -> "Premises":
    """The database of the settings; the embedded one is started when it is down."""
    from policylab import premises

    return premises.enter(settings or Settings(), say)


def with_database(work: "Callable[[Database, Settings], Coroutine[Any, Any, T]]") -> T:
    """Do one piece of work on the migrated database, and leave everything as it was found."""
    from policylab import premises
    from policylab.kit.db import Database

    async def run(settings: Settings) -> T:
        await premises.check_reachable(settings)
        await premises.check_migrated(settings)
        database = await Database.connect(settings.database_url, size=3, listen=False)
        try:
            return await work(database, settings)
        finally:
            await database.close()

    entered = enter()
    try:
        return asyncio.run(run(entered.settings))
    finally:
        entered.leave()


async def person_called(database: "Database", wanted: str) -> "Entry":
    """One person by id, mail address or name; fails in a sentence when it is not exactly one."""
    from policylab import identity

    people = await identity.list_people(database)
    found = [
        person
        for person in people
        if wanted.casefold()
        in {str(person.id), (person.email or "").casefold(), person.display_name.casefold()}
    ]
    if len(found) != 1:
        fail(
            f"{len(found) or 'No'} people answer to “{wanted}”. Give the id or the mail address"
            " that `policylab people` lists."
        )
    return found[0]
