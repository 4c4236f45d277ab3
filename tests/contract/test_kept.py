"""Rows that are put back for the next test are those that the rooms' verbs wrote."""

from collections.abc import Callable, Generator

import pytest
from sqlalchemy import URL, make_url

from policylab.doctor import examine
from policylab.kit.db import Database
from policylab.kit.embedded import SERVICE, SUPERUSER, EmbeddedPostgres
from policylab.kit.ids import uuid7
from policylab.kit.viewer import ANONYMOUS
from policylab.labs import Role
from policylab.settings import Settings
from tests import kept, make

House = Callable[[], URL]


@pytest.fixture
def new_house(postgres_server: EmbeddedPostgres, template_database: str) -> Generator[House]:
    made: list[str] = []

    def make_one() -> URL:
        made.append(f"kept_{uuid7().hex[-12:]}")
        postgres_server.create_database(made[-1], template=template_database)
        return make_url(postgres_server.url(made[-1], SERVICE))

    yield make_one
    for name in made:
        postgres_server.drop_database(name)


async def opened(url: URL) -> Database:
    address = url.render_as_string(hide_password=False)
    return await Database.connect(address, size=2, listen=False)


async def test_what_is_put_back_is_what_was_made_and_life_goes_on_there(new_house: House) -> None:
    url = new_house()
    first, second = await opened(new_house()), await opened(url)
    table = await make.table(first, settings={"notice": 9})  # by the verbs, or put back already
    rows = await kept.rows_of(first)
    assert await kept.put_back(second, rows)
    assert await kept.rows_of(second) == rows
    assert await kept.put_back(second, rows) is False  # never on top of what is there

    guest = await make.person(second, "Guest")  # its event follows on the last one of the chain
    await make.role(second, table, guest, Role.OBSERVER)
    after = await kept.rows_of(second)
    assert after.numbers["public.outbox_sequence_seq"] > rows.numbers["public.outbox_sequence_seq"]
    owner = url.set(username=SUPERUSER).render_as_string(hide_password=False)
    findings = await examine(Settings(database_url=owner))
    assert [each.well for each in findings if "chained" in each.what] == [True]
    async with second.rows(ANONYMOUS) as connection:
        assert await connection.fetchval("SELECT count(*) FROM dialogue") == 0  # guarded as before
    for house in (first, second):
        await house.close()
