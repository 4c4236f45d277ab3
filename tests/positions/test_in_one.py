"""A position that is taken in one statement: as the verb takes it, and only where that would."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from policylab import labs, positions
from policylab.kit.chain import audit_hash
from policylab.kit.db import SERVICE_ROLE, Claim, Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import to_global, uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance, Subject, Words, in_one
from policylab.process import Role
from tests import make
from tests.api.asking import do
from tests.comments.desk import Desk
from tests.positions.taking import (
    clause,
    close_ballot,
    draft,
    every,
    open_ballot,
    refusal,
    take,
)

WRITTEN = ("position", "dialogue_fact", "outbox", "audit_event", "ballot")
SAID = {
    "stance": Stance.SUPPORT_WITH_RESERVATION,
    "words": Words(statement=" It's “théirs”, \\ $1 @2 :a ", reservations=["a 'b'", " ", '"c"']),
}


async def in_one_go(
    database: Database, viewer: Viewer, subject: Subject, claim: Claim | None = None, **said: Any
) -> UUID | None:
    """The key of a position that was taken in one statement; None where it was not."""
    key = uuid7()
    wanted = {"stance": Stance.SUPPORT, "words": Words(), "ad_referendum": False} | said
    kept = f'{{"id": "{key}"}}'
    done = await positions.take_in_one(
        database, viewer, claim, position_id=key, kept=kept, subject=subject, **wanted
    )
    return key if done else None


async def by_the_verb(
    database: Database, viewer: Viewer, subject: Subject, claim: Claim | None = None, **said: Any
) -> UUID:
    """The same by the verb. It teaches this process the dialogue's template, too."""
    wanted = {"stance": Stance.SUPPORT, "words": Words()} | said
    async with database.write(viewer, settled=True, claim=claim) as uow:
        return (await positions.take_position(uow, viewer, subject=subject, **wanted)).id


async def rows(database: Database) -> dict[str, list[asyncpg.Record]]:
    """Everything that taking a position leaves behind."""
    async with database.rows(SYSTEM) as connection:
        return {
            table: await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")  # noqa: S608
            for table in WRITTEN
        }


def plain(row: Any, names: dict[str, str]) -> str:
    """A row as it is, but for moments, places in a sequence, and identifiers under their names."""
    told = {
        name: value is not None if hasattr(value, "isoformat") else value
        for name, value in row.items()
        if name not in {"sequence", "hash", "previous_hash"}
    }
    text = repr({name: str(value) for name, value in told.items()})
    for each, name in names.items():
        text = text.replace(each, name)
    return text


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    in_one._in_order.clear()  # pyright: ignore[reportPrivateUsage]


async def left_by(database: Database, way: Any, made: Desk, subject: Subject) -> list[str]:
    """What two positions leave behind that the head takes one after the other, where her delegate
    had prepared another."""
    before = await rows(database)
    drafted = await draft(database, made.table.delegate(), made, subject=subject)
    keys = [await way(database, made.table.head(), subject, **SAID) for _ in range(2)]
    after = await rows(database)
    names = {str(subject.section_id): "clause", str(subject.key): "subject"}
    for place, key in enumerate((drafted.id, *keys)):
        assert key is not None, "it was not taken"
        names |= {str(key): f"position {place}", to_global("Position", key): f"global {place}"}
    new = {
        table: [row for row in found if row not in before[table]] for table, found in after.items()
    }
    names |= {str(row["id"]): f"fact {n}" for n, row in enumerate(new["dialogue_fact"])}
    names |= {str(row["id"]): "ballot" for row in new["ballot"]}
    assert [row["superseded_at"] is None for row in new["position"]] == [False, False, True]
    return [f"{table}: {plain(row, names)}" for table, found in new.items() for row in found]


async def test_it_leaves_behind_what_the_verb_leaves(database: Database, made: Desk) -> None:
    by_verb = await left_by(database, by_the_verb, made, clause(made, 0))
    in_one_statement = await left_by(database, in_one_go, made, clause(made, 1))
    assert in_one_statement == by_verb
    assert {row.split(":")[0] for row in by_verb} == set(WRITTEN)


