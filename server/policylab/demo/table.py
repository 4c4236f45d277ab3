"""One dialogue of the demo and everybody around it: what each dialogue has in common.

What is said in it comes from its file; every step here is one verb of a room, done by the person
who would do it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from policylab import decisions, documents, index, labs, positions, strategies
from policylab.comments import (
    ThreadVisibility,
    merge_amendment,
    reject_amendment,
    reply,
    resolve_thread,
    start_thread,
    table_amendment,
    withdraw_amendment,
)
from policylab.decisions.sources import DECISION_RECORD
from policylab.demo import material, pen
from policylab.demo.stage import Stage
from policylab.documents import DocumentKind
from policylab.documents.sources import LANGUAGE_VERSION, VERSION
from policylab.index import ResponseAnswer
from policylab.index.sources import ASSESSMENT
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind, Role, Visibility
from policylab.positions import Stance, Subject, Words
from policylab.strategies import TraceKind

Said = Mapping[str, Any]


@dataclass
class Table:
    """A dialogue while it is played."""

    stage: Stage
    id: UUID
    said: Said
    moderator: str
    delegations: dict[str, UUID] = field(default_factory=dict[str, UUID])

    # ── how it begins and moves on ──

    async def gather(self) -> None:
        """Name who takes part, seat the delegations, file their mandates."""
        secretariat, inviter = LAB_SECRETARIAT, self.said.get("inviter", self.moderator)
        await self._grant(secretariat, self.moderator, Role.MODERATOR)
        for role, people in self.said["roles"].items():
            for person in people:
                await self._grant(secretariat, person, Role(role))
        for body, facts in self.said["delegations"].items():
            self.delegations[body] = await self.stage.act(
                inviter,
                labs.create_delegation,
                dialogue_id=self.id,
                organisation_id=self.stage.bodies[body],
                level=facts["level"],
                voting=facts.get("voting", True),
            )
            await self._seat(body, facts)

    async def _grant(self, by: str, person: str, role: Role) -> None:
        body = person.partition(".")[0]
        await self.stage.act(
            by,
            labs.grant_role,
            dialogue_id=self.id,
            person_id=self.stage.viewer(person).person_id,
            role=role,
            functions=_functions(person),
            organisation_id=self.stage.bodies[body],
        )

    async def _seat(self, body: str, facts: Said) -> None:
        for place, post in enumerate(facts["people"]):
            await self.stage.act(
                LAB_SECRETARIAT,
                labs.seat_delegate,
                delegation_id=self.delegations[body],
                person_id=self.stage.viewer(f"{body}.{post}").person_id,
                head=place == 0,
            )
        mandate = facts["mandate"]
        issued = (datetime.now(UTC) + timedelta(days=mandate["issued"])).date()
        await self.stage.act(
            f"{body}.{facts['people'][0]}",
            labs.file_mandate,
            delegation_id=self.delegations[body],
            issuing_body=mandate["body"],
            issued_on=issued,
            scope=mandate["scope"],
            limits=mandate.get("limits", ""),
            valid_from=issued,
            ad_referendum=mandate.get("adReferendum", False),
        )

    async def go(self, *phases: str) -> None:
        """Let the moderator lead on, phase by phase; every condition must be met."""
        for phase in phases:
            await self.stage.act(self.moderator, labs.move_phase, dialogue_id=self.id, to=phase)

    async def state(self, kind: FactKind, note: str = "", *, by: str | None = None) -> None:
        """Let somebody say that something has happened."""
        await self.stage.act(
            by or self.moderator, labs.state_fact, dialogue_id=self.id, kind=kind, note=note
        )

    # ── evidence ──

    async def attach_result(self, who: str, reference: str) -> None:
        """Let the dialogue work on an INDEX result."""
        result: Any = ASSESSMENT.table
        async with self.stage.database.read(SYSTEM) as session:
            found = await session.exec(select(result.id).where(result.reference == reference))
        await self.stage.act(
            who, strategies.attach_assessment, dialogue_id=self.id, assessment_id=found.one()
        )

    async def respond(self, responses: Sequence[Said]) -> None:
        """Answer the recommendations."""
        numbers = await self._recommendations()
        for said in responses:
            await self.stage.act(
                said["who"],
                strategies.respond,
                dialogue_id=self.id,
                recommendation_id=numbers[said["number"]],
                answer=ResponseAnswer(said["answer"]),
                reasons=said["reasons"],
                referred_to=said.get("to"),
            )

    async def link(self, text: Text, links: Sequence[Said]) -> None:
        """Link clauses to recommendations."""
        numbers = await self._recommendations()
        for said in links:
            await self.stage.act(
                said["who"],
                strategies.link_recommendation,
                document_id=text.id,
                section_id=text.section(said["at"]),
                recommendation_id=numbers[said["number"]],
                kind=TraceKind(said["kind"]),
                note=said.get("note", ""),
            )

    async def _recommendations(self) -> dict[str, UUID]:
        async with self.stage.database.read(SYSTEM) as session:
            rows = await index.recommendations_of(session, self.id)
        return {row.number: row.id for row in rows.values()}

    # ── texts ──

    async def begin_text(
        self, name: str, *, kind: DocumentKind, writer: str, written: Said | None = None
    ) -> Text:
        """Let the rapporteur begin a text in both languages, and the others write their clauses."""
        made = await self.stage.act(
            self.moderator,
            documents.create_document,
            dialogue_id=self.id,
            kind=kind,
            titles=material.titles(name),
        )
        text = Text(self, name, made, writer)
        theirs = {label for labels in (written or {}).values() for label in labels}
        await text.open(without=theirs)
        for author, labels in (written or {}).items():
            theirs -= set(labels)
            for language, draft_id in text.drafts.items():
                await self.stage.act(
                    author,
                    pen.write,
                    dialogue_id=self.id,
                    draft_id=draft_id,
                    content=material.tree(name, language, without=theirs),
                )
        return text

    async def remark(self, text: Text, remarks: Sequence[Said]) -> None:
        """Remarks on the working draft, or on the latest version where none is open."""
        for said in remarks:
            await self._remark(text, said, ThreadVisibility.DIALOGUE)

    async def note(self, text: Text, notes: Sequence[Said]) -> None:
        """Closed notes, which only one's own delegation sees."""
        for said in notes:
            await self._remark(text, said, ThreadVisibility.DELEGATION)

    async def _remark(self, text: Text, said: Said, visibility: ThreadVisibility) -> None:
        thread = await self.stage.act(
            said["who"],
            start_thread,
            **text.place(said["language"]),
            section_id=text.section(said["at"]),
            quotation=said.get("quotation", ""),
            body=said["body"],
            visibility=visibility,
        )
        for answer in said.get("replies", ()):
            await self.stage.act(answer["who"], reply, thread_id=thread, body=answer["body"])
        if "resolved" in said:
            await self.stage.act(said["resolved"], resolve_thread, thread_id=thread)

    async def table(self, text: Text, amendments: Sequence[Said]) -> list[dict[str, UUID]]:
        """Table amendments, each in both languages; answers their ids by language."""
        made: list[dict[str, UUID]] = []
        for said in amendments:
            made.append({})
            for language, words in said["text"].items():
                made[-1][language] = await self.stage.act(
                    said["who"],
                    table_amendment,
                    set_id=text.set_id,
                    section_id=text.section(said["at"]),
                    language=language,
                    text=words,
                    reasons=said["reasons"],
                )
        return made

    async def settle(
        self, amendments: Sequence[Said], tabled: Sequence[Mapping[str, UUID]], *, by: str
    ) -> None:
        """Merge, reject or take back what was tabled; working drafts are open."""
        for said, ids in zip(amendments, tabled, strict=True):
            for amendment_id in ids.values():
                one = {"amendment_id": amendment_id}
                if said["fate"] == "merged":
                    await self.stage.act(by, merge_amendment, **one)
                elif said["fate"] == "rejected":
                    await self.stage.act(by, reject_amendment, reasons=said["answer"], **one)
                else:
                    await self.stage.act(said["who"], withdraw_amendment, **one)

    # ── agreement ──

    async def take(self, text: Text, wanted: Sequence[Said]) -> list[UUID]:
        """Take positions on the frozen text, or on a clause of it, by heads of delegation."""
        return [
            await self.stage.act(said["who"], positions.take_position, **_position(text, said))
            for said in wanted
        ]

    async def draft_positions(self, text: Text, wanted: Sequence[Said]) -> None:
        """Positions that stay inside their delegation."""
        for said in wanted:
            await self.stage.act(said["who"], positions.draft_position, **_position(text, said))

    async def open_decision(self, text: Text, *, days: int | None = None) -> UUID:
        """Open the procedure on the latest version, under the rule of the template."""
        subject = Subject(set_id=text.set_id)
        return await self.stage.act(
            self.moderator, decisions.open_procedure, subject=subject, days=days
        )

    async def close_decision(self, procedure_id: UUID) -> UUID:
        """Count; answers the record that waits to be sealed."""
        await self.stage.act(self.moderator, decisions.close_procedure, procedure_id=procedure_id)
        record: Any = DECISION_RECORD.table
        async with self.stage.database.read(SYSTEM) as session:
            rows = await session.exec(select(record.id).where(record.procedure_id == procedure_id))
            return rows.one()

    async def seal(self, record_id: UUID, reasons: str) -> None:
        """Give the record its reasons and seal it."""
        signer = decisions.open_signer(self.stage.settings.signing_key())
        await self.stage.act(
            self.moderator,
            decisions.seal_record,
            record_id=record_id,
            reasons=reasons,
            signer=signer,
        )


