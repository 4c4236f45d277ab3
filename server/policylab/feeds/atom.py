"""Atom (RFC 4287), in pages (RFC 5005): what a feed holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from policylab.feeds.rules import PageAsked

MEDIA_TYPE = "application/atom+xml"
BORN = "2026"
"""The year in the tag: URIs (RFC 4151) that feeds and heads are named by."""
Words = tuple[str, str]
"""A text and its language."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """An entry of a feed."""

    id: str
    title: Words
    updated: datetime
    published: datetime
    author: str
    summary: Words | None = None
    paragraphs: Sequence[Words] = ()
    links: Sequence[tuple[str, str, str, str]] = ()
    """(relation, address, media type, title)"""
    terms: Sequence[tuple[str, str]] = ()
    """(term, label)"""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A page of a feed, with where it is and what else there is of it."""

    base: str
    """How the house is reached."""
    path: str
    title: str
    subtitle: str
    language: str
    updated: datetime
    page: PageAsked
    total: int
    query: dict[str, str] = field(default_factory=dict[str, str])
    """What else than the page its address says."""

    @property
    def id(self) -> str:
        """The feed's name for ever: in one language, of one house."""
        return tag_of(self.base, self.path + (f"?{urlencode(self.query)}" if self.query else ""))

    def address(self, page: int) -> str:
        """The address of one of its pages."""
        asked = self.query | ({"page": str(page)} if page > 1 else {})
        return f"{self.base}{self.path}" + (f"?{urlencode(asked)}" if asked else "")


def tag_of(base: str, path: str) -> str:
    """A name that outlives the address (RFC 4151)."""
    return f"tag:{urlsplit(base).hostname},{BORN}:{path.lstrip('/')}"


def moment(when: datetime) -> str:
    """A moment as RFC 3339 writes it, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
