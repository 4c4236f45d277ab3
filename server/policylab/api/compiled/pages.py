"""Lists in pages: what is read for a page, and what its fields are read from."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from policylab.api import loading, paging
from policylab.api.compiled.relations import Given, maker
from policylab.api.compiled.shapes import Finishing, Output, Parents, Run, Shape, Shaped
from policylab.api.origins import PagePlan


@dataclass
class Paged(Shaped):
    """A page of the things that belong to each parent, or to nobody in particular."""

    plan: PagePlan
    key: str | None
    given: Given
    shape: Shape
    columns: tuple[str, ...]
    listed: bool
    """Whether anything of the page is asked for, and not only how many there are."""
    cursors: bool

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        asked = paging.walk(**self.given(run))
        start = paging.check_place(self.plan, asked)
        keys = [row[self.key] for row in parents.rows or ()] if self.key else [None]
        rows: list[Any] = []
        read = bool(self.listed or start)
        if read:
            sql = self._sql(placed=bool(start), backwards=asked.backwards)
            rows = await run.fetch(sql, keys, asked.many + 1, *start)
        make = maker(self.plan.target)
        found = map(asked.cut, loading.grouped(keys, rows, rows))
        pages = [
            Page(self.plan, key, shown, asked, more, read, make)
            for key, (shown, more) in zip(keys, found, strict=True)
        ]
        return await self.shape.run(run, Parents(objects=pages))

    def _sql(self, *, placed: bool, backwards: bool) -> str:
        return loading.in_pages(
            self.plan, self.columns, placed=placed, backwards=backwards, cursors=self.cursors
        )

    def told(self) -> list[str]:
        lines = [self._sql(placed=False, backwards=False)] if self.listed else []
        return [f"a page of {self.plan.target}s of each {self.key or 'viewer'}", *lines]


@dataclass
class Page:
    """What a connection's fields are read from."""

    stands_for = paging.Connection
    plan: PagePlan
    key: Any
    rows: list[Any]
    asked: paging.Walk
    more: bool
    """Whether there are more, further on the way that is walked."""
    read: bool
    """Whether `rows` were read."""
    make: Callable[[Any], Any]
    _nodes: list[Any] | None = None

    @property
    def nodes(self) -> list[Any]:
        if self._nodes is None:
            self._nodes = [self.make(row) for row in self.rows]
        return self._nodes

    @property
    def edges(self) -> list["Item"]:
        return [Item(row, node) for row, node in zip(self.rows, self.nodes, strict=True)]

    @property
    def page_info(self) -> paging.PageInfo:
        rows = self.rows
        ends = (rows[0], rows[-1]) if rows and "page_cursor" in rows[0] else ()
        return self.asked.info(list(map(_cursor, ends)), more=self.more)

    @property
    def total(self) -> int | None:
        """How many there are in all; None where this page is not the whole list."""
        whole = self.read and not self.asked.cursor and not self.more
        return len(self.rows) if whole else None


@dataclass
class Shown(Shaped):
    """The things on pages, written from their rows."""

    target: str
    shape: Shape

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        pages = [page.rows for page in parents.objects]
        rows = [row for page in pages for row in page]
        done = iter(await self.shape.run(run, Parents(rows, make=maker(self.target))))
        return [list(islice(done, len(page))) for page in pages]

    def told(self) -> list[str]:
        return []


def _cursor(row: Any) -> str:
    return paging.make_cursor(row["page_cursor"])


@dataclass
class Item:
    """What an edge's fields are read from."""

    stands_for = paging.Edge
    row: Any
    node: Any

    @property
    def cursor(self) -> str:
        return _cursor(self.row)


@dataclass
class Counted(Finishing):
    """How many things the lists have of which these are pages."""

    output: Output

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        pages = parents.objects
        if pages and isinstance(pages[0], Page):
            counts = await _totals(run, pages)
        else:
            counts = await asyncio.gather(*(each.counted() for each in pages))
        return await self.output.values(run, counts)

    def told(self) -> list[str]:
        return ["counted for all parents in one statement, where a page is not the whole list"]


async def _totals(run: Run, pages: Sequence[Page]) -> Sequence[int | None]:
    """What is not known of these pages of one kind is counted."""
    totals = [page.total for page in pages]
    unknown = [page.key for page, total in zip(pages, totals, strict=True) if total is None]
    if unknown:
        counts = iter(await loading.counted(run.context, pages[0].plan, unknown))
        totals = [next(counts) if total is None else total for total in totals]
    return totals
