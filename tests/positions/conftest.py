"""A dialogue with a frozen text on which positions are taken."""

import pytest

from policylab.kit.db import Database
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk


@pytest.fixture
async def made(database: Database) -> Desk:
    """A frozen text in the phase in which positions are taken."""
    prepared = await desk.frozen(database)
    await make.enter(database, prepared.table, "positions")
    return prepared
