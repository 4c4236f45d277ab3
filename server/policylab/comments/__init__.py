"""What is said about a text: remarks, suggestions, amendments and their fate."""

from policylab.comments.finding import amendment_of
from policylab.comments.rules import AmendmentState, ThreadState, ThreadVisibility

__all__ = [
    "AmendmentState",
    "ThreadState",
    "ThreadVisibility",
    "amendment_of",
]
