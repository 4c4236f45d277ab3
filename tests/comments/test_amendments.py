"""Amendments: tabled by a delegation, accepted, merged under its name, rejected, withdrawn."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlmodel import col, select

from policylab import coediting, comments, labs
from policylab.comments import AmendmentState
from policylab.comments.tables import Amendment
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind
from tests import make
from tests.comments import desk
from tests.comments.desk import Desk

PROPOSED = "Regions teach newcomers."


@pytest.fixture
async def made(database: Database) -> Desk:
    """A frozen text in the phase in which delegations table amendments."""
    prepared = await desk.frozen(database)
    await make.enter(database, prepared.table, "home-consultation")
    return prepared


async def table(
    database: Database, made: Desk, viewer: Viewer | None = None, **options: Any
) -> Amendment:
    viewer = viewer or made.table.delegate("REGION")
    wanted = {
        "set_id": made.set_id,
        "section_id": made.clauses[0],
        "language": "en",
        "text": PROPOSED,
        "reasons": "They have the schools.",
    }
    async with database.write(viewer) as uow:
        return await comments.table_amendment(uow, viewer, **wanted | options)


async def act(
    database: Database, viewer: Viewer, verb: Any, amendment: Amendment, **options: Any
) -> Amendment:
    async with database.write(viewer) as uow:
        return await verb(uow, viewer, amendment_id=amendment.id, **options)


async def settling(database: Database, made: Desk, *, draft: bool = True) -> None:
    """The phase of settlement, with a working draft."""
    if draft:
        await desk.reopen(database, made)
    await make.enter(database, made.table, "settlement")


async def refusal(run: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await run
    return refused.value


async def kept(database: Database, amendment: Amendment) -> Amendment:
    async with database.read(SYSTEM) as session:
        found = await session.exec(select(Amendment).where(col(Amendment.id) == amendment.id))
        return found.one()


async def everything(database: Database, made: Desk) -> tuple[int, list[FactKind]]:
    """How many amendments there are, and what the process was told of them."""
    async with database.read(SYSTEM) as session:
        rows = list(await session.exec(select(Amendment.id)))
        facts = (await labs.facts_of(session, [made.table.dialogue_id]))[made.table.dialogue_id]
    kinds = (FactKind.AMENDMENT_TABLED, FactKind.AMENDMENT_SETTLED)
    return len(rows), [fact.kind for fact in facts if fact.kind in kinds]


async def test_an_amendment_keeps_the_words_it_changes_and_tells_the_process(
    database: Database, made: Desk
) -> None:
    amendment = await kept(database, await table(database, made))
    assert (amendment.before, amendment.proposed) == (desk.FIRST, PROPOSED)
    assert amendment.content[0]["attrs"]["id"] == str(made.clauses[0])
    assert amendment.delegation_id == made.table.seats["REGION"].delegation_id
    assert await everything(database, made) == (1, [FactKind.AMENDMENT_TABLED])


async def test_blocks_can_be_proposed_as_they_shall_stand(database: Database, made: Desk) -> None:
    blocks = [desk.clause(made.clauses[0], desk.words(PROPOSED, marks=[{"type": "bold"}]))]
    amendment = await table(database, made, text=None, content=blocks)
    assert (amendment.content, amendment.proposed) == (blocks, PROPOSED)


@pytest.mark.parametrize(
    ("options", "code", "field"),
    [
        ({"reasons": " "}, RefusalCode.STATEMENT_REQUIRED, "reasons"),
        ({"text": desk.FIRST}, RefusalCode.INVALID_INPUT, "text"),
        ({"text": None}, RefusalCode.INVALID_INPUT, "content"),
        ({"content": []}, RefusalCode.INVALID_INPUT, "content"),
        ({"text": None, "content": [{"type": "script"}]}, RefusalCode.INVALID_INPUT, "content"),
        ({"language": "fr"}, RefusalCode.INVALID_INPUT, "language"),
        ({"section_id": uuid7()}, RefusalCode.NOT_FOUND, "section_id"),
        ({"set_id": uuid7()}, RefusalCode.NOT_FOUND, None),
    ],
)
async def test_an_amendment_is_to_one_exact_clause_with_reasons(
    database: Database, made: Desk, options: dict[str, Any], code: RefusalCode, field: str | None
) -> None:
    refused = await refusal(table(database, made, **options))
    assert (refused.code, refused.field) == (code, field)
    assert await everything(database, made) == (0, [])
    await table(database, made)
    assert await everything(database, made) == (1, [FactKind.AMENDMENT_TABLED])


async def test_only_delegations_table_amendments_and_only_in_their_phase(
    database: Database, made: Desk
) -> None:
    here = made.table
    for viewer in (here.moderator, here.rapporteur, here.expert, here.observer):
        assert (await refusal(table(database, made, viewer))).code is RefusalCode.NOT_YOUR_ROLE
    outside = await refusal(table(database, made, here.outsider))
    assert outside.code is RefusalCode.NOT_FOUND
    await make.enter(database, here, "settlement")
    late = await refusal(table(database, made))
    assert late.code is RefusalCode.NOT_IN_THIS_PHASE
    assert await everything(database, made) == (0, [])


async def test_merging_puts_the_words_into_the_draft_under_the_delegations_name(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    merged = await act(database, made.table.rapporteur, comments.merge_amendment, amendment)
    assert merged.state is AmendmentState.MERGED
    assert merged.settled_at is not None
    content = await desk.live(database, made)
    assert content["content"][1]["content"][0]["content"][0]["text"] == PROPOSED
    async with database.read(SYSTEM) as session:
        shares = await coediting.written_by(session, made.draft_id, made.clauses[0])
    assert {(share.capacity_id, share.person_id) for share in shares if share.capacity_id} >= {
        (amendment.capacity_id, made.table.delegate("REGION").person_id)
    }
    assert await everything(database, made) == (
        1,
        [FactKind.AMENDMENT_TABLED, FactKind.AMENDMENT_SETTLED],
    )


async def test_a_merged_amendment_may_strike_a_clause_out(database: Database, made: Desk) -> None:
    amendment = await table(database, made, text="")
    assert (amendment.content, amendment.proposed) == ([], "")
    await settling(database, made)
    await act(database, made.table.moderator, comments.merge_amendment, amendment)
    names = [each["attrs"]["id"] for each in (await desk.live(database, made))["content"]]
    assert names == [str(made.heading), str(made.clauses[1])]


async def test_a_clause_that_changed_since_is_merged_and_one_that_is_gone_is_not(
    database: Database, made: Desk
) -> None:
    striking = await table(database, made, made.table.head("CITY"), text="")
    changing = await table(database, made)
    lost = await table(database, made, made.table.head("MINISTRY"), text="The State teaches.")
    await settling(database, made)
    rapporteur = made.table.rapporteur
    await act(database, rapporteur, comments.merge_amendment, changing)
    await act(database, rapporteur, comments.merge_amendment, striking)
    before = await desk.live(database, made)
    refused = await refusal(act(database, rapporteur, comments.merge_amendment, lost))
    assert refused.code is RefusalCode.STALE
    assert (await kept(database, lost)).state is AmendmentState.TABLED
    assert await desk.live(database, made) == before


async def test_merging_needs_an_open_draft_in_that_language(database: Database, made: Desk) -> None:
    amendment = await table(database, made)
    await settling(database, made, draft=False)
    rapporteur = made.table.rapporteur
    refused = await refusal(act(database, rapporteur, comments.merge_amendment, amendment))
    assert refused.code is RefusalCode.CONDITIONS_NOT_MET
    assert (await kept(database, amendment)).state is AmendmentState.TABLED
    await settling(database, made)
    await act(database, rapporteur, comments.merge_amendment, amendment)
    assert (await kept(database, amendment)).state is AmendmentState.MERGED


async def test_rejecting_takes_reasons(database: Database, made: Desk) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    reject, moderator = comments.reject_amendment, made.table.moderator
    refused = await refusal(act(database, moderator, reject, amendment, reasons=" "))
    assert (refused.code, refused.field) == (RefusalCode.STATEMENT_REQUIRED, "reasons")
    assert (await kept(database, amendment)).settled_at is None
    await act(database, moderator, reject, amendment, reasons="The State has them.")
    rejected = await kept(database, amendment)
    assert (rejected.state, rejected.fate_reasons) == (
        AmendmentState.REJECTED,
        "The State has them.",
    )
    assert (await everything(database, made))[1][-1] is FactKind.AMENDMENT_SETTLED


SETTLERS = (comments.merge_amendment, comments.reject_amendment, comments.accept_amendment)


@pytest.mark.parametrize("verb", SETTLERS)
async def test_only_those_settle_who_may_in_this_phase(
    database: Database, made: Desk, verb: Any
) -> None:
    amendment = await table(database, made)
    options = {} if verb is comments.merge_amendment else {"reasons": "So be it."}
    early = await refusal(act(database, made.table.rapporteur, verb, amendment, **options))
    assert early.code is RefusalCode.NOT_IN_THIS_PHASE
    await settling(database, made)
    for viewer in (made.table.head("CITY"), made.table.expert, made.table.secretariat):
        refused = await refusal(act(database, viewer, verb, amendment, **options))
        assert refused.code is RefusalCode.NOT_YOUR_ROLE
    outside = await refusal(act(database, made.table.outsider, verb, amendment, **options))
    assert outside.code is RefusalCode.NOT_FOUND
    assert (await kept(database, amendment)).state is AmendmentState.TABLED
    await act(database, made.table.rapporteur, verb, amendment, **options)
    assert (await kept(database, amendment)).state is not AmendmentState.TABLED


async def test_accepted_by_those_who_settle_it_waits_to_be_merged(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    rapporteur = made.table.rapporteur
    accepted = await act(database, rapporteur, comments.accept_amendment, amendment)
    assert (accepted.state, accepted.settled_at) == (AmendmentState.ACCEPTED, None)
    assert await everything(database, made) == (1, [FactKind.AMENDMENT_TABLED])
    again = await refusal(act(database, rapporteur, comments.accept_amendment, amendment))
    assert again.code is RefusalCode.ALREADY_DONE
    await act(database, rapporteur, comments.merge_amendment, amendment)
    assert (await kept(database, amendment)).state is AmendmentState.MERGED


async def test_a_delegation_that_accepts_the_text_settles_its_amendment(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    await act(database, made.table.delegate("REGION"), comments.accept_amendment, amendment)
    settled = await kept(database, amendment)
    assert settled.state is AmendmentState.ACCEPTED
    assert None not in (settled.settled_at, settled.answered_at)
    assert (await everything(database, made))[1][-1] is FactKind.AMENDMENT_SETTLED
    merging = act(database, made.table.rapporteur, comments.merge_amendment, amendment)
    assert (await refusal(merging)).code is RefusalCode.ALREADY_DONE


async def test_a_delegation_accepts_once_that_its_amendment_fell(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    moderator, ours = made.table.moderator, made.table.head("REGION")
    await act(database, moderator, comments.reject_amendment, amendment, reasons="Too dear.")
    await act(database, ours, comments.accept_amendment, amendment)
    fallen = await kept(database, amendment)
    assert (fallen.state, fallen.fate_reasons) == (AmendmentState.REJECTED, "Too dear.")
    assert fallen.answered_at is not None
    again = await refusal(act(database, ours, comments.accept_amendment, amendment))
    assert again.code is RefusalCode.ALREADY_DONE
    assert (await everything(database, made))[1].count(FactKind.AMENDMENT_SETTLED) == 1


async def test_only_its_own_delegation_withdraws_an_amendment(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    withdraw = comments.withdraw_amendment
    for viewer in (made.table.head("CITY"), made.table.moderator, made.table.rapporteur):
        refused = await refusal(act(database, viewer, withdraw, amendment))
        assert refused.code is RefusalCode.NOT_YOUR_ROLE
    assert (await kept(database, amendment)).state is AmendmentState.TABLED
    await act(database, made.table.head("REGION"), withdraw, amendment)
    assert (await kept(database, amendment)).state is AmendmentState.WITHDRAWN
    assert (await everything(database, made))[1][-1] is FactKind.AMENDMENT_SETTLED
    again = await refusal(act(database, made.table.head("REGION"), withdraw, amendment))
    assert again.code is RefusalCode.ALREADY_DONE


async def test_an_amendment_is_found_by_whoever_reads_the_dialogue(
    database: Database, made: Desk
) -> None:
    amendment = await table(database, made)
    async with database.read(made.table.observer) as session:
        found = await comments.amendment_of(session, made.table.observer, amendment.id)
        assert found.id == amendment.id
    async with database.read(made.table.outsider) as session:
        lost = comments.amendment_of(session, made.table.outsider, amendment.id)
        assert (await refusal(lost)).code is RefusalCode.NOT_FOUND


async def test_merged_and_withdrawn_at_once_it_has_one_fate(database: Database, made: Desk) -> None:
    amendment = await table(database, made)
    await settling(database, made)
    rapporteur, ours = made.table.rapporteur, made.table.head("REGION")
    async with database.write(rapporteur) as uow:
        await comments.merge_amendment(uow, rapporteur, amendment_id=amendment.id)
        await uow.session.flush()
        second = asyncio.create_task(act(database, ours, comments.withdraw_amendment, amendment))
        await asyncio.sleep(0.1)
        assert not second.done()
    assert (await refusal(second)).code is RefusalCode.ALREADY_DONE
    assert (await kept(database, amendment)).state is AmendmentState.MERGED
    assert (await everything(database, made))[1].count(FactKind.AMENDMENT_SETTLED) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("reasons", "'Others.'"), ("proposed", "'Others.'"), ("settled_at", "NULL")],
)
async def test_the_database_itself_keeps_what_was_tabled_and_settled(
    database: Database, made: Desk, column: str, value: str
) -> None:
    amendment = await table(database, made)
    await act(database, made.table.head("REGION"), comments.withdraw_amendment, amendment)
    change = f"UPDATE amendment SET {column} = {value} WHERE id = $1"  # noqa: S608
    async with database.raw() as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="what was tabled stays"):
            await connection.execute(change, amendment.id)
