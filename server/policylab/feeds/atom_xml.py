"""A feed as XML: words go in as text, never as markup. Read late (`kit.late`), as few houses are
asked for feeds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from policylab.feeds.atom import MEDIA_TYPE, Feed, Item, Words, moment
from policylab.feeds.rules import clean

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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
