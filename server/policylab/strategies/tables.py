"""How links to recommendations and progress reports are stored."""

from datetime import date as day
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from policylab.kit.tables import Table, choice, choice_check, jsonb, moment
from policylab.strategies.rules import TraceKind


class TraceLink(Table, table=True):
    """From a clause or a measure of a text to a recommendation. A link that ends stays readable."""

    __tablename__ = "trace_link"
    __table_args__ = (
        choice_check("kind", TraceKind),
        Index(
            "trace_link_one_open",
            "document_id",
            "section_id",
            "recommendation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    document_id: UUID = Field(foreign_key="document.id", index=True)
    section_id: UUID = Field(index=True)
    recommendation_id: UUID = Field(foreign_key="recommendation.id", index=True)
    kind: TraceKind = Field(sa_type=choice(TraceKind))
    note: str = Field(default="", sa_type=Text)
    capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    hashes: dict[str, str] = jsonb()
    """The clause's hash by language when the link was made or last confirmed."""
    confirmed_at: datetime = moment(nullable=False)
    confirmed_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")
    ended_at: datetime | None = moment()
    ended_by_capacity_id: UUID | None = Field(default=None, foreign_key="capacity.id")


class MonitoringReport(Table, table=True):
    """How far measures are at a date, by a body that is responsible for them. Never changes."""

    __tablename__ = "monitoring_report"

    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    date: day
    comment: str = Field(sa_type=Text)
    capacity_id: UUID = Field(foreign_key="capacity.id")
