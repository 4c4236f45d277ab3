"""Atom (RFC 4287), in pages (RFC 5005). Words go in as text, never as markup. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from policylab.feeds.rules import PageAsked, clean

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
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


def written(feed: Feed, items: Iterable[Item]) -> bytes:
    """The feed as a file."""
    root = etree.Element(f"{{{ATOM}}}feed", {LANG: feed.language}, nsmap={None: ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", moment(feed.updated))
    _add(root, "generator", "Policy Lab")
    _author(root, "Policy Lab", feed.base + "/")
    _link(root, "self", feed.address(feed.page.number), MEDIA_TYPE)
    for relation, page in feed.page.others(feed.total).items():
        _link(root, relation, feed.address(page), MEDIA_TYPE)
    for item in items:
        _entry(root, item, feed.language)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def moment(when: datetime) -> str:
    """A moment as RFC 3339 writes it, in UTC."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(root: Any, item: Item, language: str) -> None:
    entry = etree.SubElement(root, f"{{{ATOM}}}entry")
    _add(entry, "id", item.id)
    _said(entry, "title", item.title, language)
    _add(entry, "updated", moment(item.updated))
    _add(entry, "published", moment(item.published))
    _author(entry, item.author)
    for term, label in item.terms:
        etree.SubElement(entry, f"{{{ATOM}}}category", {"term": term, "label": clean(label)})
    for relation, address, media_type, title in item.links:
        _link(entry, relation, address, media_type, title)
    if item.summary:
        _said(entry, "summary", item.summary, language)
    content = etree.SubElement(entry, f"{{{ATOM}}}content", {"type": "xhtml"})
    body = etree.SubElement(content, f"{{{XHTML}}}div", nsmap={None: XHTML})
    for words, tag in item.paragraphs:
        _text(etree.SubElement(body, f"{{{XHTML}}}p"), words, tag, language)


def _said(parent: Any, name: str, said: Words, language: str) -> None:
    _text(etree.SubElement(parent, f"{{{ATOM}}}{name}", {"type": "text"}), *said, language)


def _text(element: Any, words: str, tag: str, language: str) -> None:
    element.text = clean(words)
    if tag != language:
        element.set(LANG, tag)


def _add(parent: Any, name: str, words: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = clean(words)


def _author(parent: Any, name: str, address: str = "") -> None:
    author = etree.SubElement(parent, f"{{{ATOM}}}author")
    _add(author, "name", name)
    if address:
        _add(author, "uri", address)


def _link(parent: Any, relation: str, address: str, media_type: str, title: str = "") -> None:
    named = {"title": clean(title)} if title else {}
    values = {"rel": relation, "href": address, "type": media_type} | named
    etree.SubElement(parent, f"{{{ATOM}}}link", values)
