"""How notices are stored, and which dialogues have been looked at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field

from policylab.kit.tables import Table, choice, choice_check, localised, moment
from policylab.notices.rules import NoticeKind


class Notice(Table, table=True):
    """Something that needs one person. Made and marked done by `service.refresh` alone."""

    __tablename__ = "notice"
    __table_args__ = (
        choice_check("kind", NoticeKind),
        Unique("person_id", "kind", "subject_id", name="notice_once_key"),
        CheckConstraint("done_at IS NULL OR read_at IS NOT NULL", name="done_is_read"),
    )

    person_id: UUID = Field(foreign_key="person.id")
    kind: NoticeKind = Field(sa_type=choice(NoticeKind))
    lab_id: UUID = Field(foreign_key="lab.id")
    dialogue_id: UUID = Field(foreign_key="dialogue.id", index=True)
    closed_to: UUID | None = Field(default=None, foreign_key="delegation.id")
    subject_id: UUID
    sentences: dict[str, str] = localised()
    actions: dict[str, str] = localised()
    url: str
    due_at: datetime | None = moment()
    read_at: datetime | None = moment()
    done_at: datetime | None = moment()


class NoticeLook(Table, table=True):
    """How a dialogue was when its notices were last looked at; its id is the dialogue's."""

    __tablename__ = "notice_look"

    revision: int = Field(sa_type=BigInteger)
    """The lab's revision then."""
    next_at: datetime = moment(nullable=False)
    """When time alone may change what is needed."""
