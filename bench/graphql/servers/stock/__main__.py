"""Strawberry with SQLModel and DataLoaders, as their manuals show it: the house without our engine.

Every list and every way to another thing is a loader; each batch reads in a session of its own, as
the viewer, so that row-level security says what may be seen.
"""

import hashlib
import os
from typing import Annotated, Any

import strawberry
import uvicorn
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from strawberry.asgi import GraphQL

from bench.graphql.servers.stock import taking
from bench.graphql.servers.stock.dialogues import Dialogue, Lab, LabConnection
from bench.graphql.servers.stock.request import Info, Request, engine, key_of, to_id
from bench.graphql.servers.stock.texts import Draft, Position
from policylab.documents import tables as texts
from policylab.labs import tables as places


@strawberry.type
class Found:
    id: strawberry.ID


@strawberry.type
class SearchHit:
    row: strawberry.Private[Any]
    kind: str
    title: str
    number: str | None
    excerpt: str
    node: Found

    @strawberry.field
    async def dialogue(self, info: Info) -> Dialogue | None:
        if self.row.dialogue_id is None:
            return None
        return Dialogue.of(await info.context.one(places.Dialogue).load(self.row.dialogue_id))


@strawberry.type
class SearchConnection:
    total_count: int
    nodes: list[SearchHit]


def _hit(row: Any) -> SearchHit:
    return SearchHit(
        row=row,
        kind=row.kind,
        title=row.title,
        number=row.number,
        excerpt=row.excerpt,
        node=Found(id=to_id(row.node_id)),
    )


@strawberry.type
class Query:
    @strawberry.field
    async def labs(self, info: Info, first: int) -> LabConnection:
        rows = await info.context.rows(select(places.Lab).order_by(col(places.Lab.id)))
        return LabConnection(total_count=len(rows), nodes=[Lab.of(row) for row in rows[:first]])

    @strawberry.field
    async def draft(self, info: Info, id: strawberry.ID) -> Draft | None:
        row = await info.context.one(texts.Draft).load(key_of(id))
        if row is None:
            return None
        return Draft(row=row, id=id, updated_at=row.updated_at, sequence=row.projected_seq)

    @strawberry.field
    async def dialogue(self, info: Info, id: strawberry.ID) -> Dialogue | None:
        row = await info.context.one(places.Dialogue).load(key_of(id))
        return Dialogue.of(row) if row else None

    @strawberry.field
    async def search(
        self, info: Info, text: str, first: int, lab_id: strawberry.ID | None = None
    ) -> SearchConnection:
        async with info.context.session() as session:
            rows = await taking.found(session, text, key_of(lab_id) if lab_id else None)
        return SearchConnection(total_count=len(rows), nodes=[_hit(row) for row in rows[:first]])


@strawberry.type
class Refusal:
    code: str
    message: str


@strawberry.input
class TakePositionInput:
    set_id: strawberry.ID
    section_id: str
    stance: str
    statement: str


TakePositionResult = Annotated[Position | Refusal, strawberry.union("TakePositionResult")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def take_position(self, info: Info, input: TakePositionInput) -> TakePositionResult:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            try:
                row = await taking.take_position(
                    session,
                    key_of(info.context.viewer),
                    set_id=key_of(input.set_id),
                    section_id=key_of(input.section_id),
                    stance=input.stance,
                    statement=input.statement,
                )
            except taking.NotAllowed as refused:
                return Refusal(code="NOT_ALLOWED", message=str(refused))
            await session.commit()
        return Position.of(row)


_PERSON = text("SELECT bench_person_of(:secret)")


class Endpoint(GraphQL[Request, None]):
    """Looks the token up before anything else."""

    async def get_context(self, request: Any, response: Any) -> Request:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise HTTPException(401)
        hashed = hashlib.sha256(secret.encode()).digest()
        async with engine.connect() as connection:
            person = (await connection.execute(_PERSON, {"secret": hashed})).scalar()
        if person is None:
            raise HTTPException(401)
        return Request(str(person))


schema = strawberry.Schema(query=Query, mutation=Mutation)
app = Starlette(routes=[Route("/graphql", Endpoint(schema, graphql_ide=None))])

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
    )
