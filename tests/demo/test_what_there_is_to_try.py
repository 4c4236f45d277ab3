"""What somebody finds who starts the demo: four dialogues, each at its point of the way."""

from typing import Any
from uuid import UUID

from policylab import coediting, decisions, identity, index, labs
from policylab.coediting import Right
from policylab.decisions import verify_record
from policylab.documents import right_on
from policylab.index import ResponseAnswer
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.positions import Stance
from policylab.settings import Settings
from tests.demo.test_what_may_be_invented import rows


async def dialogue(database: Database, template: str, phase: str) -> UUID:
    """The one dialogue of this template that is in this phase."""
    found = await rows(
        database,
        "SELECT id FROM dialogue WHERE template_id = $1 AND phase_id = $2",
        template,
        phase,
    )
    [row] = found
    return row["id"]


async def strategy(database: Database) -> UUID:
    return await dialogue(database, "index-followup-strategy", "consultation")


async def decided(database: Database) -> UUID:
    return await dialogue(database, "multilevel-policy-lab", "decision")


async def test_marrow_bay_answers_twelve_recommendations_over_eight_policy_areas(
    arvenia: Database,
) -> None:
    here = await strategy(arvenia)
    async with arvenia.read(SYSTEM) as session:
        known = await index.recommendations_of(session, here)
        areas = await index.dimensions_of(session, known)
        answers = await index.responses_in(session, here)
    assert len(known) == len(answers) == 12
    assert len({area.code for found in areas.values() for area in found}) == 8
    by_answer: dict[ResponseAnswer, list[Any]] = {}
    for answer in answers.values():
        by_answer.setdefault(answer.answer, []).append(answer)
    [declined] = by_answer[ResponseAnswer.DECLINED]
    assert len(declined.reasons) > 100
    assert len(by_answer[ResponseAnswer.REFERRED]) == 2
    referred = await rows(
        arvenia,
        "SELECT DISTINCT l.code FROM recommendation_response r"
        " JOIN lab_level l ON l.id = r.referred_to_level_id WHERE r.dialogue_id = $1",
        here,
    )
    assert [row["code"] for row in referred] == ["NATIONAL"]


async def test_the_strategy_is_frozen_in_both_languages_and_out_for_consultation(
    arvenia: Database,
) -> None:
    here = await strategy(arvenia)
    versions = await rows(
        arvenia, "SELECT language, number FROM version WHERE dialogue_id = $1 ORDER BY 1", here
    )
    assert [tuple(row) for row in versions] == [("en", 1), ("fr", 1)]
    sections = await rows(
        arvenia,
        "SELECT s.language, array_agg(s.section_id ORDER BY s.place) AS ids"
        " FROM version_section s WHERE s.dialogue_id = $1 GROUP BY 1",
        here,
    )
    assert sections[0]["ids"] == sections[1]["ids"]
    async with arvenia.read(SYSTEM) as session:
        facts = (await labs.facts_of(session, [here]))[here]
        view = (await labs.standing(session, SYSTEM, here)).outlook
    assert labs.FactKind.CONSULTATION_OPENED in {fact.kind for fact in facts}
    assert not view.may_advance
    remarks = await rows(
        arvenia, "SELECT 1 FROM thread WHERE dialogue_id = $1 AND version_id IS NOT NULL", here
    )
    assert len(remarks) == 3


async def test_the_decision_on_language_learning_has_one_of_each(arvenia: Database) -> None:
    """One reservation, one condition (met and confirmed), one ad referendum, one dissent."""
    here = await decided(arvenia)
    found = await rows(
        arvenia,
        "SELECT stance, ad_referendum, confirmed_at, reservations FROM position"
        " WHERE dialogue_id = $1 AND released_at IS NOT NULL AND section_id IS NULL",
        here,
    )
    stances = [row["stance"] for row in found]
    assert stances.count(Stance.SUPPORT_WITH_RESERVATION) == stances.count(Stance.CONDITIONAL) == 1
    [referendum] = [row for row in found if row["ad_referendum"]]
    assert referendum["confirmed_at"] is None
    dissents = await rows(
        arvenia, "SELECT text FROM dissenting_statement WHERE dialogue_id = $1", here
    )
    assert len(dissents) == 1
    async with arvenia.read(SYSTEM) as session:
        procedures = await rows(arvenia, "SELECT id FROM procedure WHERE dialogue_id = $1", here)
        verdicts = await decisions.verdict_of(session, [row["id"] for row in procedures])
    [verdict] = verdicts.values()
    assert verdict.verdict.outcome is decisions.Outcome.ADOPTED


