"""Drafts with their clauses, remarks and positions."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import func
from sqlmodel import col, select

from bench.graphql.servers.stock.places import Capacity, Delegation, delegation_of
from bench.graphql.servers.stock.request import Info, grouped, key_of, to_id, within
from policylab.comments.tables import Comment as CommentRow
from policylab.comments.tables import Thread as ThreadRow
from policylab.documents import tables as texts
from policylab.labs import tables as places
from policylab.positions.tables import Position as PositionRow

if TYPE_CHECKING:
    from bench.graphql.servers.stock.dialogues import Dialogue

DIALOGUES = strawberry.lazy("bench.graphql.servers.stock.dialogues")


@strawberry.type
class Comment:
    row: strawberry.Private[Any]
    id: strawberry.ID
    body: str
    created_at: datetime

    @strawberry.field
    async def capacity(self, info: Info) -> Capacity:
        row = await info.context.one(places.Capacity).load(self.row.capacity_id)
        return Capacity(id=to_id(row.id), function=row.functions["en"], role=row.role)


@strawberry.type
class Thread:
    id: strawberry.ID
    section_id: str | None
    quotation: str
    state: str
    visibility: str
    created_at: datetime

    @strawberry.field
    async def comments(self, info: Info) -> list[Comment]:
        order = (col(CommentRow.created_at), col(CommentRow.id))
        rows = await info.context.many(CommentRow, "thread_id", *order).load(key_of(self.id))
        return [Comment(row=r, id=to_id(r.id), body=r.body, created_at=r.created_at) for r in rows]


@strawberry.type
class Position:
    row: strawberry.Private[Any]
    id: strawberry.ID
    stance: str
    statement: str
    state: str
    section_id: str | None

    @classmethod
    def of(cls, row: Any) -> "Position":
        return cls(
            row=row,
            id=to_id(row.id),
            stance=row.stance,
            statement=row.statement,
            state=row.state,
            section_id=str(row.section_id) if row.section_id else None,
        )

    @strawberry.field
    async def delegation(self, info: Info) -> Delegation:
        return await delegation_of(info, self.row.delegation_id)


@strawberry.type
class Section:
    row: strawberry.Private[Any]
    section_id: str
    number: str
    kind: str
    heading: str | None
    text: str
    order: int

    @strawberry.field
    async def thread_count(self, info: Info) -> int:
        request = info.context

        async def batch(keys: list[Any]) -> list[int]:
            where = col(ThreadRow.draft_id)
            columns = (where, col(ThreadRow.section_id), func.count())
            statement = within(select(*columns), where, {key[0] for key in keys})
            statement = statement.where(col(ThreadRow.state) == "OPEN").group_by(*columns[:2])
            found = {(row[0], row[1]): row[2] for row in await request.rows(statement)}
            return [found.get(key, 0) for key in keys]

        loader = request.loader("thread counts", batch)
        return await loader.load((self.row.draft_id, self.row.section_id))

    @strawberry.field
    async def positions(self, info: Info) -> list[Position]:
        request = info.context

        async def batch(keys: list[Any]) -> list[list[Any]]:
            statement = (
                within(select(PositionRow), col(PositionRow.document_id), {key[0] for key in keys})
                .where(col(PositionRow.section_id).in_([key[1] for key in keys]))
                .where(col(PositionRow.amendment_id).is_(None))
                .where(col(PositionRow.superseded_at).is_(None))
                .where(col(PositionRow.released_at).is_not(None))
                .order_by(col(PositionRow.section_id), col(PositionRow.delegation_id))
            )
            rows = await request.rows(statement)
            found = grouped(rows, lambda row: (row.document_id, row.section_id))
            return [found[key] for key in keys]

        loader = request.loader("positions on clauses", batch)
        rows = await loader.load((self.row.document_id, self.row.section_id))
        return [Position.of(row) for row in rows]


@strawberry.type
class Document:
    row: strawberry.Private[Any]
    id: strawberry.ID
    title: str
    kind: str

    @strawberry.field
    async def dialogue(self, info: Info) -> Annotated["Dialogue", DIALOGUES]:
        from bench.graphql.servers.stock.dialogues import Dialogue

        return Dialogue.of(await info.context.one(places.Dialogue).load(self.row.dialogue_id))


async def document_of(info: Info, key: UUID) -> Document:
    row = await info.context.one(texts.Document).load(key)
    return Document(row=row, id=to_id(row.id), title=row.titles["en"], kind=row.kind)


@strawberry.type
class Draft:
    row: strawberry.Private[Any]
    id: strawberry.ID
    updated_at: datetime
    sequence: int

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await document_of(info, self.row.document_id)

    @strawberry.field
    async def sections(self, info: Info) -> list[Section]:
        place = col(texts.DraftSection.place)
        rows = await info.context.many(texts.DraftSection, "draft_id", place).load(self.row.id)
        return [
            Section(
                row=row,
                section_id=str(row.section_id),
                number=row.number,
                kind=row.kind,
                heading=row.heading,
                text=row.text,
                order=row.place,
            )
            for row in rows
        ]

    @strawberry.field
    async def threads(self, info: Info) -> list[Thread]:
        rows = await info.context.many(ThreadRow, "draft_id", col(ThreadRow.id)).load(self.row.id)
        return [
            Thread(
                id=to_id(row.id),
                section_id=str(row.section_id) if row.section_id else None,
                quotation=row.quotation,
                state=row.state,
                visibility=row.visibility,
                created_at=row.created_at,
            )
            for row in rows
        ]
