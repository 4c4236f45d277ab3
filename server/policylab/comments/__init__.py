"""What is said about a text: remarks, suggestions, amendments and their fate."""

from policylab.comments.amendments import (
    accept_amendment,
    merge_amendment,
    reject_amendment,
    table_amendment,
    withdraw_amendment,
)
from policylab.comments.events import (
    AmendmentChanged,
    AmendmentTabled,
    SuggestionSettled,
    ThreadAnswered,
    ThreadReopened,
    ThreadResolved,
    ThreadStarted,
)
from policylab.comments.finding import amendment_of
from policylab.comments.judging import (
    AmendmentCourse,
    ThreadCourse,
    judge_accept,
    judge_reopen,
    judge_reply,
    judge_resolve,
    judge_settle,
    judge_withdraw,
)
from policylab.comments.rules import AmendmentState, ThreadState, ThreadVisibility
from policylab.comments.suggestions import accept_suggestion, reject_suggestion
from policylab.comments.threads import (
    orphaned,
    reopen_thread,
    reply,
    resolve_thread,
    start_thread,
)

__all__ = [
    "AmendmentChanged",
    "AmendmentCourse",
    "AmendmentState",
    "AmendmentTabled",
    "SuggestionSettled",
    "ThreadAnswered",
    "ThreadCourse",
    "ThreadReopened",
    "ThreadResolved",
    "ThreadStarted",
    "ThreadState",
    "ThreadVisibility",
    "accept_amendment",
    "accept_suggestion",
    "amendment_of",
    "judge_accept",
    "judge_reopen",
    "judge_reply",
    "judge_resolve",
    "judge_settle",
    "judge_withdraw",
    "merge_amendment",
    "orphaned",
    "reject_amendment",
    "reject_suggestion",
    "reopen_thread",
    "reply",
    "resolve_thread",
    "start_thread",
    "table_amendment",
    "withdraw_amendment",
]
