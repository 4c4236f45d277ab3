"""Writes the Python function of one shape: from rows or objects to dicts. It is our own text, made
of names that the schema and our declarations hold, and `policylab plan` shows it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from policylab.api.compiled.leaves import Write, some
from policylab.api.declare import in_language

_IT = re.compile(r"\bit\b")


@dataclass
class Writer:
    """Collects the entries of one shape in their order."""

    names: dict[str, Any] = field(
        default_factory=lambda: {"some": some, "in_language": in_language}
    )
    entries: list[str] = field(default_factory=list[str])
    children: int = 0
    languages: int = 0
    identifiers: str = ""
    """The function that writes the identifiers of all things at once, where they are wanted."""

    def constant(self, key: str, text: str) -> None:
        self._entry(key, _quoted(text))

    def child(self, key: str) -> None:
        """A value that a relation has finished."""
        self._entry(key, f"child{self.children}")
        self.children += 1

    def identifier(self, key: str, write: Callable[[Sequence[Any]], list[str]]) -> None:
        """The identifier of the thing itself."""
        self.identifiers = self.identifiers or self._name(write)
        self._entry(key, "identifier")

    def leaf(
        self,
        key: str,
        place: str,
        write: Write | str | dict[Any, str],
        *,
        nullable: bool,
        sure: bool,
    ) -> None:
        """A value that is written at once; `sure` says that the database never holds null there."""
        if isinstance(write, str):
            made = write
        else:
            made = f"{self._name(write)}{'[it]' if isinstance(write, dict) else '(it)'}"
        if nullable:
            plain = made == "it"
            self._entry(key, place if plain else f"None if (it := {place}) is None else {made}")
        else:
            there = place if sure else f"some({place})"
            self._entry(key, _IT.sub(lambda _: there, made))

    def words(self, key: str, place: str, write: Write) -> None:
        """A text in the language asked for."""
        self._entry(key, f"{self._name(write)}(in_language({place}, said[{self.languages}]))")
        self.languages += 1

    def _entry(self, key: str, expression: str) -> None:
        self.entries.append(f"            {_quoted(key)}: {expression},")

    def _name(self, write: Any) -> str:
        name = f"write{len(self.names) - 2}"
        self.names[name] = write
        return name

    def source(self) -> str:
        """The function as text."""
        children = [f"children{place}" for place in range(self.children)]
        lists, each = ["things", *children], ["of", *(f"child{n}" for n in range(self.children))]
        first: list[str] = []
        if self.identifiers:
            first = [f'    identifiers = {self.identifiers}([of["id"] for of in things])']
            lists, each = [*lists, "identifiers"], [*each, "identifier"]
        over = f"zip({', '.join(lists)})" if len(lists) > 1 else "things"
        return "\n".join(
            [
                f"def write({', '.join(['things', 'said', *children])}):",
                *first,
                "    return [",
                "        {",
                *self.entries,
                "        }",
                f"        for {', '.join(each)} in {over}",
                "    ]",
            ]
        )

    def function(self, source: str, name: str) -> Any:
        """The function itself."""
        exec(compile(source, f"<plan of {name}>", "exec"), self.names)
        return self.names["write"]


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
