"""What needs whom: kept for each person from how things stand, and marked done when it is gone."""

from policylab.notices.events import NoticesChanged
from policylab.notices.listening import listen
from policylab.notices.rules import NEWS, NoticeKind
from policylab.notices.service import look_at_clock, mark_read, refresh

__all__ = [
    "NEWS",
    "NoticeKind",
    "NoticesChanged",
    "listen",
    "look_at_clock",
    "mark_read",
    "refresh",
]
