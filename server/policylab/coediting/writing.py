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
        insert_nodes(root, 0, content.get("content") or [])
    return author, doc.get_update()


def insert_nodes(parent: XmlFragment | XmlElement, at: int, nodes: list[Json]) -> None:
    """Put nodes among the children of a block, from this place on."""
    words: list[Json] = []
    for node in nodes:
        if node["type"] == "text":
            words.append(node)
            continue
        at = _put_words(parent, at, words)
        words = []
        at = _put_block(parent, at, node)
    _put_words(parent, at, words)


def _put_block(parent: XmlFragment | XmlElement, at: int, node: Json) -> int:
    element = parent.children.insert(at, XmlElement(node["type"]))
    attributes: Json = node.get("attrs") or {}
    for key, value in attributes.items():
        if value is not None:
            element.attributes[key] = value
    insert_nodes(element, 0, node.get("content") or [])
    return at + 1


def _put_words(parent: XmlFragment | XmlElement, at: int, nodes: list[Json]) -> int:
    """One run of words; pycrdt counts places in it in bytes of UTF-8."""
    if not nodes:
        return at
    run = parent.children.insert(at, XmlText())
    place = 0
    for node in nodes:
        run.insert(place, node["text"], marks_of(node))
        place += len(node["text"].encode())
    return at + 1


def marks_of(node: Json) -> Json:
    """The marks of some words as Yjs keeps them."""
    listed: list[Json] = node.get("marks") or []
    return {mark["type"]: mark.get("attrs") or {} for mark in listed}
