"""Whatever is asked, a plan answers as graphql-core does, to the byte.

`POLICYLAB_FUZZ_SEED` repeats a run, `POLICYLAB_FUZZ_DOCUMENTS` makes it longer:

    POLICYLAB_FUZZ_DOCUMENTS=100000 pytest -s tests/compiled/test_random_documents.py
"""

import gc
import os
from collections.abc import Iterator
from random import Random, SystemRandom

import pytest

from policylab.kit.db import Database
from tests.compiled.asking import askers, cursors, identifiers
from tests.compiled.comparing import Comparer
from tests.compiled.inventing import Inventor

SEED = int(os.environ.get("POLICYLAB_FUZZ_SEED") or SystemRandom().randrange(2**32))
DOCUMENTS = int(os.environ.get("POLICYLAB_FUZZ_DOCUMENTS") or 2_000)
CHANGES = DOCUMENTS // 20

COLLECT_EVERY = 100

# Where a field fails, graphql-core cancels its neighbours, on a busy machine before they begin.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture(autouse=True)
def _collected_between_documents() -> Iterator[None]:
    """Such a neighbour is told of when it is collected. Inside the making of a named tuple, which
    knows no built-in names, Python would fail to tell: so it is collected between documents."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.mark.parametrize(("operation", "count"), [("query", DOCUMENTS), ("mutation", CHANGES)])
async def test_random_documents_are_answered_alike(
    arvenia: Database, both: Comparer, operation: str, count: int
) -> None:
    print(f"\nPOLICYLAB_FUZZ_SEED={SEED}")
    random = Random(SEED)
    inventor = Inventor(random, await identifiers(arvenia), await cursors(arvenia))
    who = await askers(arvenia)
    for nth in range(count):
        if nth % COLLECT_EVERY == 0:
            gc.collect()
        asker, invented = random.choice(who), inventor.document(operation)
        await both.ask(invented.text, invented.variables, asker.viewer, asker.locale)
    found = both.found
    print(f"{operation}: {found.told()}")
    assert found.different == [], f"seed {SEED}:\n" + "\n\n".join(found.different[:3])
    assert found.refused < found.asked / 5
    assert found.with_errors < found.asked * 0.7
    assert found.share >= 0.98