async def test_amendments_were_merged_into_the_second_version_or_fell_with_reasons(
    arvenia: Database,
) -> None:
    here = await decided(arvenia)
    fates = await rows(
        arvenia,
        "SELECT state, count(*), bool_and(coalesce(fate_reasons, '') <> '') AS reasons"
        " FROM amendment WHERE dialogue_id = $1 GROUP BY state",
        here,
    )
    assert {row["state"]: row["count"] for row in fates} == {
        "MERGED": 4, "REJECTED": 4, "WITHDRAWN": 2,
    }  # fmt: skip
    assert next(row["reasons"] for row in fates if row["state"] == "REJECTED")
    merged = await rows(
        arvenia,
        "SELECT s.text FROM version_section s JOIN amendment a ON a.section_id = s.section_id"
        " AND a.language = s.language JOIN version_set v ON v.id = s.version_set_id"
        " WHERE a.state = 'MERGED' AND v.number = 2 AND s.text = a.proposed",
    )
    assert len(merged) == 4


async def test_there_are_closed_notes_and_positions_that_only_one_delegation_sees(
    arvenia: Database,
) -> None:
    notes = await rows(arvenia, "SELECT 1 FROM thread WHERE visibility = 'DELEGATION'")
    drafted = await rows(arvenia, "SELECT 1 FROM position WHERE released_at IS NULL")
    assert len(notes) >= 2
    assert len(drafted) >= 2


async def test_the_rumours_dialogue_has_run_to_its_evaluation_and_its_records_verify(
    arvenia: Database, furnished: tuple[str, Settings]
) -> None:
    here = await dialogue(arvenia, "anti-rumours-strategy", "evaluation")
    reports = await rows(arvenia, "SELECT 1 FROM monitoring_report WHERE dialogue_id = $1", here)
    records = await rows(arvenia, "SELECT id FROM decision_record WHERE dialogue_id = $1", here)
    assert (len(reports), len(records)) == (1, 2)
    signer = decisions.open_signer(furnished[1].signing_key())
    async with arvenia.read(SYSTEM) as session:
        for record in records:
            packed = await decisions.package_of(session, SYSTEM, record["id"], signer)
            assert verify_record.verify(packed, [signer.public])


async def test_two_functions_can_write_in_one_open_draft_which_stands_first_on_their_page(
    arvenia: Database,
) -> None:
    people = await identity.list_people(arvenia, illustrative_only=True)
    for body in ("North Vale", "Marrow Bay"):
        person = next(each for each in people if body in each.display_name)
        newest = await rows(
            arvenia,
            "SELECT d.id FROM dialogue d JOIN policylab_access a ON a.dialogue_id = d.id"
            " WHERE a.person_id = $1 ORDER BY d.created_at DESC LIMIT 1",
            person.id,
        )
        drafts = await rows(
            arvenia,
            "SELECT id FROM draft WHERE dialogue_id = $1 AND closed_at IS NULL",
            newest[0]["id"],
        )
        assert len(drafts) == 2
        viewer = Viewer(person_id=person.id)
        async with arvenia.read(viewer) as session:
            standing = await labs.standing(session, viewer, newest[0]["id"])
        assert right_on(viewer, standing, closed=False) is Right.WRITE


async def test_in_the_open_draft_every_level_has_written_and_something_is_suggested(
    arvenia: Database,
) -> None:
    here = await dialogue(arvenia, "multilevel-policy-lab", "drafting")
    drafts = await rows(arvenia, "SELECT id FROM draft WHERE dialogue_id = $1 ORDER BY id", here)
    async with arvenia.read(SYSTEM) as session:
        shares = await coediting.written_by(session, drafts[0]["id"])
        capacities = await labs.capacities_by_id(
            session, [share.capacity_id for share in shares if share.capacity_id]
        )
        text = await coediting.committed_text(session, drafts[0]["id"])
    levels = {capacity.level for capacity in capacities.values()}
    assert {"LOCAL", "REGIONAL", "NATIONAL"} <= levels
    [suggestion] = coediting.suggestions_in(text.content)
    assert suggestion.deleted == "ten school days"


async def test_the_condition_was_marked_as_met_and_confirmed(arvenia: Database) -> None:
    marks = await rows(arvenia, "SELECT kind FROM condition_mark")
    assert sorted(row["kind"] for row in marks) == ["CONFIRMED", "MET"]
