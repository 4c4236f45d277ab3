"""What documents are, and what may be done with them when. Pure."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What sort of text it is."""

    STRATEGY = "strategy"
    POSITION_PAPER = "position_paper"
    PROTOCOL = "protocol"
    PLAN = "plan"
    MINUTES = "minutes"
    PROFILE = "profile"
    NOTE = "note"


CLAUSED = {DocumentKind.STRATEGY, DocumentKind.POSITION_PAPER, DocumentKind.PROTOCOL}
"""Kinds whose paragraphs under headings become numbered clauses when a file is imported."""


def mismatches(sections: dict[str, list[tuple[str, str]]]) -> list[str]:
    """What differs between language versions that must have the same sections (invariant 13).

    `sections` gives for each language its sections in order, as (section id, number or heading).
    """
    languages = sorted(sections)
    if len(languages) < 2:
        return []
    first, problems = languages[0], list[str]()
    for other in languages[1:]:
        here, there = dict(sections[first]), dict(sections[other])
        problems += [
            f"{label}: missing in {other}" for key, label in here.items() if key not in there
        ]
        problems += [
            f"{label}: missing in {first}" for key, label in there.items() if key not in here
        ]
        shared = [key for key, _ in sections[first] if key in there]
        theirs = [key for key, _ in sections[other] if key in here]
        problems += [
            f"{here[a]}: stands elsewhere in {other}"
            for a, b in zip(shared, theirs, strict=True)
            if a != b
        ][:5]
    return problems
