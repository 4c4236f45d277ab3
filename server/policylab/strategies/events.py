"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from policylab.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class TraceChanged(Event):
    """A clause was linked to a recommendation, the link was confirmed, or it ended."""

    kind: ClassVar[str] = "trace.changed"
    link_id: UUID
    document_id: UUID
    section_id: UUID
    recommendation_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReportFiled(Event):
    """A responsible body reported how far its measures are."""

    kind: ClassVar[str] = "report.filed"
    report_id: UUID
