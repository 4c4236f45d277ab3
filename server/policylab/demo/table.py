"""One dialogue of the demo and everybody around it: what each dialogue has in common.

What is said in it comes from its file; every step here is one verb of a room, done by the person
who would do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from policylab import decisions, documents, index, labs, positions, strategies
from policylab.decisions.sources import DECISION_RECORD
from policylab.demo import material
from policylab.demo.stage import Stage
from policylab.demo.text import Said, Text
from policylab.documents import DocumentKind
from policylab.index import ResponseAnswer
from policylab.index.sources import ASSESSMENT
from policylab.kit.viewer import SYSTEM
from policylab.labs import FactKind, Role, Visibility
from policylab.positions import Stance, Subject, Words
from policylab.strategies import TraceKind


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
        text = Text(self.stage, self.id, name, made, writer)
        await text.write(written or {})
        return text

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
