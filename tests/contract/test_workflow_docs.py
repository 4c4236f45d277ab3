"""What the page on workflows says is what a workflow may say."""

import re
from pathlib import Path

import pytest
import yaml

from policylab.decisions import RuleCode
from policylab.process import Action, ConditionKind, Role, problems_of

PAGE = (Path(__file__).parents[2] / "docs" / "workflows.md").read_text("utf-8")
TEXT = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
WORDS = set(re.findall(r"[A-Za-z_.]+", " ".join(re.findall(r"`([^`]+)`", TEXT))))


@pytest.mark.parametrize("kind", [Action, Role, ConditionKind, RuleCode])
def test_every_word_of_a_workflow_is_explained(
    kind: type[Action] | type[Role] | type[ConditionKind] | type[RuleCode],
) -> None:
    assert [word.value for word in kind if word.value not in WORDS] == []


def test_the_example_on_the_page_is_well_made() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert problems_of(yaml.safe_load(example)) == []
