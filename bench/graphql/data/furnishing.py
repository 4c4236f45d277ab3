"""Keeps the rows of the data as they are made, and what they have in common."""

import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from policylab.documents.tables import Document, Draft, DraftSection, VersionSet
from policylab.identity import OrganisationKind
from policylab.identity.service import hash_secret
from policylab.identity.tables import AccessToken, Person
from policylab.kit.ids import uuid7
from policylab.labs.tables import Capacity, Delegation, Dialogue, Lab, Mandate

BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
LEVELS = (
    ("LOCAL", {"en": "city", "fr": "ville"}, OrganisationKind.CITY),
    ("REGIONAL", {"en": "region", "fr": "région"}, OrganisationKind.REGION),
    ("NATIONAL", {"en": "ministry", "fr": "ministère"}, OrganisationKind.MINISTRY),
)
_TEXT = """
the city offers every newcomer a course in the language of the region within three months and
pays for child care meanwhile while schools report places each spring and employers who train
apprentices receive support from the ministry which publishes what was spent where by whom and
with what result so that councils can compare housing health transport culture and sport
"""
WORDS = _TEXT.split()
RARE = "mentoring"
"""What people look for: it stands in about one text of twenty-five."""


@dataclass
class Seat:
    """One delegation as far as the others' rows need it."""

    delegation: Delegation
    mandate: Mandate
    capacities: list[Capacity] = field(default_factory=list[Any])
    people: list[Person] = field(default_factory=list[Any])


@dataclass
class Text:
    """One document with its draft, its frozen set and its clauses."""

    document: Document
    draft: Draft
    set: VersionSet
    clauses: list[DraftSection] = field(default_factory=list[Any])


@dataclass
class House:
    """One lab with its dialogue."""

    lab: Lab
    dialogue: Dialogue
    seats: list[Seat] = field(default_factory=list[Any])
    texts: list[Text] = field(default_factory=list[Any])


class Furnishing:
    """Makes rows; `rows` has them by table."""

    def __init__(self) -> None:
        self.rows: dict[Any, list[Any]] = defaultdict(list)
        self.houses: list[House] = []
        self.members: list[Person] = []
        """People with a place in every lab."""
        self.dice = random.Random(4)
        self.now = BEGUN
        self.edition: Any = None
        self.dimensions: list[Any] = []
        self._usual: dict[Any, dict[str, Any]] = {}

    def add(self, table: type[Any], **values: Any) -> Any:
        """Keep a row, born a moment after the one before. Like a row of the table, and quicker."""
        self.now += timedelta(milliseconds=1)
        if table not in self._usual:
            self._usual[table] = _usual(table)
        row = SimpleNamespace(**(self._usual[table] | {"id": uuid7(), "created_at": self.now}))
        row.__dict__.update(values)
        self.rows[table].append(row)
        return row

    def token(self, person: Person) -> str:
        """A personal access token of this person: the same each time the data is made."""
        secret = f"pl_{hashlib.sha256(person.display_name.encode()).hexdigest()[:43]}"
        self.add(
            AccessToken,
            secret_hash=hash_secret(secret),
            person_id=person.id,
            name="bench",
            scopes=["read", "write"],
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
        )
        return secret

    def words(self, count: int) -> str:
        """A sentence of so many words."""
        words = [self.dice.choice(WORDS) for _ in range(count)]
        if self.dice.random() < 0.04:
            words[self.dice.randrange(count)] = RARE
        return " ".join(words).capitalize() + "."

    def person(self, name: str) -> Person:
        """Somebody who could sign in."""
        number = len(self.rows[Person])
        return self.add(Person, display_name=name, email=f"person{number}@example.org")


def _usual(table: type[Any]) -> dict[str, Any]:
    """What a row has where nothing else is said."""
    blank = table()
    return {column.key: getattr(blank, column.key, None) for column in table.__table__.columns}
