"""Strawberry with SQLModel and DataLoaders, as their manuals show it: the house without our engine.

Every list and every way to another thing is a loader; each batch reads in a session of its own, as
the viewer, so that row-level security says what may be seen.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
import uvicorn
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from bench.graphql.servers import stock_taking
from policylab.comments.tables import Comment as CommentRow
from policylab.comments.tables import Thread as ThreadRow
from policylab.decisions import tables as decided
from policylab.documents import tables as texts
from policylab.identity.tables import Organisation as OrganisationRow
from policylab.index import tables as evidence
from policylab.labs import tables as places
from policylab.positions.tables import Position as PositionRow
from policylab.strategies.tables import TraceLink as TraceRow

Key = Any
engine = create_async_engine(
    os.environ["DATABASE_URL"],
    pool_size=int(os.environ["POOL"]),
    max_overflow=0,
    connect_args={"server_settings": {"jit": "off"}},
)


class Request:
    """What a resolver is given: who asks, and loaders that live as long as the request."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncSession]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            wanted = text("SELECT set_config('policylab.viewer', :viewer, true)")
            await (await session.connection()).execute(wanted, {"viewer": self.viewer})
            yield session

    async def rows(self, statement: Any) -> Sequence[Any]:
        async with self.session() as session:
            return (await session.exec(statement)).all()

    def one(self, table: type[SQLModel]) -> DataLoader[Key, Any]:
        """A row by its id."""
        identifier = col(table.id)  # type: ignore[attr-defined]

        async def batch(keys: list[Key]) -> list[Any]:
            found = {row.id: row for row in await self.rows(_in(select(table), identifier, keys))}
            return [found.get(key) for key in keys]

        return self.loader((table, "one"), batch)

    def many(self, table: type[SQLModel], by: str, *order: Any) -> DataLoader[Key, list[Any]]:
        """The rows whose column `by` is the key."""

        async def batch(keys: list[Key]) -> list[list[Any]]:
            statement = _in(select(table), col(getattr(table, by)), keys).order_by(*order)
            found = _grouped(await self.rows(statement), lambda row: getattr(row, by))
            return [found[key] for key in keys]

        return self.loader((table, by), batch)

    def loader(self, name: Any, batch: Any) -> DataLoader[Any, Any]:
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=batch)
        return self._loaders[name]


Info = strawberry.Info[Request, None]


def _in(statement: Any, column: Any, keys: Iterable[Key]) -> Any:
    return statement.where(column.in_(list(keys)))


def _grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _id(key: Any) -> strawberry.ID:
    return strawberry.ID(str(key))


@strawberry.type
class Level:
    id: strawberry.ID
    code: str
    name: str
    order: int

    @classmethod
    def of(cls, row: Any) -> "Level":
        return cls(id=_id(row.id), code=row.code, name=row.names["en"], order=row.place)


@strawberry.type
class Organisation:
    id: strawberry.ID
    name: str


@strawberry.type
class Delegation:
    row: strawberry.Private[Any]
    id: strawberry.ID
    voting: bool
    weight: int

    @classmethod
    def of(cls, row: Any) -> "Delegation":
        return cls(row=row, id=_id(row.id), voting=row.voting, weight=row.weight)

    @strawberry.field
    async def level(self, info: Info) -> Level:
        levels = await _levels(info.context).load(self.row.lab_id)
        return next(Level.of(row) for row in levels if row.code == self.row.level)

    @strawberry.field
    async def organisation(self, info: Info) -> Organisation:
        row = await info.context.one(OrganisationRow).load(self.row.organisation_id)
        return Organisation(id=_id(row.id), name=row.names["en"])


def _levels(request: Request) -> DataLoader[Key, list[Any]]:
    return request.many(places.LabLevel, "lab_id", col(places.LabLevel.place))


async def _delegation(info: Info, key: Key) -> Delegation:
    return Delegation.of(await info.context.one(places.Delegation).load(key))


@strawberry.type
class Capacity:
    id: strawberry.ID
    function: str
    role: str


@strawberry.type
class Comment:
    row: strawberry.Private[Any]
    id: strawberry.ID
    body: str
    created_at: datetime

    @strawberry.field
    async def capacity(self, info: Info) -> Capacity:
        row = await info.context.one(places.Capacity).load(self.row.capacity_id)
        return Capacity(id=_id(row.id), function=row.functions["en"], role=row.role)


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
        rows = await info.context.many(CommentRow, "thread_id", *order).load(_key(self.id))
        return [Comment(row=r, id=_id(r.id), body=r.body, created_at=r.created_at) for r in rows]


