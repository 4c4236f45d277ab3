"""The first page: what the text is, how it came about, how it can be recognised."""

from __future__ import annotations

from dataclasses import dataclass

from policylab.export import words
from policylab.export.dossier import Dossier, within
from policylab.export.fair_copy import plain
from policylab.export.identifiers import path_of
from policylab.export.rules import house_language


@dataclass(frozen=True)
class Fact:
    """One line of the first page."""

    label: str
    text: str
    code: bool = False


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The first page in one language."""

    kicker: str
    title: str
    version: str
    subtitle: str
    notice: str
    facts: list[Fact]


def cover_of(dossier: Dossier, language: str) -> Cover:
    """What the first page says in this language."""
    house = house_language(language)
    version = words.value(words.VERSION, house, dossier.number)
    frozen = words.value(words.FROZEN, house, words.day(dossier.frozen_at, house))
    facts = [
        Fact(words.QUESTION.within(house), within(dossier.question, language)),
        Fact(words.AUTHORS.within(house), author(dossier, language)),
        Fact(words.FROZEN_BY.within(house), within(dossier.frozen_by, language)),
        Fact(words.IDENTIFIER.within(house), path_of(dossier, language)),
        Fact(words.FINGERPRINT.within(house), dossier.hash, code=True),
    ]
    lab = within(dossier.lab, language)
    return Cover(
        kicker=plain(f"{words.KINDS[dossier.kind].within(house)} · {lab}"),
        title=plain(dossier.title(language)),
        version=version,
        subtitle=f"{version} · {frozen}",
        notice=words.FICTION.within(house) if dossier.illustrative else "",
        facts=[Fact(each.label, plain(each.text), each.code) for each in facts if each.text],
    )


def author(dossier: Dossier, language: str) -> str:
    """The bodies that wrote the text together: the lab itself where none is seated."""
    names = [within(body.names, language) for body in dossier.bodies]
    return plain(", ".join(names) or within(dossier.lab, language))
