"""Records of decisions."""

from datetime import datetime
from typing import Any

import strawberry
from sqlmodel import col

from bench.graphql.servers.stock.places import Delegation, delegation_of
from bench.graphql.servers.stock.request import Info, to_id
from bench.graphql.servers.stock.texts import Document, document_of
from policylab.decisions import tables as decided
from policylab.documents import tables as texts


@strawberry.type
class VersionSet:
    row: strawberry.Private[Any]
    id: strawberry.ID
    number: int

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await document_of(info, self.row.document_id)


@strawberry.type
class Procedure:
    id: strawberry.ID
    opens_at: datetime
    levels: list[str]
    section_id: str | None


@strawberry.type
class Statement:
    row: strawberry.Private[Any]
    id: strawberry.ID
    text: str

    @strawberry.field
    async def delegation(self, info: Info) -> Delegation:
        return await delegation_of(info, self.row.delegation_id)


@strawberry.type
class DecisionRecord:
    row: strawberry.Private[Any]
    id: strawberry.ID
    identifier: str
    outcome: str

    async def _seal(self, info: Info) -> Any:
        found = await info.context.many(decided.RecordSeal, "record_id").load(self.row.id)
        return found[0] if found else None

    @strawberry.field
    async def hash(self, info: Info) -> str | None:
        seal = await self._seal(info)
        return seal.hash if seal else None

    @strawberry.field
    async def sealed_at(self, info: Info) -> datetime | None:
        seal = await self._seal(info)
        return seal.sealed_at if seal else None

    @strawberry.field
    async def set(self, info: Info) -> VersionSet:
        row = await info.context.one(texts.VersionSet).load(self.row.set_id)
        return VersionSet(row=row, id=to_id(row.id), number=row.number)

    @strawberry.field
    async def procedure(self, info: Info) -> Procedure:
        row = await info.context.one(decided.Procedure).load(self.row.procedure_id)
        section = str(row.section_id) if row.section_id else None
        return Procedure(
            id=to_id(row.id), opens_at=row.opens_at, levels=row.levels, section_id=section
        )

    @strawberry.field
    async def statements(self, info: Info) -> list[Statement]:
        table = decided.DissentingStatement
        order = (col(table.created_at), col(table.id))
        rows = await info.context.many(table, "record_id", *order).load(self.row.id)
        return [Statement(row=row, id=to_id(row.id), text=row.text) for row in rows]


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class DecisionRecordConnection:
    nodes: list[DecisionRecord]
    page_info: PageInfo