def _key(identifier: str) -> UUID:
    return UUID(identifier)


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
            id=_id(row.id),
            stance=row.stance,
            statement=row.statement,
            state=row.state,
            section_id=str(row.section_id) if row.section_id else None,
        )

    @strawberry.field
    async def delegation(self, info: Info) -> Delegation:
        return await _delegation(info, self.row.delegation_id)


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
            statement = _in(select(*columns), where, {key[0] for key in keys})
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
                _in(select(PositionRow), col(PositionRow.document_id), {key[0] for key in keys})
                .where(col(PositionRow.section_id).in_([key[1] for key in keys]))
                .where(col(PositionRow.amendment_id).is_(None))
                .where(col(PositionRow.superseded_at).is_(None))
                .where(col(PositionRow.released_at).is_not(None))
                .order_by(col(PositionRow.section_id), col(PositionRow.delegation_id))
            )
            rows = await request.rows(statement)
            found = _grouped(rows, lambda row: (row.document_id, row.section_id))
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
    async def dialogue(self, info: Info) -> Annotated["Dialogue", strawberry.lazy(__name__)]:
        return Dialogue.of(await info.context.one(places.Dialogue).load(self.row.dialogue_id))


async def _document(info: Info, key: Key) -> Document:
    row = await info.context.one(texts.Document).load(key)
    return Document(row=row, id=_id(row.id), title=row.titles["en"], kind=row.kind)


@strawberry.type
class Draft:
    row: strawberry.Private[Any]
    id: strawberry.ID
    updated_at: datetime
    sequence: int

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await _document(info, self.row.document_id)

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
                id=_id(row.id),
                section_id=str(row.section_id) if row.section_id else None,
                quotation=row.quotation,
                state=row.state,
                visibility=row.visibility,
                created_at=row.created_at,
            )
            for row in rows
        ]


@strawberry.type
class Dimension:
    id: strawberry.ID
    name: str


@strawberry.type
class Recommendation:
    id: strawberry.ID
    number: str
    text: str
    kind: str
    dimensions: list[Dimension]


@strawberry.type
class TraceLink:
    row: strawberry.Private[Any]
    id: strawberry.ID
    kind: str
    note: str
    section_id: str
    number: str | None
    state: str

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await _document(info, self.row.document_id)


@strawberry.type
class Response:
    id: strawberry.ID
    answer: str
    reasons: str
    decided_on: date


@strawberry.type
class CoverageRow:
    state: str
    recommendation: Recommendation
    links: list[TraceLink]
    response: Response | None


@strawberry.type
class Coverage:
    rows: list[CoverageRow]

    def _count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @strawberry.field
    def answered(self) -> int:
        return self._count("ANSWERED")

    @strawberry.field
    def partly(self) -> int:
        return self._count("PARTLY")

    @strawberry.field
    def open(self) -> int:
        return self._count("OPEN")

    @strawberry.field
    def declined(self) -> int:
        return self._count("DECLINED")

    @strawberry.field
    def referred(self) -> int:
        return self._count("REFERRED")


async def _coverage(request: Request, dialogue_id: Key) -> Coverage:
    """How far each recommendation of a dialogue is answered."""
    works_on, advice = evidence.DialogueAssessment, evidence.Recommendation
    response, about = evidence.RecommendationResponse, evidence.RecommendationDimension
    recommendations = await request.rows(
        select(advice)
        .join(works_on, col(works_on.assessment_id) == col(advice.assessment_id))
        .where(col(works_on.dialogue_id) == dialogue_id)
        .where(col(advice.kind).in_(["RECOMMENDATION", "AREA_TO_IMPROVE"]))
        .order_by(col(works_on.id), col(advice.place))
    )
    dimensions = await request.rows(
        _in(
            select(about.recommendation_id, evidence.Dimension)
            .join(evidence.Dimension, col(evidence.Dimension.id) == col(about.dimension_id))
            .order_by(col(evidence.Dimension.place)),
            col(about.recommendation_id),
            [row.id for row in recommendations],
        )
    )
    links = await request.rows(
        select(TraceRow)
        .where(col(TraceRow.dialogue_id) == dialogue_id)
        .where(col(TraceRow.ended_at).is_(None))
        .order_by(col(TraceRow.id))
    )
    clauses = await request.rows(
        _in(
            _in(
                select(texts.DraftSection),
                col(texts.DraftSection.document_id),
                {row.document_id for row in links},
            ),
            col(texts.DraftSection.section_id),
            {row.section_id for row in links},
        )
    )
    answers = await request.rows(
        select(response)
        .where(col(response.dialogue_id) == dialogue_id)
        .where(col(response.superseded_at).is_(None))
    )
    by_clause = {(row.document_id, row.section_id): row for row in clauses}
    traces = _grouped(links, lambda row: row.recommendation_id)
    areas = _grouped(dimensions, lambda row: row[0])
    answered = {row.recommendation_id: row for row in answers}
    return Coverage(
        rows=[
            _row(
                row,
                [area for _, area in areas[row.id]],
                [
                    _link(link, by_clause.get((link.document_id, link.section_id)))
                    for link in traces[row.id]
                ],
                answered.get(row.id),
            )
            for row in recommendations
        ]
    )


def _link(row: Any, clause: Any) -> TraceLink:
    changed = clause is None or any(
        tag == clause.language and known != clause.hash.hex() for tag, known in row.hashes.items()
    )
    return TraceLink(
        row=row,
        id=_id(row.id),
        kind=row.kind,
        note=row.note,
        section_id=str(row.section_id),
        number=clause.number if clause else None,
        state="TO_BE_CONFIRMED" if changed else "CONFIRMED",
    )