async def test_the_first_on_a_clause_makes_its_ballot_and_each_is_heard(
    database: Database, made: Desk
) -> None:
    head, subject = made.table.head(), clause(made)
    await by_the_verb(database, head, clause(made, 1))
    async with database.bus.listen() as announcements:
        key = await in_one_go(database, head, subject)
        async with asyncio.timeout(5):
            heard = [await anext(announcements)]
            while heard[-1].payload.get("position_id") != str(key):
                heard.append(await anext(announcements))
    assert [each.kind for each in heard[-2:]] == ["fact.recorded", "position.released"]
    assert {each.dialogue_id for each in heard} == {made.table.dialogue_id}
    (ballot,) = [
        row for row in (await rows(database))["ballot"] if row["subject_id"] == subject.key
    ]
    assert ballot["state"] == "FREE"


async def test_the_chain_of_audit_events_holds(database: Database, made: Desk) -> None:
    await by_the_verb(database, made.table.head(), clause(made))
    for stance in (Stance.SUPPORT, Stance.ABSTAIN):
        assert await in_one_go(database, made.table.head(), clause(made), stance=stance)
    previous: dict[UUID, bytes] = {}
    async with database.rows(SYSTEM) as connection:
        found = await connection.fetch(
            "SELECT lab_id, sequence, at, actor_id, capacity_id, action, object_type, object_id,"
            " detail::text AS detail, previous_hash, hash FROM audit_event ORDER BY sequence"
        )
    for row in found:
        fields = dict(row)
        stored, claimed = fields.pop("hash"), fields.pop("previous_hash")
        assert claimed == previous.get(row["lab_id"], b"")
        detail = orjson.dumps(orjson.loads(fields["detail"]), option=orjson.OPT_SORT_KEYS)
        assert audit_hash(fields | {"detail": detail.decode()}, claimed) == stored
        previous[row["lab_id"]] = stored


async def test_nobody_but_the_house_may_call_it(database: Database) -> None:
    async with database.rows(SYSTEM) as connection:
        found = await connection.fetch(
            "SELECT g.grantee = 0 AS everybody, g.grantee::regrole::text AS who FROM pg_proc p,"
            " aclexplode(p.proacl) g WHERE p.proname = $1 AND g.grantee <> p.proowner",
            in_one.NAME,
        )
    assert [(row["everybody"], row["who"]) for row in found] == [(False, SERVICE_ROLE)] * 2


# ── What is left to the verb ──

NOT_PLAIN: dict[str, dict[str, Any]] = {
    "subject to confirmation": {"ad_referendum": True},
    "with conditions": {"stance": Stance.CONDITIONAL, "words": Words(conditions=["more money"])},
    "an objection without reasons": {"stance": Stance.OBJECT},
    "reservations that are none": {
        "stance": Stance.SUPPORT_WITH_RESERVATION,
        "words": Words(reservations=[" "]),
    },
    "too long": {"words": Words(statement="x" * 100_000)},
}


@pytest.mark.parametrize("said", NOT_PLAIN.values(), ids=NOT_PLAIN)
async def test_what_is_not_plain_is_left_to_the_verb(
    database: Database, made: Desk, said: dict[str, Any]
) -> None:
    head = made.table.head()
    assert await by_the_verb(database, head, clause(made))
    assert await in_one_go(database, head, clause(made))
    before = await rows(database)
    assert await in_one_go(database, head, clause(made), **said) is None
    assert await rows(database) == before


