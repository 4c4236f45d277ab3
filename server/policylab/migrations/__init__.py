"""The history of the tables, and the way to bring a database to its head.

A house that serves asks for the head alone: it leaves Alembic, and what that needs, unloaded.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


def config(url: str) -> Config:
    """Alembic's settings for one database; the URL is the owner's."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["url"] = url
    return settings


async def upgrade(owner_url: str) -> None:
    """Bring the database to the newest revision; of several at once, one works, others wait."""
    from alembic import command

    await asyncio.to_thread(command.upgrade, config(owner_url), "head")


def head() -> str:
    """The newest revision there is: its number begins its file's name."""
    return max(file.name.partition("_")[0] for file in FOLDER.glob("versions/[0-9]*.py"))
