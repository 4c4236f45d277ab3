"""Records: drafted at the closing, sealed once, corrected only by a note that is sealed as well."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policylab import decisions, documents, identity
from policylab.decisions.conduct import Account
from policylab.decisions.log import rotate
from policylab.decisions.rules import Rule, RuleCode
from policylab.decisions.signing import new_signer
from policylab.decisions.tables import DecisionRecord
from policylab.decisions.verify_record import verify
from policylab.kit.canonical import canonical_json, read_canonical
from policylab.kit.db import Database
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind
from policylab.positions import Stance, Words
from tests import make
from tests.decisions import deciding
from tests.decisions.conducting import facts, refused
from tests.decisions.deciding import Text

SEALS = ("record_seal", "corrigendum", "formal_adoption", "log_leaf", "tree_head", "dialogue_fact")
SIGNER = new_signer()


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database, languages=("en", "fr"))


@pytest.fixture
async def frozen(database: Database, table: make.Table) -> Text:
    return await deciding.freeze(database, table, languages=("en", "fr"))


@pytest.fixture
async def record(database: Database, table: make.Table, frozen: Text) -> DecisionRecord:
    """A draft: closed, not sealed."""
    procedure = await deciding.open_procedure(database, table, frozen)
    stances = {
        "CITY": Stance.SUPPORT_WITH_RESERVATION,
        "REGION": Stance.SUPPORT,
        "MINISTRY": Stance.OBJECT,
    }
    await deciding.take_all(database, table, frozen, stances)
    return await deciding.close(database, table, procedure)


async def attach(
    database: Database, viewer: Viewer, record: DecisionRecord, words: str = "We disagree."
) -> None:
    async with database.write(viewer) as uow:
        await decisions.attach_statement(uow, viewer, record_id=record.id, words=words)


async def correct(
    database: Database, viewer: Viewer, record: DecisionRecord, words: str = "Read 2027."
) -> None:
    async with database.write(viewer) as uow:
        await decisions.add_corrigendum(
            uow, viewer, record_id=record.id, words=words, signer=SIGNER
        )


async def publish(
    database: Database, viewer: Viewer, record: DecisionRecord, **options: Any
) -> None:
    async with database.write(viewer) as uow:
        await decisions.publish_record(uow, viewer, record_id=record.id, **options)


async def adopt(database: Database, viewer: Viewer, record: DecisionRecord, **options: Any) -> None:
    words = {"body": "Council of Marrow Bay", "reference": "2026/17", "link": None} | options
    day = words.pop("adopted_on", date(2026, 1, 15))
    async with database.write(viewer) as uow:
        await decisions.record_adoption(
            uow, viewer, record_id=record.id, adopted_on=day, signer=SIGNER, **words
        )


async def account(database: Database, record: DecisionRecord) -> Account:
    async with database.read(SYSTEM) as session:
        return (await decisions.accounts_of(session, [record.id]))[record.id]


async def content(database: Database, record: DecisionRecord) -> dict[str, Any]:
    async with database.read(SYSTEM) as session:
        seal = (await decisions.seals_of(session, [record.id]))[record.id]
    return read_canonical(seal.content)


# ── what it says ──


async def test_a_sealed_record_says_everything_that_a_record_must_say(
    database: Database, table: make.Table, frozen: Text, record: DecisionRecord
) -> None:
    await attach(database, table.head("MINISTRY"), record)
    await deciding.seal(database, table, record, SIGNER, reasons="Most of us could agree.")
    said = await content(database, record)
    async with database.read(SYSTEM) as session:
        set_ = await documents.set_of(session, SYSTEM, frozen.set_id)
    assert said["identifier"] == record.identifier
    assert said["dialogue"]["id"] == str(table.dialogue_id)
    assert said["subject"]["text"]["hash"] == set_.hash.hex()
    assert said["subject"]["text"]["number"] == 1
    assert [each["language"] for each in said["languages"]] == ["en", "fr"]
    assert said["proposer"]["function"] == {"en": "Rapporteur"}
    assert {each["level"] for each in said["attendance"]} == {"LOCAL", "REGIONAL", "NATIONAL"}
    mandates = {m["mandate"] for each in said["attendance"] for m in each["mandates"]}
    assert mandates == {str(seat.mandate_id) for seat in table.seats.values()}
    assert said["outcome"]["verdict"]["outcome"] == "NOT_ADOPTED"
    assert said["outcome"]["sentence"].keys() == {"en", "fr"}
    assert said["reasons"] == "Most of us could agree."
    assert [each["points"] for each in said["reservations"]] == [["Not before 2027."]]
    assert [each["text"] for each in said["dissentingStatements"]] == ["We disagree."]
    assert said["followUp"] == "The ministry reports in a year."
    assert said["publication"]["status"] == "RESTRICTED"
    assert said["retention"] == {"class": "DECISION_RECORD"}
    assert said["illustrative"] is False


async def test_a_record_names_nobody(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    await attach(database, table.head("MINISTRY"), record)
    await deciding.seal(database, table, record, SIGNER)
    sealed = canonical_json(await content(database, record)).decode()
    people = await identity.list_people(database)
    assert len(people) > 8
    named = {person.display_name for person in people} - {"Moderator", "Rapporteur"}  # functions
    assert [name for name in named if name in sealed] == []
    assert [str(person.id) for person in people if str(person.id) in sealed] == []


async def test_under_consent_an_objection_without_reasons_is_printed_as_a_reservation(
    database: Database, table: make.Table, frozen: Text
) -> None:
    consent = Rule(code=RuleCode.CONSENT)
    procedure = await deciding.open_procedure(database, table, frozen, consent)
    for body, stance in [("CITY", Stance.OBJECT), ("REGION", Stance.SUPPORT)]:
        await deciding.take(database, table, frozen, body, stance, Words())
    await deciding.take(database, table, frozen, "MINISTRY")
    record = await deciding.close(database, table, procedure)
    await deciding.seal(database, table, record, SIGNER)
    said = await content(database, record)
    assert said["outcome"]["verdict"]["outcome"] == "ADOPTED"
    assert [(each["objection"], each["points"]) for each in said["reservations"]] == [(True, [])]


# ── sealing ──


async def test_sealing_asks_for_reasons_and_a_fresh_sign_in(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    stale = replace(table.moderator, signed_in_at=datetime.now(UTC) - timedelta(minutes=6))
    never = table.moderator
    for viewer, reasons, code in [
        (stale, "Why.", RefusalCode.FRESH_SIGN_IN_REQUIRED),
        (never, "Why.", RefusalCode.FRESH_SIGN_IN_REQUIRED),
        (deciding.fresh(table.moderator), "  ", RefusalCode.STATEMENT_REQUIRED),
        (deciding.fresh(table.rapporteur), "Why.", RefusalCode.NOT_YOUR_ROLE),
        (deciding.fresh(table.head()), "Why.", RefusalCode.NOT_YOUR_ROLE),
        (deciding.fresh(table.outsider), "Why.", RefusalCode.NOT_FOUND),
    ]:
        attempt = deciding.seal(database, table, record, SIGNER, by=viewer, reasons=reasons)
        await refused(database, attempt, *SEALS, code=code)
    await deciding.seal(database, table, record, SIGNER)
    assert (await account(database, record)).sealed
    sealed = await facts(database, table, FactKind.RECORD_SEALED)
    assert [fact.detail for fact in sealed] == [{"record_id": str(record.id)}]


async def test_a_token_that_may_write_may_seal(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    token = replace(table.moderator, scopes=frozenset({"read", "write"}))
    await deciding.seal(database, table, record, SIGNER, by=token)
    assert (await account(database, record)).sealed


async def test_a_record_is_sealed_once_also_when_two_seal_at_once(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    both = await asyncio.gather(
        *(deciding.seal(database, table, record, SIGNER) for _ in range(2)),
        return_exceptions=True,
    )
    assert [each.code for each in both if isinstance(each, Refused)] == [RefusalCode.SEALED]
    assert await deciding.count(database, "record_seal") == 1
    assert await deciding.count(database, "log_leaf") == 2


async def test_nothing_is_sealed_with_another_key_than_the_logs(
    database: Database, table: make.Table, record: DecisionRecord, frozen: Text
) -> None:
    await deciding.seal(database, table, record, SIGNER)
    procedure = await deciding.open_procedure(database, table, frozen.clause(1), days=0)
    other = await deciding.close(database, table, procedure)
    stranger = new_signer()
    attempt = deciding.seal(database, table, other, stranger)
    await refused(database, attempt, *SEALS, code=RefusalCode.TEMPORARILY_UNAVAILABLE)
    with pytest.raises(Refused):
        await deciding.package(database, table.head(), record, stranger)
    async with database.write(SYSTEM) as uow:
        await rotate(uow, SIGNER, stranger)
    await deciding.seal(database, table, other, stranger)
    for each in (record, other):
        data = await deciding.package(database, table.head(), each, stranger)
        assert verify(data, [SIGNER.public]).identifier == each.identifier


# ── statements ──


async def test_a_delegation_attaches_one_statement_before_the_seal(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    ministry = table.head("MINISTRY")
    for viewer, words, code in [
        (table.delegate("MINISTRY"), "No.", RefusalCode.NOT_YOUR_ROLE),
        (table.moderator, "No.", RefusalCode.NOT_YOUR_ROLE),
        (table.outsider, "No.", RefusalCode.NOT_FOUND),
        (ministry, " ", RefusalCode.STATEMENT_REQUIRED),
        (ministry, "x" * 20_001, RefusalCode.TOO_LARGE),
    ]:
        attempt = attach(database, viewer, record, words)
        await refused(database, attempt, "dissenting_statement", code=code)
    await attach(database, ministry, record)
    again = attach(database, ministry, record)
    await refused(database, again, "dissenting_statement", code=RefusalCode.ALREADY_DONE)
    await attach(database, table.head(), record)


async def test_a_statement_is_in_the_sealed_record_or_it_is_refused(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    """Raced: the statement waits for the sealing under way, and comes too late."""
    moderator = deciding.fresh(table.moderator)
    async with database.write(moderator) as uow:
        await decisions.seal_record(
            uow, moderator, record_id=record.id, reasons="Why.", signer=SIGNER
        )
        late = asyncio.create_task(attach(database, table.head(), record))
        await asyncio.sleep(0.1)
        assert not late.done()
    with pytest.raises(Refused) as caught:
        await late
    assert caught.value.code in {RefusalCode.SEALED, RefusalCode.CLOSED}
    assert (await content(database, record))["dissentingStatements"] == []
    assert await deciding.count(database, "dissenting_statement") == 0


# ── after the seal ──


async def test_a_sealed_record_is_corrected_by_a_corrigendum_alone(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    moderator = deciding.fresh(table.moderator)
    draft = correct(database, moderator, record)
    await refused(database, draft, *SEALS, code=RefusalCode.CONDITIONS_NOT_MET)
    await deciding.seal(database, table, record, SIGNER)
    before = await content(database, record)
    for viewer, words, code in [
        (table.moderator, "Read 2027.", RefusalCode.FRESH_SIGN_IN_REQUIRED),
        (deciding.fresh(table.head()), "Read 2027.", RefusalCode.NOT_YOUR_ROLE),
        (moderator, " ", RefusalCode.STATEMENT_REQUIRED),
    ]:
        await refused(database, correct(database, viewer, record, words), *SEALS, code=code)
    await correct(database, moderator, record)
    await make.enter(database, table, "follow-up")
    await correct(database, moderator, record, "And 2028.")
    assert await content(database, record) == before
    data = await deciding.package(database, table.head(), record, SIGNER)
    assert verify(data, [SIGNER.public]).corrigenda == 2


async def test_a_record_is_published_by_the_secretariat_once_it_is_sealed(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    await make.enter(database, table, "publication")
    secretariat = table.secretariat
    tables = ("record_publication", "dialogue_fact")
    draft = publish(database, secretariat, record)
    await refused(database, draft, *tables, code=RefusalCode.CONDITIONS_NOT_MET)
    await make.enter(database, table, "decision")
    await deciding.seal(database, table, record, SIGNER)
    await make.enter(database, table, "publication")
    other = publish(database, table.moderator, record)
    await refused(database, other, *tables, code=RefusalCode.NOT_YOUR_ROLE)
    silent = publish(database, secretariat, record, status=decisions.PublicationState.RESTRICTED)
    await refused(database, silent, *tables, code=RefusalCode.STATEMENT_REQUIRED)
    undated = publish(database, secretariat, record, status=decisions.PublicationState.AFTER_DATE)
    await refused(database, undated, *tables, code=RefusalCode.INVALID_INPUT)
    await publish(database, secretariat, record)
    assert (await account(database, record)).public
    published = await facts(database, table, FactKind.PACKAGE_PUBLISHED)
    assert [fact.detail for fact in published] == [{"record_id": str(record.id)}]
    again = publish(database, secretariat, record)
    await refused(database, again, *tables, code=RefusalCode.ALREADY_DONE)


async def test_a_formal_adoption_is_a_second_act_sealed_by_itself(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    await make.enter(database, table, "publication")
    draft = adopt(database, table.head(), record)
    await refused(database, draft, *SEALS, code=RefusalCode.CONDITIONS_NOT_MET)
    await make.enter(database, table, "decision")
    await deciding.seal(database, table, record, SIGNER)
    await make.enter(database, table, "publication")
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    for options, code in [
        ({"adopted_on": tomorrow}, RefusalCode.INVALID_INPUT),
        ({"body": ""}, RefusalCode.STATEMENT_REQUIRED),
        ({"link": "javascript:alert(1)"}, RefusalCode.INVALID_INPUT),
    ]:
        attempt = adopt(database, table.head(), record, **options)
        await refused(database, attempt, *SEALS, code=code)
    await adopt(database, table.head(), record, link="https://council.example/17")
    data = await deciding.package(database, table.head(), record, SIGNER)
    found = verify(data, [SIGNER.public])
    assert (found.adoptions, found.outcome) == (1, "NOT_ADOPTED")
    recorded = await facts(database, table, FactKind.ADOPTION_RECORDED)
    assert len(recorded) == 1


async def test_a_package_is_for_those_who_may_read_the_dialogue(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    with pytest.raises(Refused) as caught:
        await deciding.package(database, table.head(), record, SIGNER)
    assert caught.value.code is RefusalCode.CONDITIONS_NOT_MET
    await deciding.seal(database, table, record, SIGNER)
    for viewer in (table.observer, table.moderator, table.secretariat, table.head()):
        data = await deciding.package(database, viewer, record, SIGNER)
        assert verify(data, [SIGNER.public]).record == str(record.id)
    with pytest.raises(Refused) as caught:
        await deciding.package(database, table.outsider, record, SIGNER)
    assert caught.value.code is RefusalCode.NOT_FOUND


async def test_a_seal_is_verified_by_checking_it(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    async def holds() -> bool:
        async with database.read(table.head()) as session:
            return (await decisions.verified(session, [record.id]))[record.id]

    assert not await holds()
    await deciding.seal(database, table, record, SIGNER)
    assert await holds()


async def test_what_the_viewer_can_do_is_what_the_verbs_allow(
    database: Database, table: make.Table, record: DecisionRecord
) -> None:
    async def allowed(viewer: Viewer) -> set[str]:
        async with database.read(viewer) as session:
            found = await decisions.record_permits(session, viewer, [record.id])
        return {permit.action for permit in found.get(record.id, []) if not permit.refused}

    assert await allowed(table.moderator) == {"SEAL"}
    assert await allowed(table.head()) == {"ATTACH_STATEMENT"}
    assert await allowed(table.delegate()) == set()
    assert await allowed(table.outsider) == set()
    await deciding.seal(database, table, record, SIGNER)
    assert await allowed(table.moderator) == {"ADD_CORRIGENDUM"}
    assert await allowed(table.head()) == set()
    await make.enter(database, table, "publication")
    assert await allowed(table.secretariat) == {"PUBLISH", "RECORD_ADOPTION", "ADD_CORRIGENDUM"}
