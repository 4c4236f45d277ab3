"""Where the database is: given by its addresses, or the embedded one in the data folder."""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from policylab import migrations
from policylab.kit.db import connect_arguments
from policylab.kit.embedded import OWNER, SUPERUSER, EmbeddedPostgres
from policylab.settings import BadSettings, Settings

DATABASE = "policylab"
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True)
class Premises:
    """The settings with both database addresses filled in, and our own server when it is ours."""

    settings: Settings
    server: EmbeddedPostgres | None = None
    started: bool = False
    """Whether we have just started that server, and so shall stop it."""

    @property
    def keeper_url(self) -> str:
        """The address as whoever may read and write everything: for backup and restore."""
        if self.server is not None:
            return self.server.url(DATABASE, SUPERUSER)
        return self.settings.owner_database_url

    def leave(self) -> None:
        """Stop the embedded server if it was started for us."""
        if self.server is not None and self.started:
            self.server.stop()


def enter(settings: Settings, say: Callable[[str], None] | None = None) -> Premises:
    """Make sure there is a database; the embedded one is made and started when it is not."""
    if not settings.embedded:
        owner = settings.owner_database_url or settings.database_url
        return Premises(settings.model_copy(update={"owner_database_url": owner}))
    tell = say or (lambda _: None)
    server = EmbeddedPostgres(settings.data_folder / "postgres", say=tell)
    running = server.answers()
    if not running:
        server.start()
    server.ensure_database(DATABASE)
    addresses = {
        "database_url": server.url(DATABASE),
        "owner_database_url": server.url(DATABASE, OWNER),
    }
    return Premises(settings.model_copy(update=addresses), server, not running)


async def check_reachable(settings: Settings) -> None:
    """Refuse with a sentence when the database does not answer."""
    try:
        connection = await asyncpg.connect(**connect_arguments(settings.database_url), timeout=10)
    except UNREACHABLE as error:
        raise BadSettings(
            f"The database can't be reached: {error or type(error).__name__}. Is it running, and is"
            " POLICYLAB_DATABASE_URL right (postgresql+asyncpg://policylab_service:…@host/name)?"
        ) from error
    await connection.close()


async def check_migrated(settings: Settings) -> None:
    """Refuse to work on tables of another release."""
    connection = await asyncpg.connect(**connect_arguments(settings.database_url))
    try:
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        found = None
    finally:
        await connection.close()
    if found != migrations.head():
        raise BadSettings("The database is of another release. Run `policylab migrate` first.")
