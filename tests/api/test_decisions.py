"""Decisions through the whole schema, with the operations that the web app uses."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from policylab import decisions
from policylab.api.context import Context
from policylab.api.decisions import load_verdict_of_set
from policylab.api.execution import Request
from policylab.decisions import open_signer
from policylab.decisions.rules import Outcome
from policylab.decisions.verify_record import verify
from policylab.kit.db import Database
from policylab.kit.ids import key_of, to_global
from policylab.kit.viewer import ANONYMOUS, Viewer
from policylab.positions import Stance
from policylab.settings import Settings
from tests import make
from tests.api.asking import EXECUTOR, ask, operation
from tests.decisions import deciding
from tests.decisions.deciding import Text


@pytest.fixture
async def table(database: Database) -> make.Table:
    return await make.table(database)


@pytest.fixture
async def frozen(database: Database, table: make.Table) -> Text:
    """A frozen text in the phase where positions are taken."""
    made = await deciding.freeze(database, table)
    await make.enter(database, table, "positions")
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Where the service's key is kept."""
    return Settings(data_folder=tmp_path)


async def run(
    database: Database,
    viewer: Viewer,
    name: str,
    settings: Settings | None = None,
    **input: Any,
) -> Any:
    """One mutation of the web app; what it answers."""
    context = Context(database, viewer)
    context.shared = {"settings": settings}
    request = Request(query=operation(name), variables={"input": input})
    answer = await EXECUTOR.run(request, context)
    assert "errors" not in answer, answer["errors"]
    return next(iter(answer["data"].values()))


async def opened(database: Database, table: make.Table, frozen: Text, **input: Any) -> Any:
    key = to_global("VersionSet", frozen.set_id)
    return await run(database, table.moderator, "OpenProcedure", setId=key, **input)


