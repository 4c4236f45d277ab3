"""What can need somebody, and how what is told follows from what is needed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from policylab.process.rules import Said


class NoticeKind(StrEnum):
    """Why something needs somebody."""

    POSITION_DUE = "POSITION_DUE"
    POSITION_TO_CLEAR = "POSITION_TO_CLEAR"
    POSITION_TO_RELEASE = "POSITION_TO_RELEASE"
    POSITION_TO_CONFIRM = "POSITION_TO_CONFIRM"
    """Taken ad referendum: it counts only once it is confirmed."""
    TEXT_CHANGED = "TEXT_CHANGED"
    """The words that one's position is on are not those of the latest version."""
    MANDATE_MISSING = "MANDATE_MISSING"
    AMENDMENT_TO_SETTLE = "AMENDMENT_TO_SETTLE"
    AMENDMENT_TO_ANSWER = "AMENDMENT_TO_ANSWER"
    """It was decided what becomes of one's amendment: accept that, or maintain it."""
    MINUTES_TO_APPROVE = "MINUTES_TO_APPROVE"
    PHASE_READY = "PHASE_READY"
    """Nothing stands in the way of the next phase."""
    REPORT_DUE = "REPORT_DUE"
    PHASE_MOVED = "PHASE_MOVED"
    NOTICE_OF_MEETING = "NOTICE_OF_MEETING"
    ROLE_GIVEN = "ROLE_GIVEN"
    RECORD_SEALED = "RECORD_SEALED"
    RECOMMENDATION_REFERRED = "RECOMMENDATION_REFERRED"


NEWS = frozenset(
    {
        NoticeKind.PHASE_MOVED,
        NoticeKind.NOTICE_OF_MEETING,
        NoticeKind.ROLE_GIVEN,
        NoticeKind.RECORD_SEALED,
        NoticeKind.RECOMMENDATION_REFERRED,
    }
)
"""Told once: done with when it has been read. The others stay until the thing is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that needs one person."""

    person_id: UUID
    kind: NoticeKind
    subject_id: UUID
    said: Said
    action: Said
    """What the button says."""
    url: str
    due_at: datetime | None = None
    closed_to: UUID | None = None
    """The delegation inside which this stays."""

    @property
    def key(self) -> tuple[UUID, NoticeKind, UUID]:
        """One notice for each person, kind and thing, however often it is announced."""
        return self.person_id, self.kind, self.subject_id


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that is there already."""

    key: tuple[UUID, NoticeKind, UUID]
    open: bool
    said: Said
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes the notices there are into those that there should be."""

    new: Sequence[Need]
    again: Sequence[Need]
    """Done with once, and needed anew."""
    other: Sequence[Need]
    """Still needed; the words or the deadline are others."""
    done: Sequence[tuple[UUID, NoticeKind, UUID]]


def changes(needs: Iterable[Need], told: Iterable[Told]) -> Changes:
    """Compare what is needed with what was told."""
    wanted = {need.key: need for need in needs}
    there = {notice.key: notice for notice in told}
    open_ = {key for key, notice in there.items() if notice.open}
    both = [need for key, need in wanted.items() if key in open_]
    return Changes(
        new=[need for key, need in wanted.items() if key not in there],
        again=[
            need
            for key, need in wanted.items()
            if key in there and key not in open_ and need.kind not in NEWS
        ],
        other=[need for need in both if _differs(need, there[need.key])],
        done=sorted(open_ - wanted.keys()),
    )


def _differs(need: Need, told: Told) -> bool:
    return (need.said, need.due_at) != (told.said, told.due_at)


def one_of_each(needs: Iterable[Need]) -> list[Need]:
    """Each need once; of two for the same thing the earlier one."""
    kept: dict[object, Need] = {}
    for need in needs:
        kept.setdefault(need.key, need)
    return list(kept.values())
