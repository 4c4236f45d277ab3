"""People and their tokens, for whoever runs the house."""

import json
from typing import Annotated

import typer
from sqlalchemy import text

from policylab import identity
from policylab.commands.common import AsJson, notes, person_called, say, with_database
from policylab.identity import Entry, TokenScope
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from policylab.settings import Settings

token_app = typer.Typer(no_args_is_help=True, help="Personal access tokens.")
people_app = typer.Typer(invoke_without_command=True, help="Who there is, and administrators.")
CODE_HOURS = 7 * 24
Who = Annotated[str, typer.Option("--person", help="Id, mail address or name.")]


@people_app.callback()
def list_people(context: typer.Context, as_json: AsJson = False) -> None:
    """List everybody: function, body, level."""
    if context.invoked_subcommand is not None:
        return

    async def run(database: Database, settings: Settings) -> list[Entry]:
        return await identity.list_people(database)

    people = with_database(run)
    if as_json:
        print(json.dumps([_as_json(person) for person in people], ensure_ascii=False, indent=1))
        return
    from rich.table import Table

    table = Table("Name", "Function", "Organisation", "Level", "Id", box=None)
    for person in people:
        mark = " (administrator)" if person.administrator else ""
        name = person.display_name + mark
        table.add_row(name, person.function("en"), person.body("en"), person.level, str(person.id))
    notes().print(table)


def _as_json(person: Entry) -> dict[str, object]:
    return {
        "id": str(person.id),
        "name": person.display_name,
        "function": person.functions,
        "organisation": person.organisation,
        "level": person.level,
        "administrator": person.administrator,
        "illustrative": person.illustrative,
        "suspended": person.suspended,
    }


@people_app.command()
def administrator(
    name: Annotated[str, typer.Argument(help="How the administrator is called: a function.")],
    email: Annotated[
        str | None, typer.Option(help="A mail address, for finding her again.")
    ] = None,
) -> None:
    """Add an administrator and print the one-time code that she signs in with."""

    async def run(database: Database, settings: Settings) -> str:
        async with database.write(SYSTEM) as uow:
            person = await identity.create_person(
                uow, SYSTEM, display_name=name, email=email, administrator=True
            )
            return await identity.create_sign_in_code(
                uow, SYSTEM, person_id=person.id, purpose="administrator", hours=CODE_HOURS
            )

    print(with_database(run))
    say("Enter this code at /signin/code. It works once, within a week.")


@people_app.command()
def code(person: Who) -> None:
    """Print a one-time code that signs this person in; older codes end."""

    async def run(database: Database, settings: Settings) -> str:
        chosen = await person_called(database, person)
        async with database.write(SYSTEM) as uow:
            return await identity.create_sign_in_code(
                uow, SYSTEM, person_id=chosen.id, purpose="sign-in", hours=CODE_HOURS
            )

    print(with_database(run))


@token_app.command()
def create(
    person: Who,
    scope: Annotated[
        list[TokenScope], typer.Option(help="read, write, admin (repeat for more), or calendar.")
    ],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(help="How long it lives.")] = 30,
) -> None:
    """Print a token that acts as this person, within its scopes. It is shown this once."""

    async def run(database: Database, settings: Settings) -> str:
        chosen = await person_called(database, person)
        async with database.write(SYSTEM) as uow:
            _, secret = await identity.create_access_token(
                uow, SYSTEM, person_id=chosen.id, name=name, scopes=scope, days=days
            )
        return secret

    print(with_database(run))


@token_app.command()
def revoke(person: Who) -> None:
    """End every token and every session of this person."""

    async def run(database: Database, settings: Settings) -> None:
        chosen = await person_called(database, person)
        async with database.write(SYSTEM) as uow:
            await identity.revoke_all(uow, person_id=chosen.id)

    with_database(run)
    say("Ended.")


async def first_administrator_code(database: Database) -> str | None:
    """A fresh code for the first administrator, as long as no administrator has ever signed in."""
    async with database.write(SYSTEM) as uow:
        connection = await uow.session.connection()
        # Of two that start at once, one makes the administrator and the other finds her.
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('administrator'))"))
        known = (await connection.execute(_ADMINISTRATORS)).all()
        if any(row.signed_in for row in known):
            return None
        person_id = known[0].id if known else None
        if person_id is None:
            person = await identity.create_person(
                uow, SYSTEM, display_name="Administrator", administrator=True
            )
            person_id = person.id
        return await identity.create_sign_in_code(
            uow, SYSTEM, person_id=person_id, purpose="first administrator", hours=CODE_HOURS
        )


_ADMINISTRATORS = text(
    "SELECT p.id, EXISTS (SELECT FROM web_session s WHERE s.person_id = p.id) AS signed_in"
    " FROM person p WHERE p.administrator AND p.suspended_at IS NULL ORDER BY p.created_at"
)
