"""The history of the tables, and the way to bring a database to its head."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config

FOLDER = Path(__file__).parent


def config(url: str) -> Config:
    """Alembic's settings for one database; the URL is the owner's."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["url"] = url
    return settings


async def upgrade(owner_url: str) -> None:
    """Bring the database to the newest revision; of several at once, one works, others wait."""
    await asyncio.to_thread(command.upgrade, config(owner_url), "head")


def head() -> str:
    """The newest revision there is."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config("")).get_current_head() or ""