@dataclass
class Text:
    """A document of the demo while it is written."""

    table: Table
    name: str
    id: UUID
    writer: str
    drafts: dict[str, UUID] = field(default_factory=dict[str, UUID])
    versions: dict[str, UUID] = field(default_factory=dict[str, UUID])
    set_id: UUID = HOUSE
    """The latest frozen set; none before the first freeze."""

    def section(self, label: str) -> UUID:
        """A clause by the label it has in the file."""
        return material.section_id(self.name, label)

    def place(self, language: str) -> dict[str, UUID]:
        """Where a remark goes now."""
        if self.drafts:
            return {"draft_id": self.drafts[language]}
        return {"version_id": self.versions[language]}

    async def open(self, *, without: set[str] | None = None) -> None:
        """Open the drafts: with the words of the file the first time, later as they stand."""
        part: Any = LANGUAGE_VERSION.table
        async with self.table.stage.database.read(SYSTEM) as session:
            rows = await session.exec(
                select(part.language, part.id).where(part.document_id == self.id)
            )
            parts = dict(rows.all())
        for language in sorted(parts):
            content = None if without is None else material.tree(self.name, language, without)
            self.drafts[language] = await self.table.stage.act(
                self.writer,
                documents.open_draft,
                language_version_id=parts[language],
                content=content,
            )

    async def freeze(self) -> None:
        """Freeze the text in both languages."""
        self.set_id = await self.table.stage.act(self.writer, documents.freeze, document_id=self.id)
        self.drafts = {}
        version: Any = VERSION.table
        async with self.table.stage.database.read(SYSTEM) as session:
            rows = await session.exec(
                select(version.language, version.id).where(version.version_set_id == self.set_id)
            )
            self.versions = dict(rows.all())


