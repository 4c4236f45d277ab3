"""`policylab export`, run as its users run it: an own process on the same database."""

import asyncio
import os
import subprocess
from pathlib import Path

from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, EmbeddedPostgres
from policylab.kit.ids import to_global
from policylab.settings import PREFIX
from tests import make
from tests.decisions import deciding
from tests.serving import PROGRAM


async def test_whoever_runs_the_house_takes_a_text_away_as_a_person_sees_it(
    database: Database, postgres_server: EmbeddedPostgres, database_name: str, tmp_path: Path
) -> None:
    table = await make.table(database, languages=("en", "fr"))
    frozen = await deciding.freeze(database, table, languages=("en", "fr"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    environment |= {
        "POLICYLAB_DATABASE_URL": postgres_server.url(database_name, SERVICE),
        "POLICYLAB_DATA_FOLDER": str(tmp_path / "data"),
    }

    def export(person: object, *arguments: str) -> subprocess.CompletedProcess[str]:
        key = to_global("VersionSet", frozen.set_id)
        return subprocess.run(
            [PROGRAM, "export", key, "--person", str(person), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    out = tmp_path / "out"
    kinds = ["--kind", "markdown", "--kind", "pdf", "--languages", "fr", "--out", str(out)]
    done = await asyncio.to_thread(export, table.observer.person_id, *kinds)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        "tout-le-monde-apprend-v1-fr.md",
        "tout-le-monde-apprend-v1-fr.pdf",
    ]
    unseen = await asyncio.to_thread(export, table.outsider.person_id, "--out", str(out))
    assert unseen.returncode == 1
    assert "There is nothing here with this id." in unseen.stderr
    assert "Traceback" not in unseen.stderr
    assert len(list(out.iterdir())) == 2
