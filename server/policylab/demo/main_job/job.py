"""What the steps of the main job share: who there is, what has been made, what is asked often."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policylab.demo import material
from policylab.demo.main_job.client import Caller, Client, StepFailed
from policylab.demo.main_job.own_house import OwnHouse

TEXT = "language"
BODIES = {
    "marrow-bay": ("LOCAL", ("deputy", "coordinator")),
    "north-vale": ("REGIONAL", ("director", "education")),
    "ministry": ("NATIONAL", ("head", "language")),
}
"""Who takes part in the run: one delegation of each level, head first."""
STAFF = ("network.moderator", "network.rapporteur", "network.secretariat")
SAID = material.read("dialogue_language")


@dataclass
class Job:
    """How far the run has come: who there is, and what has been made."""

    house: OwnHouse
    out: Path
    people: dict[str, Caller] = field(default_factory=dict[str, Caller])
    bodies: dict[str, str] = field(default_factory=dict[str, str])
    delegations: dict[str, str] = field(default_factory=dict[str, str])
    files: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    lab: str = ""
    dialogue: str = ""
    document: str = ""
    drafts: dict[str, str] = field(default_factory=dict[str, str])
    set_id: str = ""
    procedure: str = ""
    record: str = ""
    record_path: str = ""
    verified: bool = False

    @property
    def client(self) -> Client:
        return self.house.client

    def who(self, name: str) -> Caller:
        """Somebody of the run, by body and post."""
        return self.people[name]

    @property
    def moderator(self) -> Caller:
        return self.who("network.moderator")

    @property
    def rapporteur(self) -> Caller:
        return self.who("network.rapporteur")

    def heads(self) -> list[Caller]:
        """The heads of the delegations."""
        return [self.who(f"{body}.{people[0]}") for body, (_, people) in BODIES.items()]

    async def go(self, *phases: str) -> None:
        """Let the moderator lead on."""
        for phase in phases:
            await self.client.do(
                self.moderator, "movePhase", "Dialogue { id }", dialogueId=self.dialogue, to=phase
            )

    async def state(self, kind: str, note: str, who: Caller | None = None) -> None:
        """Let somebody say that something has happened."""
        await self.client.do(
            who or self.moderator,
            "recordFact",
            "Dialogue { id }",
            dialogueId=self.dialogue,
            kind=kind,
            note=note,
        )

    async def sections(self, draft: str) -> list[dict[str, Any]]:
        """The clauses of a working draft as the house shows them."""
        query = "query($id: ID!) { draft(id: $id) { sections { sectionId number text } } }"
        return (await self.client.ask(self.rapporteur, query, id=draft))["draft"]["sections"]

    async def clause(self, label: str, language: str = "en") -> str:
        """The clause of the draft that holds the words which the file has under this label."""
        [block] = [each for each in material.read(TEXT)["blocks"] if each["id"] == label]
        beginning = block["clause"][language][:60]
        for section in await self.sections(self.drafts[language]):
            if section["text"].startswith(beginning):
                return section["sectionId"]
        raise StepFailed(f"The clause “{beginning}…” is not in the draft.")


def both(words: dict[str, str]) -> list[dict[str, str]]:
    """A text by language as the API takes it."""
    return [{"language": language, "text": text} for language, text in words.items()]


def coedit_url(job: Job, language: str) -> str:
    """Where a draft is written live."""
    return f"{job.client.url.replace('http', 'ws', 1)}/coedit/{job.drafts[language]}"
