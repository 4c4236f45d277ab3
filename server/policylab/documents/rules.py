"""What documents are, and what may be done with them when. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

LONGEST_TITLE = 300
MOST_SHOWN = 20
"""How many mismatches a refusal lists."""


class DocumentKind(StrEnum):
    """What sort of text it is."""

    STRATEGY = "strategy"
    """Sets out a vision, the changes sought and the measures that lead there."""
    POSITION_PAPER = "position_paper"
    """Says what the bodies in the dialogue hold in common on one question."""
    PROTOCOL = "protocol"
    """Says how several bodies will work together, as a charter does."""
    PLAN = "plan"
    """Says who does what, and by when."""
    MINUTES = "minutes"
    """Gives an account of a lab session; what was decided is recorded apart."""
    PROFILE = "profile"
    """Reports what experts found when they visited a city."""
    NOTE = "note"
    """A working paper that prepares the other texts, such as a diagnosis."""


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


def untranslated(words: Mapping[str, Mapping[str, tuple[str, bool]]]) -> list[str]:
    """Clauses that say something in one language and nothing in another.

    `words` gives for each language, by section id, its number and whether it has words.
    """
    spoken = {key for clauses in words.values() for key, (_, said) in clauses.items() if said}
    return [
        f"{clauses[key][0]}: has no words in {language}"
        for language, clauses in sorted(words.items())
        for key in clauses
        if key in spoken and not clauses[key][1]
    ]


def check_freeze(
    *, without_draft: Sequence[str], empty: Sequence[str], waiting: int, problems: Sequence[str]
) -> None:
    """Refuse to freeze what is not one finished text in all its languages."""
    if without_draft:
        message = f"There is no working draft in: {', '.join(without_draft)}. Open one first."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    if empty:
        message = f"The text is empty in: {', '.join(empty)}."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    if waiting:
        many = "suggestion waits" if waiting == 1 else "suggestions wait"
        message = f"{waiting} {many} in the text. Accept or reject what waits, then freeze."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)
    if problems:
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, mismatch_sentence(problems))


def check_nothing_waits(waiting: int) -> None:
    """Refuse to write over suggestions that nobody has decided on."""
    if waiting:
        message = f"Suggestions wait in this text ({waiting}). Accept or reject them first."
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, message)


def mismatch_sentence(problems: Sequence[str]) -> str:
    """That languages differ, and where, as one sentence."""
    shown = "; ".join(problems[:MOST_SHOWN])
    more = f"; and {len(problems) - MOST_SHOWN} more" if len(problems) > MOST_SHOWN else ""
    return f"The languages do not have the same clauses. {shown}{more}."


def check_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by language, trimmed; one at least."""
    cleaned = {tag: title.strip() for tag, title in titles.items() if title.strip()}
    if not cleaned:
        message = "Give the text a title in one language at least."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="titles")
    if any(len(title) > LONGEST_TITLE for title in cleaned.values()):
        message = f"A title has at most {LONGEST_TITLE} characters."
        raise Refused(RefusalCode.TOO_LARGE, message, field="titles")
    return cleaned


def check_languages(tags: Collection[str], *, known: Collection[str]) -> list[str]:
    """The languages of a text, which are among its dialogue's, in the dialogue's order."""
    if not tags or set(tags) - set(known):
        message = f"Choose among the languages of this dialogue: {', '.join(known)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="languages")
    return [tag for tag in known if tag in set(tags)]


class ImportMismatch(Refused):
    """A file that should follow another language has other clauses; `problems` lists which."""

    def __init__(self, language: str, problems: Sequence[str]) -> None:
        message = f"This file does not have the same clauses as the text in {language}."
        super().__init__(RefusalCode.BAD_FILE, message, field="file")
        self.problems = list(problems)
