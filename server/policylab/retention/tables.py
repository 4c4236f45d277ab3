"""How legal holds are stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Text
from sqlmodel import Field

from policylab.kit.tables import Table, moment


class LegalHold(Table, table=True):
    """Nothing of a lab is erased while it stands. Lifted, never deleted."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_it_begins"),
        CheckConstraint("lifted_by IS NULL OR until IS NOT NULL", name="lifted_when_it_ended"),
        CheckConstraint("length(trim(reason)) > 0", name="says_why"),
    )

    lab_id: UUID = Field(foreign_key="lab.id", index=True)
    reason: str = Field(sa_type=Text)
    since: datetime = moment(nullable=False)
    until: datetime | None = moment()
    placed_by: UUID | None = Field(default=None, foreign_key="person.id")
    lifted_by: UUID | None = Field(default=None, foreign_key="person.id")
