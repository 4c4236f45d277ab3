"""The key that seals records: taking a new one without a record losing its seal."""

from pathlib import Path

import typer

from policylab.commands.common import say, with_database
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM
from policylab.settings import Settings

app = typer.Typer()


@app.command("rotate-key")
def rotate_key() -> None:
    """Take a new key for sealing; the present one endorses it in the log, and is kept beside it.

    Every replica must be given the new file before it seals again. A run that was cut off can be
    repeated: it goes on with the key it had made.
    """

    async def run(database: Database, settings: Settings) -> tuple[str, Path]:
        from policylab.decisions import log
        from policylab.decisions.signing import open_signer

        file = settings.signing_key()
        present, waiting = open_signer(file), file.with_name(file.name + ".next")
        fresh = open_signer(waiting)
        async with database.write(SYSTEM) as uow:
            if await log.present_key(uow.session) != fresh.id:
                await log.rotate(uow, present, fresh)
        kept = file.with_name(f"{file.stem}-{present.id}{file.suffix}")
        kept.unlink(missing_ok=True)
        kept.hardlink_to(file)
        waiting.replace(file)
        return fresh.public, kept

    public, kept = with_database(run)
    say(f"Records are sealed with a new key from now on; the one before is kept as {kept.name}.")
    say("Publish the new public key where people find it without us:")
    print(public)