async def no_such_clause(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    return made.table.head(), Subject(set_id=made.set_id, section_id=uuid7())


async def no_such_text(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    return made.table.head(), Subject(set_id=uuid7(), section_id=made.clauses[0])


async def a_delegate_who_is_not_its_head(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    return made.table.delegate(), clause(made)


async def somebody_from_outside(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    return await make.person(database, "Somebody"), clause(made)


async def the_secretariat(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    viewer = await make.person(database, "Somebody who helps")
    await make.role(database, made.table, viewer, Role.SECRETARIAT)
    return viewer, clause(made)


async def another_phase(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    await make.enter(database, made.table, "drafting")
    return made.table.head(), clause(made)


async def a_mandate_that_was_revoked(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    head, seat = made.table.head(), made.table.seats["CITY"]
    assert seat.mandate_id is not None
    async with database.write(head) as uow:
        await labs.revoke_mandate(uow, head, mandate_id=seat.mandate_id)
    return head, clause(made)


async def a_procedure_that_collects(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    await open_ballot(database, made, clause(made))
    return made.table.head(), clause(made)


async def a_procedure_that_is_closed(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    await close_ballot(database, await open_ballot(database, made, clause(made)))
    return made.table.head(), clause(made)


async def somebody_who_was_suspended(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    head = made.table.head()
    async with database.raw() as connection:
        await connection.execute(
            "UPDATE person SET suspended_at = now() WHERE id = $1", head.person_id
        )
    return head, clause(made)


async def a_seat_without_a_vote(database: Database, made: Desk) -> tuple[Viewer, Subject]:
    async with database.raw() as connection:
        await connection.execute(
            "UPDATE delegate SET voting = false WHERE person_id = $1", made.table.head().person_id
        )
    return made.table.head(), clause(made)


CHANGED: list[Callable[[Database, Desk], Awaitable[tuple[Viewer, Subject]]]] = [
    no_such_clause,
    no_such_text,
    a_delegate_who_is_not_its_head,
    somebody_from_outside,
    the_secretariat,
    another_phase,
    a_mandate_that_was_revoked,
    a_procedure_that_collects,
    a_procedure_that_is_closed,
    somebody_who_was_suspended,
    a_seat_without_a_vote,
]


@pytest.mark.parametrize("change", CHANGED, ids=lambda change: change.__name__)
async def test_once_things_have_changed_nothing_is_written_that_the_verb_would_refuse(
    database: Database, made: Desk, change: Any
) -> None:
    """Though the rules had found them in order a moment before."""
    assert await by_the_verb(database, made.table.head(), clause(made))
    assert await in_one_go(database, made.table.head(), clause(made))
    viewer, subject = await change(database, made)
    before = await rows(database)
    taken = await in_one_go(database, viewer, subject)
    assert taken or await rows(database) == before
    try:
        await by_the_verb(database, viewer, subject)
    except Refused:
        assert taken is None


async def test_it_takes_what_is_in_order_again_after_a_change(
    database: Database, made: Desk
) -> None:
    """On the mandate that carries it then."""
    head, seat = made.table.head(), made.table.seats["CITY"]
    assert await by_the_verb(database, head, clause(made))
    assert await in_one_go(database, head, clause(made))
    await a_mandate_that_was_revoked(database, made)
    assert await in_one_go(database, head, clause(made)) is None
    mandate_id = await make.file_mandate(database, seat)
    assert mandate_id != seat.mandate_id
    assert await in_one_go(database, head, clause(made))
    (current,) = [each for each in await every(database) if each.superseded_at is None]
    assert current.mandate_id == mandate_id


# ── Retries ──


async def test_a_retry_gets_the_first_answer_and_changes_nothing(
    database: Database, made: Desk
) -> None:
    head, subject = made.table.head(), clause(made)
    await by_the_verb(database, head, subject)
    claim = Claim("a-key", "take_position", b"1")
    first = await in_one_go(database, head, subject, claim)
    assert first
    before = await rows(database)
    assert await in_one_go(database, head, subject, claim) is None
    async with database.write(head, settled=True, claim=claim) as uow:
        assert uow.first == {"id": str(first)}
    other = Claim("a-key", "take_position", b"2")
    assert await in_one_go(database, head, subject, other) is None
    with pytest.raises(Refused) as refused:
        await by_the_verb(database, head, subject, other)
    assert refused.value.code is RefusalCode.IDEMPOTENCY_CONFLICT
    assert await rows(database) == before


async def test_of_many_with_one_claim_at_once_one_takes_effect(
    database: Database, made: Desk
) -> None:
    head, subject = made.table.head(), clause(made)
    await by_the_verb(database, head, subject)
    for n in range(5):
        claim = Claim(f"key {n}", "take_position", b"1")
        taken = await asyncio.gather(*(in_one_go(database, head, subject, claim) for _ in range(4)))
        assert sum(key is not None for key in taken) == 1
    assert len(await every(database)) == 6


# ── Who is quicker ──


async def test_however_many_come_at_once_one_is_current_and_all_keep_their_order(
    database: Database, made: Desk
) -> None:
    head, subject = made.table.head(), clause(made)
    await by_the_verb(database, head, subject)

    async def one() -> None:
        if await in_one_go(database, head, subject) is None:
            await by_the_verb(database, head, subject)

    for _ in range(5):
        await asyncio.gather(*(one() for _ in range(6)))
    taken = sorted(await every(database, subject), key=lambda each: each.released_at or each.id)
    assert len(taken) == 31
    assert [each.superseded_at for each in taken] == [
        *(each.released_at for each in taken[1:]),
        None,
    ]


async def test_a_procedure_that_opens_meanwhile_is_met_or_comes_after(
    database: Database, made: Desk
) -> None:
    """No position is written beside the ballot of a procedure: each that was taken in one statement
    came before it was opened."""
    head = made.table.head()
    chance = random.Random(7)
    await by_the_verb(database, head, clause(made, 1))
    taken_first = 0
    for n in range(12):
        subject = clause(made, n % 2)

        async def opened(subject: Subject = subject) -> UUID:
            await asyncio.sleep(chance.random() * 0.01)
            return await open_ballot(database, made, subject)

        async def taken(subject: Subject = subject) -> UUID | None:
            await asyncio.sleep(chance.random() * 0.01)
            return await in_one_go(database, head, subject)

        procedure_id, key = await asyncio.gather(opened(), taken())
        taken_first += key is not None
        assert await in_one_go(database, head, subject) is None
        await close_ballot(database, procedure_id)
        async with database.raw() as connection:
            await connection.execute("UPDATE ballot SET state = 'FREE'")
    assert taken_first > 0


async def test_a_mandate_is_not_revoked_under_it(database: Database, made: Desk) -> None:
    """Whoever revokes it comes before the position, and there is none, or after it."""
    head, seat = made.table.head(), made.table.seats["CITY"]
    await by_the_verb(database, head, clause(made))
    assert seat.mandate_id is not None
    async with database.write(head) as uow:
        await labs.revoke_mandate(uow, head, mandate_id=seat.mandate_id)
        await uow.session.flush()
        taking = asyncio.create_task(in_one_go(database, head, clause(made)))
        await asyncio.sleep(0.1)
        assert not taking.done()
    assert await taking is None
    assert len(await every(database)) == 1
    refused = await refusal(take(database, head, made))
    assert refused.code is RefusalCode.NO_MANDATE


# ── Through the API ──

ASKED = "... on Position { id stance statement sectionId delegation { id } }"


def through_the_api(subject: Subject) -> dict[str, str]:
    """What the head of a delegation says of it."""
    return {
        "setId": to_global("VersionSet", subject.set_id),
        "sectionId": str(subject.section_id),
        "stance": "SUPPORT",
        "statement": "We stand behind this.",
    }


@pytest.mark.parametrize("retried", [False, True])
async def test_the_api_takes_it_in_one_statement_and_answers_as_the_viewer_sees_it(
    database: Database, made: Desk, monkeypatch: pytest.MonkeyPatch, *, retried: bool
) -> None:
    head, subject = made.table.head(), clause(made)
    said = through_the_api(subject)
    first = await do(database, head, "takePosition", ASKED, **said)
    monkeypatch.setattr(positions, "take_position", None)  # the verb would fail
    key = {"clientMutationId": "once"} if retried else {}
    second = await do(database, head, "takePosition", ASKED, **said, **key)
    assert second["id"] != first["id"]
    assert {**second, "id": ""} == {**first, "id": ""}
    if retried:
        assert await do(database, head, "takePosition", ASKED, **said, **key) == second
    assert len(await every(database, subject)) == 2


async def test_where_the_database_refuses_the_statement_the_verb_is_asked(
    database: Database, made: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody else's came between: over the same request's connection."""
    head, subject = made.table.head(), clause(made)
    said = through_the_api(subject)
    assert await do(database, head, "takePosition", ASKED, **said)
    (taken,) = await every(database, subject)
    monkeypatch.setattr("policylab.api.verbs.uuid7", lambda: taken.id)  # is there already
    second = await do(database, head, "takePosition", ASKED, **said)
    assert second["delegation"]["id"]
    assert len(await every(database, subject)) == 2