async def closed_now(database: Database, table: make.Table, frozen: Text) -> Any:
    """A procedure opened, supported by everybody, and closed."""
    made = await opened(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    await make.enter(database, table, "decision")
    return await run(database, table.moderator, "CloseProcedure", procedureId=made["id"])


async def procedures(database: Database, viewer: Viewer, table: make.Table) -> list[Any]:
    """What the screen of decisions shows."""
    key = to_global("Dialogue", table.dialogue_id)
    answer = await ask(database, viewer, operation("Decisions"), id=key)
    return answer["dialogue"]["procedures"]


async def record(database: Database, viewer: Viewer, identifier: str) -> Mapping[str, Any] | None:
    """What the screen of a record shows."""
    answer = await ask(database, viewer, operation("DecisionRecord"), id=identifier)
    return answer["decisionRecord"]


def allowed(thing: Mapping[str, Any]) -> set[str]:
    return {each["action"] for each in thing["viewerCan"] if each["allowed"]}


async def test_a_decision_from_its_opening_to_a_package_that_verifies(
    database: Database, table: make.Table, frozen: Text, settings: Settings
) -> None:
    made = await opened(database, table, frozen)
    assert made["__typename"] == "Procedure"
    [open_one] = await procedures(database, table.moderator, table)
    assert (open_one["state"], open_one["closedAt"], open_one["record"]) == ("OPEN", None, None)
    assert open_one["rule"]["code"] == "PER_LEVEL_ASSENT"
    assert open_one["levels"] == ["LOCAL", "REGIONAL", "NATIONAL"]
    verdict = open_one["verdict"]
    assert (verdict["outcome"], verdict["provisional"]) == ("INCONCLUSIVE", True)
    assert "City: nobody has taken a position, and silence is not assent." in verdict["missing"]
    assert verdict["tallies"][0]["for"] == 0

    stances = {"REGION": Stance.SUPPORT_WITH_RESERVATION}
    await deciding.take_all(database, table, frozen, stances)
    await make.enter(database, table, "decision")
    [open_one] = await procedures(database, table.moderator, table)
    assert allowed(open_one) == {"CLOSE", "WITHDRAW"}
    closed = await run(database, table.moderator, "CloseProcedure", procedureId=made["id"])
    identifier = closed["record"]["id"]
    draft = await record(database, table.head(), identifier)
    assert draft is not None
    assert (draft["state"], draft["hash"], draft["verified"]) == ("DRAFT", None, False)
    assert draft["content"]["outcome"]["verdict"]["outcome"] == "ADOPTED"
    assert {p["stance"] for p in draft["procedure"]["positions"]} == {
        "SUPPORT",
        "SUPPORT_WITH_RESERVATION",
    }
    assert allowed(draft) == {"ATTACH_STATEMENT"}

    said = await run(
        database, table.head(), "AttachStatement", recordId=identifier, text="Too slow."
    )
    assert said["__typename"] == "DissentingStatement"
    moderator = deciding.fresh(table.moderator)
    words = {"recordId": identifier, "reasons": "It works.", "followUp": "In a year."}
    sealed = await run(database, moderator, "SealRecord", settings, **words)
    assert sealed == {"__typename": "DecisionRecord", "id": identifier}
    shown = await record(database, table.head(), identifier)
    assert shown is not None
    assert (shown["state"], shown["verified"], shown["leafIndex"]) == ("SEALED", True, 1)
    assert shown["content"]["reasons"] == "It works."
    assert [each["text"] for each in shown["statements"]] == ["Too slow."]
    assert shown["publication"] == "RESTRICTED"
    assert shown["packageUrl"] == f"/files/records/{identifier}.zip"
    assert allowed(shown) == set()
    signer = open_signer(settings.signing_key())
    async with database.read(table.head()) as session:
        key = key_of(identifier, "DecisionRecord")
        data = await decisions.package_of(session, table.head(), key, signer)
    assert verify(data, [signer.public]).hash == shown["hash"]


async def test_after_the_seal_come_corrigenda_publication_and_adoption(
    database: Database, table: make.Table, frozen: Text, settings: Settings
) -> None:
    closed = await closed_now(database, table, frozen)
    key = {"recordId": closed["record"]["id"]}
    moderator = deciding.fresh(table.moderator)
    await run(database, moderator, "SealRecord", settings, reasons="It works.", **key)
    told = await run(database, moderator, "AddCorrigendum", settings, text="Read 2027.", **key)
    assert told["__typename"] == "DecisionRecord"
    await make.enter(database, table, "publication")
    published = await run(database, table.secretariat, "PublishRecord", **key)
    assert published["__typename"] == "DecisionRecord"
    adoption = {"body": "Council", "date": "2026-01-15", "reference": "17"}
    adopted = await run(database, table.head(), "RecordAdoption", settings, **adoption, **key)
    assert adopted["__typename"] == "FormalAdoption"
    shown = await record(database, table.head(), key["recordId"])
    assert shown is not None
    assert [each["text"] for each in shown["corrigenda"]] == ["Read 2027."]
    assert shown["publication"] == "PUBLIC"
    assert [(each["body"], each["date"]) for each in shown["adoptions"]] == [
        ("Council", "2026-01-15")
    ]


async def test_sealing_without_a_fresh_sign_in_is_refused_with_its_code(
    database: Database, table: make.Table, frozen: Text, settings: Settings
) -> None:
    closed = await closed_now(database, table, frozen)
    words = {"recordId": closed["record"]["id"], "reasons": "It works."}
    told = await run(database, table.moderator, "SealRecord", settings, **words)
    assert (told["__typename"], told["code"]) == ("Refusal", "FRESH_SIGN_IN_REQUIRED")
    assert await deciding.count(database, "record_seal") == 0


async def test_when_the_key_cannot_be_used_nothing_is_sealed_and_the_person_is_told(
    database: Database, table: make.Table, frozen: Text, settings: Settings
) -> None:
    closed = await closed_now(database, table, frozen)
    settings.signing_key().write_text("broken")
    settings.signing_key().chmod(0o600)
    words = {"recordId": closed["record"]["id"], "reasons": "It works."}
    told = await run(database, deciding.fresh(table.moderator), "SealRecord", settings, **words)
    assert (told["__typename"], told["code"]) == ("Refusal", "TEMPORARILY_UNAVAILABLE")
    assert await deciding.count(database, "record_seal") == 0


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"code": "QUALIFIED_MAJORITY"}, "rule.numerator"),
        (
            {"code": "QUALIFIED_MAJORITY", "numerator": 2, "denominator": 3, "base": "ALL"},
            "rule.base",
        ),
        ({"code": "CONSENSUS", "quorumNumerator": 1}, "rule.quorumNumerator"),
        ({"code": "PER_LEVEL_ASSENT", "levels": ["LOCAL"]}, "rule.inner"),
        (
            {"code": "PER_LEVEL_ASSENT", "inner": {"code": "CONSENSUS"}, "levels": ["MOON"]},
            "rule.levels",
        ),
    ],
)
async def test_the_field_of_a_rule_that_is_wrong_is_named(
    database: Database, table: make.Table, frozen: Text, rule: dict[str, Any], field: str
) -> None:
    told = await opened(database, table, frozen, rule=rule)
    assert (told["__typename"], told["code"], told["field"]) == ("Refusal", "INVALID_INPUT", field)
    assert await deciding.count(database, "procedure") == 0


async def test_a_rule_is_told_with_its_parameters(
    database: Database, table: make.Table, frozen: Text
) -> None:
    share = {"numerator": 2, "denominator": 3, "base": "ENTITLED"}
    quorum = {"quorumNumerator": 1, "quorumDenominator": 2}
    rule = {"code": "QUALIFIED_MAJORITY", **share, **quorum}
    made = await opened(database, table, frozen, rule=rule)
    query = """query($id: ID!) { procedure(id: $id) { rule {
      code inner levels numerator denominator base days quorumNumerator quorumDenominator
    } proposer { function } } }"""
    found = (await ask(database, table.head(), query, id=made["id"]))["procedure"]
    expected = rule | {"inner": None, "levels": None, "days": None}
    assert found["rule"] == expected
    assert found["proposer"] == {"function": "Rapporteur"}


