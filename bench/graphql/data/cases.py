"""What is asked for in the data, and as whom: identifiers and tokens for each screen."""

from collections.abc import Iterable
from typing import Any

from bench.graphql.data.furnishing import RARE, Furnishing, House

VIEWERS = 20
CASTING = range(2, 12)
"""The labs whose heads cast; nobody looks at their texts, so that no page grows meanwhile."""
LIVE, VOTE = 12, 13


def cases(furnished: Furnishing) -> dict[str, Any]:
    """For each screen its variables with plain UUIDs, and the tokens of those who look at it."""
    reading, deciding = furnished.houses[0], furnished.houses[1]
    readers = _tokens(furnished, reading, VIEWERS)
    return {
        "board": _same({}, [furnished.token(person) for person in furnished.members]),
        "draft": _same({"id": str(reading.texts[0].draft.id)}, readers),
        "coverage": _same({"id": str(reading.dialogue.id)}, readers),
        "search": _same({"text": RARE, "labId": str(reading.lab.id)}, readers),
        "decisions": _same(
            {"id": str(deciding.dialogue.id)}, _tokens(furnished, deciding, VIEWERS)
        ),
        "cast": _in_turns(_casts(furnished, furnished.houses[number]) for number in CASTING),
        "vote": _casts(furnished, furnished.houses[VOTE]),
        "live": {
            "dialogueId": str(furnished.houses[LIVE].dialogue.id),
            "tokens": _tokens(furnished, furnished.houses[LIVE], VIEWERS),
            "casts": _casts(furnished, furnished.houses[LIVE]),
        },
    }


def _in_turns(casts: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Lab by lab, so that those who cast at the same moment do not wait for each other."""
    return [case for several in zip(*casts, strict=True) for case in several]


def _same(variables: dict[str, Any], tokens: list[str]) -> list[dict[str, Any]]:
    return [{"variables": variables, "token": token} for token in tokens]


def _tokens(furnished: Furnishing, house: House, count: int) -> list[str]:
    """Of everybody but the heads, who cast."""
    people = [person for seat in house.seats for person in seat.people[1:]]
    return [furnished.token(person) for person in people[:count]]


def _casts(furnished: Furnishing, house: House) -> list[dict[str, Any]]:
    """Each head on clauses of her own, so that nobody waits for another's row."""
    found: list[dict[str, Any]] = []
    for number, seat in enumerate(house.seats):
        token = furnished.token(seat.people[0])
        for text in house.texts:
            clause = text.clauses[number]
            words = {"setId": str(text.set.id), "sectionId": str(clause.section_id)}
            said = {"stance": "SUPPORT", "statement": "We stand behind this."}
            found.append({"variables": {"input": words | said}, "token": token})
    return found
