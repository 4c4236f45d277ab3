"""The house: every room's tables, who may read them, and what the service's role may do."""

import importlib
from pathlib import Path

from alembic import op

from policylab.kit.db import SERVICE_ROLE as SERVICE
from policylab.kit.revisions import revisions
from policylab.kit.sources import VIEWER_FUNCTIONS, grants, policies
from policylab.kit.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    for statement in VIEWER_FUNCTIONS.strip().split(";\n"):
        op.execute(statement)
    metadata.create_all(bind)
    for room in sorted(Path(__file__).parents[2].iterdir()):
        if (room / "ddl.py").exists():
            for statement in importlib.import_module(f"policylab.{room.name}.ddl").STATEMENTS:
                op.execute(statement)
    for statement in policies() + grants(SERVICE) + revisions(SERVICE):
        op.execute(statement)
    op.execute("GRANT USAGE ON SCHEMA public TO policylab_service")
    op.execute("GRANT SELECT ON policylab_access TO policylab_service")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO policylab_service")
    op.execute("GRANT SELECT ON alembic_version TO policylab_service")


def downgrade() -> None:
    raise RuntimeError("A house goes forward; restore a backup to go back.")
