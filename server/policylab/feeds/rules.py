"""How feeds are cut into pages, and what a calendar's entry is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from policylab.kit.errors import RefusalCode, Refused, not_found

PAGE = 50
LARGEST_PAGE_NUMBER = 1_000_000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed changed in which nothing has ever been."""
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a feed somebody wants (RFC 5005, section 3: paged feeds)."""

    number: int = 1

    @classmethod
    def read(cls, given: str | None) -> PageAsked:
        """The page that an address names; the first where it names none."""
        if given is None:
            return cls()
        if not (given.isascii() and given.isdigit() and len(given) <= 7):
            raise Refused(RefusalCode.INVALID_INPUT, "Pages are counted from 1 on.", field="page")
        number = int(given)
        if not 1 <= number <= LARGEST_PAGE_NUMBER:
            raise Refused(RefusalCode.INVALID_INPUT, "Pages are counted from 1 on.", field="page")
        return cls(number)

    @property
    def skip(self) -> int:
        return (self.number - 1) * PAGE

    def check(self, total: int) -> None:
        """Refuse a page beyond the last; the first is there even when it is empty."""
        if self.number > self.last(total):
            raise not_found()

    def last(self, total: int) -> int:
        return max(1, -(-total // PAGE))

    def others(self, total: int) -> dict[str, int]:
        """The pages that this one leads to, by the relation of the link."""
        last = self.last(total)
        found = {"first": 1, "last": last}
        if self.number > 1:
            found["previous"] = self.number - 1
        if self.number < last:
            found["next"] = self.number + 1
        return found


def check_language(given: str | None, *, otherwise: str) -> str:
    """The language asked for, as a tag."""
    if given is None:
        return otherwise
    if not LANGUAGE.fullmatch(given):
        message = "Name a language by its tag, such as en or fr."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="language")
    return given


def worded(texts: Mapping[str, str] | None, language: str) -> tuple[str, str]:
    """A text with its language: the one wanted, else English, else whichever there is."""
    texts = texts or {}
    for tag in (language, language.partition("-")[0], "en", *texts):
        if texts.get(tag):
            return texts[tag], tag
    return "", language


def clean(words: str) -> str:
    """Words without what no XML and no calendar can hold."""
    return NO_XML.sub("", words)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something with a moment, as a calendar shows it."""

    key: UUID
    kind: str
    """`meeting`, `deadline` or `phase`: with the key it makes the entry's lasting name."""
    title: str
    starts_at: datetime
    changed_at: datetime
    ends_at: datetime | None = None
    about: str = ""
    """The dialogue's question."""
    lines: tuple[str, ...] = ()
    place: str = ""
    path: str = ""
    """Where the web app shows it."""
    changes: int = 0
    """How often it has moved or was called off since it was first said."""
    cancelled: bool = False
    takes_time: bool = False
    """Whether one is busy while it lasts; a deadline is a moment."""
