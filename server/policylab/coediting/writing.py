"""ProseMirror JSON as a Yjs update: how a draft begins, from an import or from a frozen version."""

import secrets
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from policylab.coediting.rules import ROOT

Json = dict[str, Any]


def write_text(content: Json, *, client_id: int | None = None) -> tuple[int, bytes]:
    """The update that makes this text from nothing, and the client id that wrote it."""
    author = client_id or secrets.randbelow(2**31) + 2**31
    doc = Doc[Any](client_id=author)
    root = doc.get(ROOT, type=XmlFragment)
    with doc.transaction():
        _fill(root, content.get("content") or [])
    return author, doc.get_update()


def _fill(parent: XmlFragment | XmlElement, nodes: list[Json]) -> None:
    words: list[Json] = []
    for node in nodes:
        if node["type"] == "text":
            words.append(node)
            continue
        _put_words(parent, words)
        words = []
        _put_block(parent, node)
    _put_words(parent, words)


def _put_block(parent: XmlFragment | XmlElement, node: Json) -> None:
    element = parent.children.append(XmlElement(node["type"]))
    attributes: Json = node.get("attrs") or {}
    for key, value in attributes.items():
        if value is not None:
            element.attributes[key] = value
    _fill(element, node.get("content") or [])


def _put_words(parent: XmlFragment | XmlElement, nodes: list[Json]) -> None:
    """One run of words; pycrdt counts places in it in bytes of UTF-8."""
    if not nodes:
        return
    run = parent.children.append(XmlText())
    at = 0
    for node in nodes:
        listed: list[Json] = node.get("marks") or []
        marks: Json = {mark["type"]: mark.get("attrs") or {} for mark in listed}
        run.insert(at, node["text"], marks)
        at += len(node["text"].encode())
