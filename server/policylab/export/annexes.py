"""The annexes of a package: what became of the text, as blocks of a fair copy.

Decision, positions by level, reservations and dissent, recommendations, provenance. A writer
needs to know nothing of them: they are headings, paragraphs, lists and tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policylab.documents.sections import PREAMBLE
from policylab.documents.tree import Json
from policylab.export import words
from policylab.export.dossier import Covered, Decision, Dossier, Stand, Subject, within
from policylab.export.fair_copy import plain, safe_address
from policylab.export.rules import house_language
from policylab.process.rules import Said

LETTERS = "ABCDE"


def annexes(dossier: Dossier, language: str) -> list[Json]:
    """All five annexes beside a text in this language, in English or French."""
    return _Annexes(dossier, language).all()


def paragraph(*pieces: str | Json) -> Json:
    """A paragraph of words and runs."""
    return {"type": "paragraph", "attrs": {"id": ""}, "content": [run(each) for each in pieces]}


def run(piece: str | Json, *marks: str) -> Json:
    """Words with marks on them."""
    if not isinstance(piece, str):
        return piece
    return {"type": "text", "text": plain(piece), "marks": [{"type": mark} for mark in marks]}


Line = tuple[str, str | Json]


def labelled(rows: Iterable[Line]) -> Json:
    """A list of labels with what belongs to them; a line without words is left out."""
    items = [
        {
            "type": "listItem",
            "attrs": {"id": ""},
            "content": [paragraph(run(label, "bold"), run(" "), text)],
        }
        for label, text in rows
        if text
    ]
    return {"type": "bulletList", "attrs": {"id": ""}, "content": items}


def table(
    header: Sequence[str], rows: Iterable[Sequence[Json | str]], widths: Sequence[int]
) -> Json:
    """A table with one row of headers; `widths` are shares."""
    made = [[_cell(text, header=True) for text in header]]
    made += [[_cell(cell) for cell in row] for row in rows]
    attrs = {"id": "", "columns": len(header), "headers": 1, "widths": list(widths)}
    return {"type": "table", "attrs": attrs, "rows": made}


def _cell(content: Json | str, *, header: bool = False) -> Json:
    block = paragraph(content) if isinstance(content, str) else content
    attrs = {"header": header, "colspan": 1, "rowspan": 1}
    return {"attrs": attrs, "content": [block]}


class _Annexes:
    """The annexes in one language."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        self.dossier = dossier
        self.language = language
        self.house = house_language(language)

    def label(self, said: Said, *values: object) -> str:
        return self.say(said, *values) + self.say(words.COLON)

    def say(self, said: Said, *values: object) -> str:
        return words.value(said, self.house, *values)

    def all(self) -> list[Json]:
        made: list[Json] = []
        parts = (
            (words.DECISION, self.decisions()),
            (words.POSITIONS, self.positions()),
            (words.RESERVATIONS, self.reservations()),
            (words.COVERAGE, self.coverage()),
            (words.PROVENANCE, self.provenance()),
        )
        for letter, (title, blocks) in zip(LETTERS, parts, strict=True):
            made.append(self._heading(letter, self.say(title)))
            made += blocks
        return made

    def _heading(self, letter: str, title: str) -> Json:
        attrs = {"id": f"annex-{letter.lower()}", "number": self.say(words.ANNEX, letter)}
        attrs |= {"depth": 1, "annex": True}
        return {"type": "heading", "attrs": attrs, "content": [run(title)]}

    def _under(self, title: str, depth: int = 2) -> Json:
        attrs = {"id": "", "number": "", "depth": depth, "annex": True}
        return {"type": "heading", "attrs": attrs, "content": [run(title)]}

    def _subject(self, subject: Subject) -> str:
        if subject.amendment:
            return self.say(words.AMENDMENT)
        if subject.section_id is not None:
            return self.clause(self.dossier.numbers.get(subject.section_id, "?"))
        return self.say(words.WHOLE)

    def clause(self, number: str) -> str:
        return self.say(words.CLAUSE, number) if number else self.say(words.PREAMBLE)

    def decisions(self) -> list[Json]:
        if not self.dossier.decisions:
            return [paragraph(self.say(words.NO_DECISION))]
        made = [block for each in self.dossier.decisions for block in self._decision(each)]
        return [*made, paragraph(self.say(words.ADOPTS))]

    def _decision(self, decision: Decision) -> list[Json]:
        title = (
            decision.identifier or f"{self.label(words.DECISION)} {self._subject(decision.subject)}"
        )
        sentence = within(decision.sentences, self.house)
        opening = [paragraph(sentence)] if sentence else []
        lines = [*self._course(decision), *self._seal(decision), *self._afterwards(decision)]
        return [self._under(title), *opening, labelled(lines)]

    def _course(self, decision: Decision) -> list[Line]:
        if decision.outcome:
            outcome = self.say(words.OUTCOMES[decision.outcome])
        else:
            outcome = self.say(words.PENDING, words.day(decision.closes_at, self.house))
        return [
            (self.label(words.SUBJECT), self._subject(decision.subject)),
            (self.label(words.RULE), within(decision.rule, self.house)),
            (self.label(words.OUTCOME), run(outcome, "bold")),
        ]

    def _seal(self, decision: Decision) -> list[Line]:
        seal = decision.seal
        if seal is None:
            return [(self.label(words.RECORD), self.say(words.NOT_SEALED))]
        sealed = f"{self.say(words.SEALED)} {words.day(seal.at, self.house)}"
        return [
            (self.label(words.RECORD), sealed),
            (self.label(words.SEAL), run(seal.hash, "code")),
            (self.label(words.LOG_ENTRY), str(seal.leaf)),
            (self.label(words.SIGNER), run(seal.signer, "code")),
        ]

    def _afterwards(self, decision: Decision) -> list[Line]:
        lines: list[Line] = [
            (self.label(words.CORRIGENDUM, number), text) for number, text in decision.corrigenda
        ]
        for each in decision.adoptions:
            day = words.day(each.on, self.house)
            text = run(", ".join(part for part in (each.body, day, each.reference) if part))
            address = safe_address(each.link)
            text["marks"] = [{"type": "link", "href": address}] if address else []
            lines.append((self.label(words.ADOPTION), text))
        return lines

    def positions(self) -> list[Json]:
        if not self.dossier.bodies:
            return [paragraph(self.say(words.NO_POSITIONS))]
        made: list[Json] = []
        header = [self.say(each) for each in (words.DELEGATION, words.SUBJECT)]
        header += [self.say(each) for each in (words.STANCE, words.STATEMENT)]
        levels = [level.code for level in self.dossier.levels]
        for code in sorted({stand.body.level for stand in self.dossier.stands}, key=levels.index):
            here = [stand for stand in self.dossier.stands if stand.body.level == code]
            name = self.dossier.level_name(code, self.house)
            made += [
                self._under(name[:1].upper() + name[1:]),
                table(header, [self._stand(stand) for stand in here], (4, 3, 4, 7)),
            ]
        return made

    def _stand(self, stand: Stand) -> list[str]:
        name = within(stand.body.names, self.language)
        if not stand.body.voting:
            name = f"{name} ({self.say(words.HEARD)})"
        stance = self.say(words.STANCES[stand.stance] if stand.stance else words.NO_POSITION)
        if stand.ad_referendum:
            stance += f" ({self.say(words.AD_REFERENDUM)}"
            stance += f", {self.say(words.CONFIRMED_SINCE)})" if stand.confirmed else ")"
        return [name, self._subject(stand.subject), stance, stand.statement or "–"]

    def reservations(self) -> list[Json]:
        rows = [row for stand in self.dossier.stands for row in self._limits(stand)]
        for decision in self.dossier.decisions:
            subject = self._subject(decision.subject)
            for names, text in decision.dissents:
                name = within(names, self.language)
                rows.append([name, subject, self.say(words.DISSENT), text])
        if not rows:
            return [paragraph(self.say(words.NONE_STATED))]
        header = [self.say(each) for each in (words.DELEGATION, words.SUBJECT)]
        return [
            table([*header, self.say(words.NATURE), self.say(words.STATEMENT)], rows, (4, 3, 4, 7))
        ]

    def _limits(self, stand: Stand) -> list[list[str]]:
        name, subject = within(stand.body.names, self.language), self._subject(stand.subject)
        rows = [[name, subject, self.say(words.RESERVATION), text] for text in stand.reservations]
        for each in stand.conditions:
            fate = words.NOT_MET
            if each.met:
                fate = words.MET if each.confirmed else words.MET_ONLY
            kind = f"{self.say(words.CONDITION)} ({self.say(fate)})"
            rows.append([name, subject, kind, each.text])
        if stand.stance == "OBJECT":
            rows.append([name, subject, self.say(words.OBJECTION), stand.statement or "–"])
        return rows

    def coverage(self) -> list[Json]:
        if not self.dossier.coverage:
            return [paragraph(self.say(words.NO_COVERAGE))]
        header = [self.say(words.NUMBER_OF_ADVICE), self.say(words.RECOMMENDATION)]
        header += [self.say(words.WHERE), self.say(words.HOW_FAR)]
        rows = [self._covered(each) for each in self.dossier.coverage]
        return [table(header, rows, (2, 8, 5, 4))]

    def _covered(self, row: Covered) -> list[str]:
        areas = ", ".join(within(area, self.language) for area in row.areas)
        text = within(row.texts, self.language) + (f" ({areas})" if areas else "")
        state = self.say(words.STATES[row.state])
        if row.reasons:
            state += f": {row.reasons}"
        return [row.number, text, self._clauses(row), state]

    def _clauses(self, row: Covered) -> str:
        made: list[str] = []
        for section_id, kind, holds in row.clauses:
            notes = [self.say(words.LINKS[kind])] if kind in words.LINKS else []
            notes += [] if holds else [self.say(words.TO_CONFIRM)]
            name = self.clause(self.dossier.numbers.get(section_id, "?"))
            made.append(f"{name} ({', '.join(notes)})" if notes else name)
        return ", ".join(made) or self.say(words.NOWHERE)

    def provenance(self) -> list[Json]:
        dossier = self.dossier
        frozen = dossier.frozen_at.strftime("%Y-%m-%d %H:%M UTC")
        rows: list[Line] = [
            (self.label(words.FROZEN_WHEN), frozen),
            (self.label(words.FROZEN_BY), within(dossier.frozen_by, self.language)),
            (self.label(words.OF_SET, dossier.number), run(dossier.hash, "code")),
        ]
        for language, digest in sorted(dossier.hashes.items()):
            standing = (
                words.AUTHENTIC if dossier.authentic.get(language, True) else words.TRANSLATION
            )
            label = f"{self.say(words.LANGUAGE)} {language} ({self.say(standing)})"
            label += self.say(words.COLON)
            rows.append((label, run(digest, "code")))
        clauses = [
            [item.number or self.say(words.PREAMBLE), paragraph(run(item.hash.hex(), "code"))]
            for item in dossier.sections[self.language]
            if item.blocks or item.kind != PREAMBLE
        ]
        header = [self.say(words.NUMBER), self.say(words.FINGERPRINT)]
        title = f"{self.say(words.CLAUSES)} ({self.language})"
        return [
            labelled(rows),
            paragraph(self.say(words.VERIFY)),
            self._under(title),
            table(header, clauses, (3, 15)),
        ]
