"""A person who leaves traces everywhere, and looking for what is left of her."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from policylab import comments, decisions, identity, labs, notices
from policylab.comments import ThreadVisibility
from policylab.decisions.signing import Signer
from policylab.decisions.tables import DecisionRecord
from policylab.identity import Account, TokenScope
from policylab.kit.db import Claim, Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import LabRole
from policylab.positions import Stance
from tests import kept, make
from tests.decisions import deciding

NAME = "Canaria Serinus"
MAIL = "canaria.serinus@canary.example"
SUBJECT = "subject-of-canaria"
AGENT = "Canaria’s own browser"
TRACES = (NAME, MAIL, SUBJECT, AGENT, "Canaria", "serinus")


@dataclass
class House:
    """A sealed decision in which the canary took part as a head of delegation."""

    table: make.Table
    canary: Viewer
    record: DecisionRecord
    signer: Signer
    capacities: list[UUID]
    cookie: str
    token: str


def fresh(viewer: Viewer) -> Viewer:
    """The same person, who has just signed in."""
    return replace(viewer, signed_in_at=datetime.now(UTC) - timedelta(seconds=5))


async def person(database: Database, *, administrator: bool = False) -> Viewer:
    async with database.write(SYSTEM) as uow:
        row = await identity.create_person(
            uow,
            SYSTEM,
            display_name=NAME,
            email=MAIL,
            locale="rm-sursilv",
            administrator=administrator,
        )
    return Viewer(person_id=row.id, administrator=administrator)


def key(viewer: Viewer) -> UUID:
    assert viewer.person_id is not None
    return viewer.person_id


async def house(database: Database) -> House:
    """She is invited, seated, signed in; files mandates, writes, takes a position."""
    made = await kept.again(database, ("canary",), lambda: _house(database))
    async with database.read(SYSTEM) as session:
        record = await decisions.record_by_id(session, made.record)
    return House(made.table, made.canary, record, deciding.SIGNER, *made.rest)


class Made(NamedTuple):
    """Of all that what can be copied."""

    table: make.Table
    canary: Viewer
    record: UUID
    rest: tuple[list[UUID], str, str]


async def _house(database: Database) -> Made:
    table = await make.table(database, languages=("en", "fr"))
    canary = await person(database)
    city = table.seats["CITY"]
    await _invite(database, table, canary, city.delegation_id)
    city.head = canary
    city.mandate_id = await make.file_mandate(database, city)
    async with database.write(canary) as uow:
        await labs.revoke_mandate(uow, canary, mandate_id=city.mandate_id)
    city.mandate_id = await make.file_mandate(database, city)
    async with database.write(SYSTEM) as uow:
        await labs.grant_lab_role(
            uow, SYSTEM, lab_id=table.lab_id, person_id=key(canary), role=LabRole.MEMBER
        )
    cookie, token = await _come_in(database, canary)
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    await _comment(database, table, canary, frozen)
    procedure = await deciding.open_procedure(database, table, frozen)
    await deciding.take_all(database, table, frozen, {"CITY": Stance.OBJECT})
    record = await deciding.close(database, table, procedure)
    await deciding.seal(database, table, record, deciding.SIGNER)
    await notices.refresh(database, table.dialogue_id)
    async with database.rows(SYSTEM) as connection:
        found = await connection.fetch("SELECT id FROM capacity WHERE person_id = $1", key(canary))
    capacities = [row["id"] for row in found]
    return Made(table, canary, record.id, (capacities, cookie, token))


async def _invite(
    database: Database, table: make.Table, canary: Viewer, delegation_id: UUID
) -> None:
    """An invitation that she took, and another one that still waits."""
    for taken in (True, False):
        async with database.write(table.moderator) as uow:
            invited = await labs.invite_to_delegation(
                uow,
                table.moderator,
                delegation_id=delegation_id,
                email=MAIL.upper(),
                display_name=NAME,
                functions={"en": "Co-ordinator"},
                head=True,
            )
        if taken:
            async with database.write(canary) as uow:
                await labs.accept_invitation(uow, canary, code=invited.code)


async def _come_in(database: Database, canary: Viewer) -> tuple[str, str]:
    account = Account(issuer="https://id.example", subject=SUBJECT, session="s")
    async with database.write(canary) as uow:
        await identity.link_account(uow, person_id=key(canary), account=account)
        cookie = await identity.open_session(
            uow,
            person_id=key(canary),
            life=timedelta(hours=1),
            user_agent=AGENT,
            account=account,
        )
        _, token = await identity.create_access_token(
            uow, canary, name=f"{NAME}’s program", scopes=[TokenScope.READ], days=30
        )
        await identity.create_sign_in_code(
            uow, SYSTEM, person_id=key(canary), purpose="sign-in", hours=1
        )
    async with database.write(canary, claim=Claim("canary", "create_access_token", b"0")) as uow:
        uow.keep_answer({"value": {"name": f"{NAME}’s program"}})
    return cookie, token


async def _comment(
    database: Database, table: make.Table, canary: Viewer, frozen: deciding.Text
) -> None:
    """A remark for all and a closed note of her delegation."""
    async with database.rows(SYSTEM) as connection:
        version = await connection.fetchval(
            "SELECT id FROM version WHERE version_set_id = $1 LIMIT 1", frozen.set_id
        )
    await make.enter(database, table, "home-consultation")
    for visibility in ThreadVisibility:
        async with database.write(canary) as uow:
            await comments.start_thread(
                uow,
                canary,
                version_id=version,
                section_id=frozen.clauses[0],
                body="Who pays?",
                visibility=visibility,
            )


async def tables_with(database: Database, *words: str) -> set[str]:
    """The tables in which one of these stands in any column, bytes included, whatever its case."""
    async with database.rows(SYSTEM) as connection:
        columns = await connection.fetch(
            "SELECT c.table_name AS t, c.column_name AS c, c.data_type AS kind "
            "FROM information_schema.columns c JOIN pg_tables p "
            "ON p.tablename = c.table_name AND p.schemaname = c.table_schema "
            "WHERE c.table_schema = 'public'"
        )
        found: set[str] = set()
        for name, column, kind in columns:
            text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            sql = f"SELECT EXISTS (SELECT FROM {name} WHERE {text} ILIKE ANY($1))"  # noqa: S608
            if await connection.fetchval(sql, [f"%{word}%" for word in words]):
                found.add(name)
    return found


async def package(database: Database, made: House) -> bytes:
    """The record's package, as the moderator gets it."""
    return await deciding.package(database, made.table.moderator, made.record, made.signer)
