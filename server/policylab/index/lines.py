"""JSON read with the line that each object begins on, so that a mistake can be pointed at."""

import json
from typing import Any

LINE = "__line__"
DEEPEST = 12
_SPACE = " \t\r\n"


class BadJson(Exception):
    """What is wrong, and on which line."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def read_json(text: str) -> Any:
    """The value; every object in it holds its line under `LINE`."""
    reader = _Reader(text)
    value, end = reader.value(reader.skip(0), 0)
    end = reader.skip(end)
    if end < len(text):
        raise BadJson(reader.line(end), "there is something after the end")
    return value


class _Reader:
    """Walks objects and lists itself, and leaves everything else to the standard library."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder()
        self._at, self._lines = 0, 1

    def line(self, place: int) -> int:
        """The line of a place; places are asked for in rising order."""
        if place < self._at:
            return self._text.count("\n", 0, place) + 1
        self._lines += self._text.count("\n", self._at, place)
        self._at = place
        return self._lines

    def skip(self, place: int) -> int:
        while place < len(self._text) and self._text[place] in _SPACE:
            place += 1
        return place

    def value(self, place: int, depth: int) -> tuple[Any, int]:
        opening = self._text[place : place + 1]
        if depth > DEEPEST:
            raise BadJson(self.line(place), "this is nested too deeply")
        if opening == "{":
            return self._object(place, depth)
        if opening == "[":
            return self._list(place, depth)
        try:
            return self._decoder.raw_decode(self._text, place)
        except ValueError as error:
            raise BadJson(self.line(place), "this is no JSON value") from error

    def _object(self, place: int, depth: int) -> tuple[dict[str, Any], int]:
        made: dict[str, Any] = {LINE: self.line(place)}
        place = self.skip(place + 1)
        while self._text[place : place + 1] != "}":
            key, place = self.value(place, depth + 1)
            place = self.skip(place)
            if not isinstance(key, str) or self._text[place : place + 1] != ":":
                raise BadJson(self.line(place), "a name in quotes and a colon are missing")
            made[key], place = self.value(self.skip(place + 1), depth + 1)
            place = self._next(place, "}")
        return made, place + 1

    def _list(self, place: int, depth: int) -> tuple[list[Any], int]:
        made: list[Any] = []
        place = self.skip(place + 1)
        while self._text[place : place + 1] != "]":
            item, place = self.value(place, depth + 1)
            made.append(item)
            place = self._next(place, "]")
        return made, place + 1

    def _next(self, place: int, closing: str) -> int:
        place = self.skip(place)
        here = self._text[place : place + 1]
        if here == ",":
            place = self.skip(place + 1)
            if self._text[place : place + 1] != closing:
                return place
        elif here == closing:
            return place
        raise BadJson(self.line(place), f"a comma or {closing} is missing")
