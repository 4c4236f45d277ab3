"""The workflow files: well made, complete by the domain reference, schema not stale."""

from pathlib import Path

import pytest
import yaml

from policylab.process import (
    BadTemplate,
    ConditionKind,
    Role,
    load_file,
    printed_schema,
    problems_of,
    templates,
)
from policylab.process.checks import conditions_of
from policylab.process.conditions import HAPPENED, JUDGES
from policylab.process.rules import Action
from policylab.published import workflows_folder

FILES = sorted(workflows_folder().glob("*.yaml"))
TABLES = {  # the rows of domain.md 7.2 to 7.4
    "index-followup-strategy": [
        "set-up", "questionnaire", "report", "responses", "drafting",
        "consultation", "revision", "decision", "adoption", "follow-up",
    ],
    "multilevel-policy-lab": [
        "convening", "framing", "session", "drafting", "home-consultation",
        "settlement", "positions", "decision", "publication", "follow-up",
    ],
    "anti-rumours-strategy": [
        "commitment", "diagnosis", "evidence", "network", "agents", "campaign", "evaluation",
    ],
}  # fmt: skip


def test_the_schema_of_templates_is_as_the_code_prints_it() -> None:
    assert (workflows_folder() / "template.schema.json").read_text("utf-8") == printed_schema()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_template_is_well_made(path: Path) -> None:
    assert load_file(path)["id"] == path.stem


@pytest.mark.parametrize(("name", "phases"), TABLES.items())
def test_a_template_has_the_phases_of_the_domain_reference(name: str, phases: list[str]) -> None:
    assert [phase.id for phase in templates()[name].phases] == phases


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_of_a_template_is_there_in_both_languages(path: Path) -> None:
    assert list(_halves(yaml.safe_load(path.read_text("utf-8")))) == []


def _halves(data: object) -> list[object]:
    """Texts that say the same in both languages, or nothing in one."""
    if isinstance(data, list):
        return [each for item in data for each in _halves(item)]
    if not isinstance(data, dict):
        return []
    if set(data) == {"en", "fr"}:
        alike = {
            "Adoption",
            "Consultation",
            "Questionnaire",
            "Positions",
            "Version 1",
            "Version 2",
            "Publication",
        }
        same = data["en"] == data["fr"] and data["en"] not in alike
        return [data] if same or not data["en"].strip() or not data["fr"].strip() else []
    return [each for item in data.values() for each in _halves(item)]


def test_the_engine_can_judge_every_condition_there_is() -> None:
    assert set(HAPPENED) | set(JUDGES) | {ConditionKind.ANY} == set(ConditionKind)


@pytest.mark.parametrize("name", TABLES)
def test_positions_are_taken_by_delegations_alone(name: str) -> None:
    for phase in templates()[name].phases:
        assert set(phase.roles_for(Action.TAKE_POSITION)) <= {Role.DELEGATE}


@pytest.mark.parametrize("name", TABLES)
def test_no_text_goes_to_positions_unfrozen(name: str) -> None:
    template = templates()[name]
    first = next(p for p in template.phases if p.roles_for(Action.TAKE_POSITION))
    needed = {condition.kind for condition in first.enter}
    for permit in first.permits([Role.DELEGATE], Action.TAKE_POSITION):
        needed |= {condition.kind for condition in permit.needs}
    assert ConditionKind.DRAFT_FROZEN in needed


def test_the_index_workflow_decides_only_once_every_recommendation_has_a_response() -> None:
    decision = templates()["index-followup-strategy"].phase("decision")
    assert ConditionKind.RESPONSES_COMPLETE in {c.kind for c in conditions_of(decision)}


def broken(change: dict[str, object]) -> list[str]:
    data = yaml.safe_load((workflows_folder() / "multilevel-policy-lab.yaml").read_text("utf-8"))
    return problems_of(data | change)


def test_a_template_without_its_french_title_is_refused_with_the_place() -> None:
    assert any(problem.startswith("title") for problem in broken({"title": {"en": "Lab"}}))


def test_a_template_that_names_an_unknown_setting_is_refused() -> None:
    problems = broken({"settings": {}})
    assert "session: notice.run names the setting notice, which is not there" in problems


def test_a_template_with_an_unknown_action_is_refused() -> None:
    assert broken({"always": {"MODERATOR": ["DECREE"]}})


def test_a_template_that_nobody_can_lead_on_is_refused() -> None:
    problems = broken({"always": {"DELEGATE": ["NOTE"]}})
    assert "no moderator can run the process" in problems


def test_a_file_that_is_no_yaml_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text("id: [unclosed", "utf-8")
    with pytest.raises(BadTemplate, match=r"odd\.yaml"):
        load_file(path)
