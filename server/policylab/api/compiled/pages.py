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
        given = self.given(run)
        first, after = given.get("first", paging.PAGE), given.get("after")
        start = paging.check_page(self.plan, first, after)
        keys = [row[self.key] for row in parents.rows or ()] if self.key else [None]
        rows: list[Any] = []
        if self.listed or start:
            rows = await run.fetch(self._sql(after=bool(start)), keys, first + 1, *start)
        make = maker(self.plan.target)
        pages = [
            Page(run, self.plan, key, found, first, after, bool(self.listed or start), make)
            for key, found in zip(keys, loading.grouped(keys, rows, rows), strict=True)
        ]
        return await self.shape.run(run, Parents(objects=pages))

    def _sql(self, *, after: bool) -> str:
        return loading.in_pages(self.plan, self.columns, after=after, cursors=self.cursors)

    def told(self) -> list[str]:
        lines = [self._sql(after=False)] if self.listed else []
        return [f"a page of {self.plan.target}s of each {self.key or 'viewer'}", *lines]


@dataclass
class Page:
    """What a connection's fields are read from."""

    stands_for = paging.Connection
    run: Run
    plan: PagePlan
    key: Any
    rows: list[Any]
    first: int
    after: str | None
    listed: bool
    """Whether `rows` were read."""
    make: Callable[[Any], Any]
    _nodes: list[Any] | None = None

    @property
    def nodes(self) -> list[Any]:
        if self._nodes is None:
            self._nodes = [self.make(row) for row in self.rows[: self.first]]
        return self._nodes

    @property
    def edges(self) -> list["Item"]:
        return [Item(row, node) for row, node in zip(self.rows, self.nodes, strict=False)]

    @property
    def page_info(self) -> paging.PageInfo:
        shown = self.rows[: self.first]
        ends = (shown[0], shown[-1]) if shown and "page_cursor" in shown[0] else ()
        start, end = map(_cursor, ends) if ends else (None, None)
        return paging.PageInfo(
            has_next_page=len(self.rows) > self.first,
            has_previous_page=self.after is not None,
            start_cursor=start,
            end_cursor=end,
        )

    @property
    def total(self) -> int | None:
        """How many there are in all; None where this page is not the whole list."""
        whole = self.listed and not self.after and len(self.rows) <= self.first
        return len(self.rows) if whole else None


@dataclass
class Shown(Shaped):
    """The things on pages, written from their rows."""

    target: str
    shape: Shape

    async def values(self, run: Run, parents: Parents) -> Sequence[Any]:
        pages = [page.rows[: page.first] for page in parents.objects]
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
