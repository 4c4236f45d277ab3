"""What a document reads, told before it is run."""

import pytest

from policylab.api.planning import BadDocument, plan
from policylab.kit.errors import Refused


def test_each_field_tells_its_origin_and_its_rows_carry_the_scope() -> None:
    text = (
        "query Q($id: ID!) { dialogue(id: $id) { question delegations { organisation { name } } } }"
    )
    told = plan(text).splitlines()
    assert told[0] == "query Q"
    assert told[1].startswith("  dialogue  (root; ")
    assert " FROM dialogue t WHERE … AND " in told[2]
    assert told[3].startswith("    question  (words; ")
    assert " FROM delegation t WHERE … AND " in told[5]
    assert all("policylab_access" in told[line] for line in (2, 5))


def test_a_document_that_cannot_run_has_no_plan() -> None:
    for wrong in ("{ nothing }", "{ service { name }"):
        with pytest.raises(BadDocument):
            plan(wrong)
    with pytest.raises(Refused):
        plan("{ " + " ".join(f"x{i}: service {{ name }}" for i in range(200)) + " }")
