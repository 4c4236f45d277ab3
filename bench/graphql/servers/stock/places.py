"""Levels, bodies, delegations and capacities."""

from typing import Any
from uuid import UUID

import strawberry
from sqlmodel import col
from strawberry.dataloader import DataLoader

from bench.graphql.servers.stock.request import Info, Request, to_id
from policylab.identity.tables import Organisation as OrganisationRow
from policylab.labs import tables as places


@strawberry.type
class Level:
    id: strawberry.ID
    code: str
    name: str
    order: int

    @classmethod
    def of(cls, row: Any) -> "Level":
        return cls(id=to_id(row.id), code=row.code, name=row.names["en"], order=row.place)


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
        return cls(row=row, id=to_id(row.id), voting=row.voting, weight=row.weight)

    @strawberry.field
    async def level(self, info: Info) -> Level:
        levels = await levels_of(info.context).load(self.row.lab_id)
        return next(Level.of(row) for row in levels if row.code == self.row.level)

    @strawberry.field
    async def organisation(self, info: Info) -> Organisation:
        row = await info.context.one(OrganisationRow).load(self.row.organisation_id)
        return Organisation(id=to_id(row.id), name=row.names["en"])


def levels_of(request: Request) -> DataLoader[UUID, list[Any]]:
    return request.many(places.LabLevel, "lab_id", col(places.LabLevel.place))


async def delegation_of(info: Info, key: UUID) -> Delegation:
    return Delegation.of(await info.context.one(places.Delegation).load(key))


@strawberry.type
class Capacity:
    id: strawberry.ID
    function: str
    role: str
