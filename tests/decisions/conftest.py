"""A dialogue with three delegations, and a text of it that is frozen."""

import pytest

from policylab.kit.db import Database
from tests import make
from tests.decisions import deciding
from tests.decisions.deciding import Text


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database)


@pytest.fixture
async def frozen(database: Database, table: make.Table) -> Text:
    return await deciding.freeze(database, table)
