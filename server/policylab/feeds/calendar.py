"""Entries as iCalendar (RFC 5545). Pure; the library folds lines and escapes words.

Times are in UTC, which every program shows in its reader's own zone. The library is loaded where
it is used: it keeps all time zones of the world ready, for calendars that are seldom asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from policylab.feeds.rules import Entry, clean

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
MAKER = "-//Policy Lab//Policy Lab//EN"
ASK_AGAIN = timedelta(hours=1)


def as_icalendar(entries: Iterable[Entry], *, base: str, title: str = "") -> bytes:
    """A calendar with these entries; `title` for one that is asked for again and again."""
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if title:
        calendar.add("name", title)
        calendar.add("x-wr-calname", vText(title))
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, base))
    return calendar.to_ical(sorted=False)


def _event(entry: Entry, base: str) -> Event:
    from icalendar import Event

    event = Event()
    changed = entry.changed_at.astimezone(UTC)
    event.add("uid", f"{entry.kind}-{entry.key}@policylab")
    event.add("dtstamp", changed)  # no METHOD: the moment of the latest change (3.8.7.2)
    event.add("last-modified", changed)
    event.add("sequence", entry.changes)
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    if entry.ends_at is not None:
        event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", clean(entry.title))
    lines = [clean(line) for line in (entry.about, *entry.lines) if line]
    if lines:
        event.add("description", "\n".join(lines))
    if entry.place:
        event.add("location", clean(entry.place))
    if entry.path:
        event.add("url", base + entry.path)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.takes_time else "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
