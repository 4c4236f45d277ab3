"""Is a change nothing but suggestions of one's own? Judged on a shadow copy, never on a word.

The rule: the text with all of her own suggestions rejected is the same before and after. Pure.
"""

from typing import Any

from pycrdt import Doc

from policylab.coediting.live import guarded
from policylab.coediting.reader import Update
from policylab.coediting.reading import joined, read_text

Json = dict[str, Any]


class Shadow:
    """A copy of a text on which the changes of one suggesting person are tried."""

    def __init__(self, whole: bytes, capacity: str) -> None:
        self._doc = Doc[Any]()
        self._doc.apply_update(whole)
        self._capacity = capacity
        self._before = without(read_text(self._doc), capacity)

    def admits(self, update: Update) -> bool:
        """Try a change. After a False the shadow is of no more use."""
        try:
            self._doc.apply_update(update.data)
            return without(read_text(self._doc), self._capacity) == self._before
        except BaseException as error:
            guarded(error)
            raise


def without(node: Json, capacity: str) -> Json:
    """The text as if this capacity had never suggested anything."""
    kept = {key: value for key, value in node.items() if key != "content"}
    proposal = _proposal(node)
    if proposal and proposal.get("capacity") == capacity:
        attributes = {key: each for key, each in node["attrs"].items() if key != "proposal"}
        kept["attrs"] = attributes
        if not attributes:
            del kept["attrs"]
    content = [
        without(child, capacity) for child in node.get("content", []) if _stays(child, capacity)
    ]
    content = joined([_unmarked(child, capacity) for child in content])
    if content:
        kept["content"] = content
    return kept


def _stays(node: Json, capacity: str) -> bool:
    """Not for words and blocks that this capacity suggests to insert."""
    if node["type"] == "text":
        return not any(_own(mark, "insertion", capacity) for mark in node.get("marks", []))
    proposal = _proposal(node)
    if proposal is None or proposal.get("capacity") != capacity:
        return True
    return proposal.get("kind") != "insert"


def _proposal(node: Json) -> Json | None:
    proposal: Any = node.get("attrs", {}).get("proposal")
    return proposal if isinstance(proposal, dict) else None  # pyright: ignore[reportUnknownVariableType]


def _unmarked(node: Json, capacity: str) -> Json:
    """Without this capacity's own wish to delete."""
    marks = node.get("marks")
    if not marks:
        return node
    others = [mark for mark in marks if not _own(mark, "deletion", capacity)]
    rest = {key: value for key, value in node.items() if key != "marks"}
    return rest | {"marks": others} if others else rest


def _own(mark: Json, kind: str, capacity: str) -> bool:
    return mark["type"] == kind and mark.get("attrs", {}).get("capacity") == capacity
