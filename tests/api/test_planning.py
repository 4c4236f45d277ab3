"""What a document reads, told before it is run."""

import pytest

from policylab.api.planning import BadDocument, plan
from policylab.kit.errors import Refused

DIALOGUE = """query Q($id: ID!, $more: Boolean!) {
  dialogue(id: $id) { question delegations @include(if: $more) { organisation { name } } }
}"""


def test_each_field_tells_its_origin_and_each_statement_carries_the_scope() -> None:
    told = plan(DIALOGUE).splitlines()
    assert told[0] == "query Q  compiled; 3 statements of its own"
    assert told[1].startswith("  dialogue  (root; ")
    assert told[2] == "    the Dialogue of this id"
    assert told[4].startswith("    question  (words; ")
    assert told[5].startswith("    delegations  (edge; ")
    statements = [line.strip() for line in told if line.strip().startswith("SELECT")]
    assert [" FROM dialogue t " in statements[0], " FROM delegation t " in statements[1]] == [
        True
    ] * 2
    assert all("policylab_reach" in line for line in statements[:2])


def test_what_one_thing_points_at_is_read_along_within_its_own_scope() -> None:
    asked = "query Q($id: ID!) { draft(id: $id) { document { title dialogue { question } } } }"
    told = [line.strip() for line in plan(asked).splitlines()]
    (statement,) = [line for line in told if line.startswith("SELECT")]
    assert "LEFT JOIN document t0 ON t0.id = t.document_id AND t0.dialogue_id = ANY" in statement
    assert "LEFT JOIN dialogue t00 ON t00.id = t0.dialogue_id AND t00.id = ANY" in statement
    assert "the Dialogue that dialogue_id names, read along as t00" in told


def test_only_the_columns_that_are_asked_for_are_read() -> None:
    read = next(line for line in plan(DIALOGUE).splitlines() if "SELECT" in line)
    assert read.split(" FROM ")[0].strip() == 'SELECT t."id", t."questions"'


def test_the_functions_that_write_the_answer_are_shown() -> None:
    shown = plan(DIALOGUE).split("# Organisation\n")[1]
    assert shown.startswith("def write(things, said):")
    assert '"name": ' in shown


def test_what_graphql_core_runs_says_why() -> None:
    asked = "query Q { __schema { description } }"
    assert plan(asked) == "query Q  run by graphql-core: Query.__schema"


def test_a_document_that_cannot_run_has_no_plan() -> None:
    for wrong in ("{ nothing }", "{ service { name }"):
        with pytest.raises(BadDocument):
            plan(wrong)
    with pytest.raises(Refused):
        plan("{ " + " ".join(f"x{i}: service {{ name }}" for i in range(200)) + " }")
