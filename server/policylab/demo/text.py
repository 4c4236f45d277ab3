"""One text of the demo while it is written, discussed, amended and frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import select

from policylab import documents
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
from policylab.demo import material, pen
from policylab.demo.stage import Stage
from policylab.documents.sources import LANGUAGE_VERSION, VERSION
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import SYSTEM

Said = Mapping[str, Any]


@dataclass
class Text:
    """A document in both languages."""

    stage: Stage
    dialogue_id: UUID
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
        async with self.stage.database.read(SYSTEM) as session:
            rows = await session.exec(
                select(part.language, part.id).where(part.document_id == self.id)
            )
            parts = dict(rows.all())
        for language in sorted(parts):
            content = None if without is None else material.tree(self.name, language, without)
            self.drafts[language] = await self.stage.act(
                self.writer,
                documents.open_draft,
                language_version_id=parts[language],
                content=content,
            )

    async def freeze(self) -> None:
        """Freeze the text in both languages."""
        self.set_id = await self.stage.act(self.writer, documents.freeze, document_id=self.id)
        self.drafts = {}
        version: Any = VERSION.table
        async with self.stage.database.read(SYSTEM) as session:
            rows = await session.exec(
                select(version.language, version.id).where(version.version_set_id == self.set_id)
            )
            self.versions = dict(rows.all())

    async def write(self, written: Said) -> None:
        """Begin the text; the clauses that others write are theirs, in the order of the file."""
        theirs = {label for labels in written.values() for label in labels}
        await self.open(without=theirs)
        for author, labels in written.items():
            theirs -= set(labels)
            for language, draft_id in self.drafts.items():
                await self.stage.act(
                    author,
                    pen.write,
                    dialogue_id=self.dialogue_id,
                    draft_id=draft_id,
                    content=material.tree(self.name, language, without=theirs),
                )

    async def remark(self, remarks: Sequence[Said]) -> None:
        """Remarks on the working draft, or on the latest version where none is open."""
        for said in remarks:
            await self._remark(said, ThreadVisibility.DIALOGUE)

    async def note(self, notes: Sequence[Said]) -> None:
        """Closed notes, which only one's own delegation sees."""
        for said in notes:
            await self._remark(said, ThreadVisibility.DELEGATION)

    async def _remark(self, said: Said, visibility: ThreadVisibility) -> None:
        thread = await self.stage.act(
            said["who"],
            start_thread,
            **self.place(said["language"]),
            section_id=self.section(said["at"]),
            quotation=said.get("quotation", ""),
            body=said["body"],
            visibility=visibility,
        )
        for answer in said.get("replies", ()):
            await self.stage.act(answer["who"], reply, thread_id=thread, body=answer["body"])
        if "resolved" in said:
            await self.stage.act(said["resolved"], resolve_thread, thread_id=thread)

    async def table(self, amendments: Sequence[Said]) -> list[dict[str, UUID]]:
        """Table amendments, each in both languages; answers their ids by language."""
        made: list[dict[str, UUID]] = []
        for said in amendments:
            made.append({})
            for language, words in said["text"].items():
                made[-1][language] = await self.stage.act(
                    said["who"],
                    table_amendment,
                    set_id=self.set_id,
                    section_id=self.section(said["at"]),
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