def _row(row: Any, areas: list[Any], links: list[TraceLink], answer: Any) -> CoverageRow:
    return CoverageRow(
        state=_state(links, answer.answer if answer else None),
        recommendation=Recommendation(
            id=_id(row.id),
            number=row.number,
            text=row.texts["en"],
            kind=row.kind,
            dimensions=[Dimension(id=_id(area.id), name=area.names["en"]) for area in areas],
        ),
        links=links,
        response=Response(
            id=_id(answer.id),
            answer=answer.answer,
            reasons=answer.reasons,
            decided_on=answer.decided_on,
        )
        if answer
        else None,
    )


def _state(links: list[TraceLink], answer: str | None) -> str:
    if any(link.kind == "ADDRESSES" and link.state == "CONFIRMED" for link in links):
        return "PARTLY" if answer == "PARTLY" else "ANSWERED"
    if answer in ("DECLINED", "REFERRED"):
        return answer
    return "PARTLY" if any(link.kind != "CONTRADICTS" for link in links) else "OPEN"


@strawberry.type
class VersionSet:
    row: strawberry.Private[Any]
    id: strawberry.ID
    number: int

    @strawberry.field
    async def document(self, info: Info) -> Document:
        return await _document(info, self.row.document_id)


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
        return await _delegation(info, self.row.delegation_id)


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
        return VersionSet(row=row, id=_id(row.id), number=row.number)

    @strawberry.field
    async def procedure(self, info: Info) -> Procedure:
        row = await info.context.one(decided.Procedure).load(self.row.procedure_id)
        section = str(row.section_id) if row.section_id else None
        return Procedure(
            id=_id(row.id), opens_at=row.opens_at, levels=row.levels, section_id=section
        )

    @strawberry.field
    async def statements(self, info: Info) -> list[Statement]:
        table = decided.DissentingStatement
        order = (col(table.created_at), col(table.id))
        rows = await info.context.many(table, "record_id", *order).load(self.row.id)
        return [Statement(row=row, id=_id(row.id), text=row.text) for row in rows]


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
            id=_id(row.id),
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
        levels = await _levels(info.context).load(self.row.lab_id)
        order = {level.code: level.place for level in levels}
        seated = [row for row in rows if row.until is None]
        return [Delegation.of(row) for row in sorted(seated, key=lambda r: (order[r.level], r.id))]

    @strawberry.field
    async def coverage(self, info: Info) -> Coverage:
        return await _coverage(info.context, self.row.id)

    @strawberry.field
    async def records(self, info: Info) -> list[DecisionRecord]:
        table = decided.DecisionRecord
        order = (col(table.created_at).desc(), col(table.id))
        rows = await info.context.many(table, "dialogue_id", *order).load(self.row.id)
        return [
            DecisionRecord(row=r, id=_id(r.id), identifier=r.identifier, outcome=r.outcome)
            for r in rows
        ]


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
            id=_id(row.id),
            name=row.names["en"],
            purpose=row.purposes["en"],
            illustrative=row.illustrative,
            languages=row.languages,
        )

    @strawberry.field
    async def levels(self, info: Info) -> list[Level]:
        return [Level.of(row) for row in await _levels(info.context).load(self.row.id)]

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
        node=Found(id=_id(row.node_id)),
    )


@strawberry.type
class Query:
    @strawberry.field
    async def labs(self, info: Info, first: int) -> LabConnection:
        rows = await info.context.rows(select(places.Lab).order_by(col(places.Lab.id)))
        return LabConnection(total_count=len(rows), nodes=[Lab.of(row) for row in rows[:first]])

    @strawberry.field
    async def draft(self, info: Info, id: strawberry.ID) -> Draft | None:
        row = await info.context.one(texts.Draft).load(_key(id))
        if row is None:
            return None
        return Draft(row=row, id=id, updated_at=row.updated_at, sequence=row.projected_seq)

    @strawberry.field
    async def dialogue(self, info: Info, id: strawberry.ID) -> Dialogue | None:
        row = await info.context.one(places.Dialogue).load(_key(id))
        return Dialogue.of(row) if row else None

    @strawberry.field
    async def search(
        self, info: Info, text: str, first: int, lab_id: strawberry.ID | None = None
    ) -> SearchConnection:
        async with info.context.session() as session:
            rows = await stock_taking.found(session, text, _key(lab_id) if lab_id else None)
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
                row = await stock_taking.take_position(
                    session,
                    _key(info.context.viewer),
                    set_id=_key(input.set_id),
                    section_id=_key(input.section_id),
                    stance=input.stance,
                    statement=input.statement,
                )
            except stock_taking.NotAllowed as refused:
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
        log_level="info" if os.environ.get("REQUEST_LOG") == "1" else "warning",
        access_log=os.environ.get("REQUEST_LOG") == "1",
    )
