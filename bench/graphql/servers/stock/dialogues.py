"""Labs and their dialogues."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from sqlmodel import col

from bench.graphql.servers.stock.decisions import DecisionRecord, DecisionRecordConnection, PageInfo
from bench.graphql.servers.stock.evidence import Coverage, coverage_of
from bench.graphql.servers.stock.places import Delegation, Level, levels_of
from bench.graphql.servers.stock.request import Info, to_id
from policylab.decisions import tables as decided
from policylab.labs import tables as places


@strawberry.type
class Dialogue:
    row: strawberry.Private[Any]
    id: strawberry.ID
    question: str
    visibility: str
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> "Dialogue":
        return cls(
            row=row,
            id=to_id(row.id),
            question=row.questions["en"],
            visibility=row.visibility,
            created_at=row.created_at,
        )

    @strawberry.field
    async def lab(self, info: Info) -> Annotated["Lab", strawberry.lazy(__name__)]:
        return Lab.of(await info.context.one(places.Lab).load(self.row.lab_id))

    @strawberry.field
    async def delegations(self, info: Info) -> list[Delegation]:
        rows = await info.context.many(places.Delegation, "dialogue_id").load(self.row.id)
        levels = await levels_of(info.context).load(self.row.lab_id)
        order = {level.code: level.place for level in levels}
        seated = [row for row in rows if row.until is None]
        return [Delegation.of(row) for row in sorted(seated, key=lambda r: (order[r.level], r.id))]

    @strawberry.field
    async def coverage(self, info: Info) -> Coverage:
        return await coverage_of(info.context, self.row.id)

    @strawberry.field
    async def decisions(self, info: Info, first: int) -> DecisionRecordConnection:
        table = decided.DecisionRecord
        order = (col(table.created_at).desc(), col(table.id).desc())
        rows = await info.context.many(table, "dialogue_id", *order).load(self.row.id)
        nodes = [
            DecisionRecord(row=r, id=to_id(r.id), identifier=r.identifier, outcome=r.outcome)
            for r in rows[:first]
        ]
        more = PageInfo(has_next_page=len(rows) > first)
        return DecisionRecordConnection(nodes=nodes, page_info=more)


@strawberry.type
class DialogueConnection:
    total_count: int
    nodes: list[Dialogue]


@strawberry.type
class Lab:
    row: strawberry.Private[Any]
    id: strawberry.ID
    name: str
    purpose: str
    illustrative: bool
    languages: list[str]

    @classmethod
    def of(cls, row: Any) -> "Lab":
        return cls(
            row=row,
            id=to_id(row.id),
            name=row.names["en"],
            purpose=row.purposes["en"],
            illustrative=row.illustrative,
            languages=row.languages,
        )

    @strawberry.field
    async def levels(self, info: Info) -> list[Level]:
        return [Level.of(row) for row in await levels_of(info.context).load(self.row.id)]

    @strawberry.field
    async def dialogues(self, info: Info, first: int) -> DialogueConnection:
        newest = col(places.Dialogue.id).desc()
        rows = await info.context.many(places.Dialogue, "lab_id", newest).load(self.row.id)
        return DialogueConnection(
            total_count=len(rows), nodes=[Dialogue.of(row) for row in rows[:first]]
        )


@strawberry.type
class LabConnection:
    total_count: int
    nodes: list[Lab]
