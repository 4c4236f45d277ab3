"""What SQLAlchemy makes of a class for statements over objects waits until it is asked for."""

import subprocess
import sys

PROGRAM = """
from uuid import uuid4
from sqlmodel import select
from policylab.kit.ledger import AuditEvent, Outbox
from policylab.positions.tables import Position, PositionCondition

made = lambda: {kind.__name__ for kind in KINDS if kind.__mapper__.configured}
KINDS = AuditEvent, Outbox, Position, PositionCondition
print(made())
select(AuditEvent).compile()
print(made())
print(Position.plain(delegation_id=uuid4()).id.version, made() - {"AuditEvent"})
"""


def test_a_class_is_made_ready_for_statements_without_all_others() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == ["set()", "{'AuditEvent'}", "7 {'Position'}"]
