"""Setting the house up, serving it, and bringing its tables up to date."""

import asyncio
import signal
import socket
import sys
from typing import Annotated, Any

import typer

from policylab.commands.common import Port, enter, notes, say, with_database
from policylab.kit.db import Database
from policylab.settings import Settings

app = typer.Typer()


def _settings(port: int | None, host: str | None = None, **more: Any) -> tuple[Settings, Any]:
    """The settings, checked, and the port taken; with port 0 the settings name the one given."""
    from policylab import serving

    given: dict[str, Any] = more
    given |= {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    settings = Settings(**given)
    settings.check()
    listening = serving.listen(settings.host, settings.port)
    if settings.port == 0:
        settings = Settings(**(given | {"port": listening.getsockname()[1]}))
    return settings, listening


@app.command()
def up(
    port: Port = None,
    empty: Annotated[bool, typer.Option("--empty", help="Without the demo data.")] = False,
) -> None:
    """Set everything up that is missing, and serve: with the fictional state of Arvenia as demo."""
    more: dict[str, Any] = {} if empty else {"demo_mode": True}
    settings, listening = _settings(port, **more)
    _serve(settings, listening, first=_load_reference if empty else _load_demo)


@app.command()
def serve(
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes serve, each on a core.")
    ] = 1,
) -> None:
    """Serve a house that has been set up; `policylab migrate` sets one up."""
    settings, listening = _settings(port, host)
    _serve(settings, listening, first=None, processes=processes)


def _serve(settings: Settings, listening: socket.socket, *, first: Any, processes: int = 1) -> None:
    """Database, tables, data, and then the web application in one event loop."""
    from policylab import migrations, premises, serving
    from policylab.grounds import check_ground
    from policylab.kit import log

    log.configure(json=settings.log_json)
    entered = enter(settings)

    async def prepare() -> str:
        await premises.check_reachable(entered.settings)
        if first is None:
            await premises.check_migrated(entered.settings)
            await check_ground(entered.settings)
            return f"Policy Lab is at {settings.base_url}"
        await migrations.upgrade(entered.settings.owner_database_url)
        await check_ground(entered.settings)
        database = await Database.connect(entered.settings.database_url, size=3, listen=False)
        try:
            return await first(database, settings)
        finally:
            await database.close()

    async def run() -> None:
        ready = await prepare()
        if processes == 1:
            await serving.serve(entered, listening, ready=ready)
        else:
            await serving.serve_with(entered, listening, processes=processes, ready=ready)

    # uvicorn raises the signal again once it has drained: it must not end us before we have left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with serving.runner() as runner:
            runner.run(run())
    finally:
        listening.close()
        entered.leave()


async def _load_demo(database: Database, settings: Settings) -> str:
    from policylab import demo, identity

    if await demo.load(database, settings):
        say("The fictional state of Arvenia has been loaded.")
    people = await identity.list_people(database, illustrative_only=True)
    lines = [f"  {p.function('en'):44.44} {p.body('en')}" for p in people]
    return "\n".join(
        [
            "",
            f"Policy Lab is at {settings.base_url}",
            "",
            "DEMO MODE: anybody can sign in as anybody. Never put real data here.",
            f"Sign in as one of {len(people)} demo people at {settings.base_url}/signin/demo:",
            *lines,
            "",
            "Ctrl-C stops it.",
        ]
    )


async def _load_reference(database: Database, settings: Settings) -> str:
    from policylab import index
    from policylab.commands.who import first_administrator_code

    await index.load_reference(database)
    lines = ["", f"Policy Lab is at {settings.base_url}", ""]
    code = await first_administrator_code(database)
    if code:
        lines += [
            f"Nobody has signed in yet. The first administrator does so at {settings.base_url}"
            "/signin/code",
            f"with the code  {code}",
            "It works once, within a week.",
            "",
        ]
    return "\n".join([*lines, "Ctrl-C stops it."])


@app.command()
def work() -> None:
    """Do the background work only: deadlines and reminders. `serve` does it too, unless told."""
    from policylab import working
    from policylab.grounds import check_ground
    from policylab.kit import log

    async def run(database: Database, settings: Settings) -> None:
        log.configure(json=settings.log_json)
        await check_ground(settings)
        say("Working. Ctrl-C stops it.")
        await working.work(database)

    with_database(run)


@app.command()
def migrate() -> None:
    """Bring the tables to this release; of several at once one works and the others wait."""
    from policylab import migrations, premises

    entered = enter()
    try:
        asyncio.run(premises.check_reachable(entered.settings))
        asyncio.run(migrations.upgrade(entered.settings.owner_database_url))
    finally:
        entered.leave()
    say(f"The tables are at revision {migrations.head()}.")


@app.command()
def seed(
    empty: Annotated[bool, typer.Option("--empty", help="Only the INDEX reference data.")] = False,
) -> None:
    """Load the sourced INDEX reference data and the demo. A second time it changes nothing."""
    from policylab import demo, index

    async def run(database: Database, settings: Settings) -> None:
        with notes().status("Loading …"):
            if empty:
                await index.load_reference(database)
            else:
                await demo.load(database, settings)

    with_database(run)
    say("Loaded.")