async def test_referrals_are_shown_and_suspend(database: Database) -> None:
    table = await make.table(database, settings={"referral": 3})
    frozen = await deciding.freeze(database, table)
    await make.enter(database, table, "positions")
    made = await opened(database, table, frozen)
    [before] = await procedures(database, table.head(), table)
    assert allowed(before) == {"REFER"}
    told = await run(
        database, table.head(), "Refer", procedureId=made["id"], reasons="Our council sits."
    )
    assert told["__typename"] == "Procedure"
    [after] = await procedures(database, table.head(), table)
    assert after["state"] == "SUSPENDED"
    assert [each["reasons"] for each in after["referrals"]] == ["Our council sits."]
    later = datetime.fromisoformat(after["closesAt"]) - datetime.fromisoformat(before["closesAt"])
    assert later.days == 3
    assert allowed(after) == set()
    [can] = [each for each in after["viewerCan"] if each["action"] == "REFER"]
    assert "already" in can["why"]


async def test_a_withdrawn_procedure_shows_as_withdrawn_and_has_no_record(
    database: Database, table: make.Table, frozen: Text
) -> None:
    made = await opened(database, table, frozen)
    await run(database, table.moderator, "WithdrawProcedure", procedureId=made["id"], reasons="No.")
    [shown] = await procedures(database, table.head(), table)
    assert (shown["state"], shown["verdict"]["outcome"], shown["record"]) == (
        "CLOSED",
        "WITHDRAWN",
        None,
    )
    assert shown["verdict"]["tallies"] == []


async def test_sentences_come_in_the_readers_language(
    database: Database, table: make.Table, frozen: Text
) -> None:
    made = await opened(database, table, frozen)
    query = (
        "query($id: ID!) { procedure(id: $id) { rule { sentence } verdict { sentence missing }"
        " viewerCan { action why } } }"
    )
    reader = replace(table.head(), locale="fr")
    found = (await ask(database, reader, query, id=made["id"]))["procedure"]
    assert found["rule"]["sentence"].startswith("Chacun de ces niveaux")
    assert found["verdict"]["sentence"].startswith("Non concluant : ville")
    [why] = [each["why"] for each in found["viewerCan"] if each["action"] == "CLOSE"]
    assert why.startswith("«")


async def test_outsiders_find_neither_procedure_nor_record(
    database: Database, table: make.Table, frozen: Text
) -> None:
    closed = await closed_now(database, table, frozen)
    identifier = closed["record"]["id"]
    for viewer in (table.outsider, ANONYMOUS):
        assert await record(database, viewer, identifier) is None
        query = "query($id: ID!) { procedure(id: $id) { id } node(id: $id) { id } }"
        answer = await ask(database, viewer, query, id=closed["id"])
        assert answer == {"procedure": None, "node": None}
    for name, input in [
        ("CloseProcedure", {"procedureId": closed["id"]}),
        ("WithdrawProcedure", {"procedureId": closed["id"]}),
        ("Refer", {"procedureId": closed["id"], "reasons": "Why."}),
        ("AttachStatement", {"recordId": identifier, "text": "No."}),
        ("SealRecord", {"recordId": identifier, "reasons": "Why."}),
        ("PublishRecord", {"recordId": identifier}),
    ]:
        told = await run(database, table.outsider, name, Settings(), **input)
        assert (told["__typename"], told["code"]) == ("Refusal", "NOT_FOUND"), name


async def test_a_retry_of_an_opening_opens_nothing_more(
    database: Database, table: make.Table, frozen: Text
) -> None:
    first = await opened(database, table, frozen, clientMutationId="once")
    again = await opened(database, table, frozen, clientMutationId="once")
    assert first == again
    assert await deciding.count(database, "procedure") == 1


async def test_the_matrix_is_told_the_verdict_on_the_whole_text(
    database: Database, table: make.Table, frozen: Text
) -> None:
    context = Context(database, table.head())
    assert await load_verdict_of_set(context, [frozen.set_id]) == [None]
    await deciding.open_procedure(database, table, frozen.clause(1), phase=None)
    context.forget()
    assert await load_verdict_of_set(context, [frozen.set_id]) == [None]
    await opened(database, table, frozen)
    await deciding.take_all(database, table, frozen)
    context.forget()
    [verdict] = await load_verdict_of_set(context, [frozen.set_id])
    assert verdict is not None
    assert (verdict.outcome, verdict.provisional) == (Outcome.ADOPTED, True)
    outside = Context(database, table.outsider)
    assert await load_verdict_of_set(outside, [frozen.set_id]) == [None]
