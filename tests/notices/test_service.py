"""Notices are kept as things stand, by whichever replica looks, and heard of at once."""

import asyncio
from collections.abc import Awaitable, Callable

from policylab import labs, notices
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode
from policylab.kit.viewer import SYSTEM
from policylab.notices import NoticeKind
from tests import make
from tests.labs.trying import count, do, everything, refusal


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so, five seconds at most."""
    async with asyncio.timeout(5):
        while not await check():
            await asyncio.sleep(0.02)


async def test_looking_twice_changes_nothing(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    before = await everything(database)
    assert before["notice"][0] > 0
    await notices.refresh(database, table.dialogue_id)
    after = await everything(database)
    assert {name for name in before if before[name] != after[name]} == set()


async def test_two_replicas_that_look_at_once_tell_each_thing_once(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await asyncio.gather(*(notices.refresh(database, table.dialogue_id) for _ in range(4)))
    once = await count(database, "notice")
    assert once > 0
    assert (
        await count(database, "(SELECT DISTINCT person_id, kind, subject_id FROM notice) n") == once
    )


async def test_the_clock_looks_at_what_has_changed_and_at_nothing_else(
    database: Database,
) -> None:
    quiet = await make.table(database)
    busy = await make.table(database)
    await notices.look_at_clock(database)
    looked = await looks(database)
    await do(
        database,
        busy.head(),
        labs.revoke_mandate,
        mandate_id=busy.seats["CITY"].mandate_id,
    )
    await notices.look_at_clock(database)
    again = await looks(database)
    assert again[quiet.dialogue_id] == looked[quiet.dialogue_id]
    assert again[busy.dialogue_id] != looked[busy.dialogue_id]
    missing = f"kind = '{NoticeKind.MANDATE_MISSING}' AND done_at IS NULL"
    assert await count(database, "notice", missing) == 1
    async with database.raw() as connection:
        await connection.execute("UPDATE notice_look SET next_at = now()")
        await connection.execute("UPDATE mandate SET revoked_at = now() WHERE revoked_at IS NULL")
    await notices.look_at_clock(database)
    assert await count(database, "notice", missing) == 6


async def looks(database: Database) -> dict[object, object]:
    async with database.rows(SYSTEM) as connection:
        rows = await connection.fetch("SELECT id, revision FROM notice_look")
    return {row["id"]: row["revision"] for row in rows}


async def test_a_notice_is_there_soon_after_what_made_it_and_gone_with_it(
    database: Database,
) -> None:
    table = await make.table(database)
    await notices.look_at_clock(database)
    notices.listen(database)
    city = table.seats["CITY"]
    missing = f"kind = '{NoticeKind.MANDATE_MISSING}' AND done_at IS NULL"

    async def told() -> bool:
        return await count(database, "notice", missing) == 1

    async def gone() -> bool:
        return await count(database, "notice", missing) == 0

    async with database.bus.listen() as announcements:
        await do(database, city.head, labs.revoke_mandate, mandate_id=city.mandate_id)
        await eventually(told)
        async with asyncio.timeout(5):
            async for heard in announcements:
                told_to = heard.payload.get("person_ids")
                if heard.kind == "notice.changed" and told_to == [str(city.head.person_id)]:
                    break
        assert heard.lab_id is heard.dialogue_id is None
    await make.file_mandate(database, city)
    await eventually(gone)


async def test_news_are_done_with_when_read_and_tasks_when_done(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    head = table.head()
    async with database.rows(head) as connection:
        found = dict(await connection.fetch("SELECT kind, id FROM notice"))
    assert set(found) == {NoticeKind.ROLE_GIVEN, NoticeKind.MANDATE_MISSING}
    for kind, key in found.items():
        read = await do(database, head, notices.mark_read, notice_id=key)
        assert (read.done_at is not None) is (kind == NoticeKind.ROLE_GIVEN)
    await notices.refresh(database, table.dialogue_id)
    own = f"person_id = '{head.person_id}' AND done_at IS NULL"
    assert await count(database, "notice", own) == 1
    assert await count(database, "notice", f"{own} AND read_at IS NOT NULL") == 1


async def test_nobody_reads_or_marks_the_notices_of_another(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    async with database.rows(table.head()) as connection:
        key = await connection.fetchval("SELECT id FROM notice LIMIT 1")
    for viewer in (table.head("REGION"), table.administrator, table.outsider):
        refused = await refusal(database, viewer, notices.mark_read, notice_id=key)
        assert refused.code is RefusalCode.NOT_FOUND
        async with database.rows(viewer) as connection:
            assert await connection.fetch("SELECT id FROM notice WHERE id = $1", key) == []


async def test_who_leaves_a_dialogue_reads_no_more_of_it(database: Database) -> None:
    table = await make.table(database, mandates=False)
    await notices.refresh(database, table.dialogue_id)
    await do(
        database,
        table.moderator,
        labs.end_delegation,
        delegation_id=table.seats["CITY"].delegation_id,
    )
    async with database.rows(table.head()) as connection:
        assert await connection.fetch("SELECT id FROM notice") == []
    await notices.refresh(database, table.dialogue_id)
    left = f"person_id = '{table.head().person_id}' AND done_at IS NULL"
    assert await count(database, "notice", left) == 0
