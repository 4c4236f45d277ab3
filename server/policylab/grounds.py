"""What the house stands on: a database that keeps what it has said it keeps, and binds the service.

The doctor looks at it whenever asked, and whoever serves or works looks before beginning (promise
D8): a server that was killed does not show that a power cut would have lost what it acknowledged.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import asyncpg

from policylab.kit.db import SERVICE_ROLE, connect_arguments
from policylab.kit.log import log
from policylab.settings import BadSettings, Settings

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
TIME_OUTS = ("statement_timeout", "idle_in_transaction_session_timeout")
STRONG = """
SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname IN (session_user, $1)
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, whether it is well, and what to do when it is not."""

    what: str
    well: bool
    advice: str = ""
    grave: bool = True


async def look_at(connection: Any) -> AsyncGenerator[Finding]:
    """How the database is set up, as somebody who comes with the service's address meets it."""
    for name in DURABLE:
        value = await connection.fetchval("SELECT current_setting($1)", name)
        advice = f"Switch {name} on in postgresql.conf: without it a crash loses what was stored."
        yield Finding(f"{name} is {value}", value not in {"off", "local"}, advice)
    checksums = await connection.fetchval("SELECT current_setting('data_checksums')")
    advice = "Rot on the disk is found only with data checksums (pg_checksums --enable)."
    yield Finding(f"data checksums are {checksums}", checksums == "on", advice, grave=False)
    strong = await connection.fetchval(STRONG, SERVICE_ROLE)
    advice = (
        f"{SERVICE_ROLE}, and whoever the service signs in as, must be no superuser and must not"
        " bypass row-level security (roles.sql)."
    )
    yield Finding(f"the role {SERVICE_ROLE} has least rights", strong is False, advice)
    for name in TIME_OUTS:
        value = await connection.fetchval("SELECT current_setting($1)", name)
        advice = f"Give {SERVICE_ROLE} a {name} (roles.sql): else one statement can stop the house."
        yield Finding(f"{name} is {value}", value != "0", advice)


async def check_ground(settings: Settings) -> None:
    """Refuse to work on a database that loses what it has acknowledged, or does not bind us."""
    connection = await asyncpg.connect(**connect_arguments(settings.database_url))
    try:
        wrong = [finding async for finding in look_at(connection) if not finding.well]
    finally:
        await connection.close()
    grave = [finding for finding in wrong if finding.grave]
    if grave and not settings.unsafe_database:
        said = "\n".join(f"- {finding.what}. {finding.advice}" for finding in grave)
        raise BadSettings(f"The database is not safe to work on:\n{said}")
    for finding in wrong:
        log.warning("database.unsafe", what=finding.what, advice=finding.advice)
