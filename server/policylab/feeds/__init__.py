"""What leaves the house by itself, for programs that read it: feeds, calendars, the catalogue."""

from policylab.feeds.calendar import as_icalendar
from policylab.feeds.catalogue import CONTEXT, catalogue_of
from policylab.feeds.decisions import decisions_feed
from policylab.feeds.entries import calendar_of, meeting_entry
from policylab.feeds.heads import heads_feed
from policylab.feeds.rules import Entry, PageAsked

__all__ = [
    "CONTEXT",
    "Entry",
    "PageAsked",
    "as_icalendar",
    "calendar_of",
    "catalogue_of",
    "decisions_feed",
    "heads_feed",
    "meeting_entry",
]