LAB_SECRETARIAT = "network.secretariat"


async def convene(stage: Stage, lab_id: UUID, name: str) -> Table:
    """Begin a dialogue as its file says, with everybody around it, in its first phase."""
    said = material.read(name)
    made = await stage.act(
        LAB_SECRETARIAT,
        labs.create_dialogue,
        lab_id=lab_id,
        template_id=said["template"],
        questions=said["question"],
        scopes=said["scope"],
        levels=said.get("levels", ()),
        visibility=Visibility(said["visibility"]),
        settings=said["settings"],
        illustrative=True,
    )
    table = Table(stage, made, said, said["moderator"])
    await table.gather()
    return table


def _functions(person: str) -> dict[str, str]:
    """How somebody is shown in a role: by the post she holds."""
    body, _, post = person.partition(".")
    facts = material.read("arvenia")["bodies"][body]["people"][post]
    return {"en": facts["en"], "fr": facts["fr"]}


def _position(text: Text, said: Said) -> dict[str, Any]:
    section = text.section(said["at"]) if "at" in said else None
    return {
        "subject": Subject(set_id=text.set_id, section_id=section),
        "stance": Stance(said["stance"]),
        "words": Words(
            statement=said["statement"],
            reservations=said.get("reservations", ()),
            conditions=said.get("conditions", ()),
        ),
        "ad_referendum": said.get("adReferendum", False),
    }
