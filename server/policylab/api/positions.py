"""Where delegations stand, as clients see it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from policylab import positions
from policylab.api import loading
from policylab.api.comments import Amendment
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    computed,
    described_enum,
    edge,
    in_language,
    plain,
    published,
    to_one,
    value,
)
from policylab.api.elsewhere import Position as LazyPosition
from policylab.api.elsewhere import Verdict, VersionSet
from policylab.api.identity import Permission
from policylab.api.labs import Capacity, Delegation, Dialogue
from policylab.api.origins import Search, Searches
from policylab.documents import sources as texts
from policylab.documents.sections import PREAMBLE
from policylab.kit.french import said_in
from policylab.labs import sources as seats
from policylab.positions import PositionState, Stance, counts_as_full, sources

described_enum(Stance)
described_enum(PositionState)

EXCERPT = 160


# Positions


def _marks(context: Context) -> DataLoader[UUID, set[str]]:
    """What has been said of conditions."""

    async def batch(keys: Sequence[UUID]) -> list[set[str]]:
        sql = (
            "SELECT t.condition_id, t.kind FROM condition_mark t "  # noqa: S608
            f"WHERE t.condition_id = ANY($1) AND {sources.CONDITION_MARK.scope.on('t')}"
        )
        async with context.database.rows(context.viewer) as connection:
            rows = await connection.fetch(sql, list(keys))
        found: dict[UUID, set[str]] = defaultdict(set)
        for row in rows:
            found[row["condition_id"]].add(row["kind"])
        return [found[key] for key in keys]

    return context.loader("condition marks", lambda: DataLoader(load_fn=batch))


async def load_met(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether those who hold the text say that conditions are met."""
    found = await _marks(context).load_many([item.row["id"] for item in roots])
    return ["MET" in marks for marks in found]


async def load_confirmed(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether the delegations that set conditions agree."""
    found = await _marks(context).load_many([item.row["id"] for item in roots])
    return ["CONFIRMED" in marks for marks in found]


@published(sources.POSITION_CONDITION)
class PositionCondition(Node):
    """A change that must be made for a delegation's support to stand."""

    text: str = column("What must change.")
    met: bool = computed(
        "Whether those who hold the text say that it is met.", load_met, access="as the position"
    )
    confirmed: bool = computed(
        "Whether its delegation agrees that it is.", load_confirmed, access="as the position"
    )
    position: LazyPosition = to_one("The position it belongs to.", by="position_id")


async def load_clause_numbers(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """The numbers of the clauses that positions are on; None for whole texts and amendments."""
    wanted = [item for item in roots if item.row["section_id"]]
    sql = (
        "SELECT DISTINCT t.version_set_id, t.section_id, t.number FROM version_section t "  # noqa: S608
        f"WHERE t.version_set_id = ANY($1) AND {texts.VERSION_SECTION.scope.on('t')}"
    )
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(sql, list({item.row["set_id"] for item in wanted}))
    found = {(row[0], row[1]): row[2] for row in rows}
    return [found.get((item.row["set_id"], item.row["section_id"])) for item in roots]


def _earlier(context: Context) -> DataLoader[UUID, bool]:
    """Whether a later version changed the words that positions are on."""

    async def batch(keys: Sequence[UUID]) -> list[bool]:
        async with context.database.read(context.viewer) as session:
            found = await positions.on_earlier_text(session, keys)
        return [key in found for key in keys]

    return context.loader("on earlier text", lambda: DataLoader(load_fn=batch))


async def load_on_earlier_text(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether positions speak of words that have changed since."""
    return await _earlier(context).load_many([item.row["id"] for item in roots])


async def load_current(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether positions are where their delegations stand."""
    return [_current(item.row) for item in roots]


def _current(row: Mapping[str, Any]) -> bool:
    return row["released_at"] is not None and row["superseded_at"] is None


async def load_counted(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Whether positions count in a procedure on their own subject."""
    earlier = await load_on_earlier_text(context, roots)
    return [
        _current(item.row)
        and not changed
        and counts_as_full(
            ad_referendum=item.row["ad_referendum"],
            confirmed=item.row["confirmed_at"] is not None,
        )
        for item, changed in zip(roots, earlier, strict=True)
    ]


async def load_history(context: Context, roots: Sequence[Any]) -> list[list[Any]]:
    """What delegations said before on the same subjects, the first first."""
    plan = loading.EdgePlan(
        "Position", "subject_id", "{t}.released_at IS NOT NULL", "{t}.released_at, {t}.id"
    )
    loader = loading.edge_loader(context, plan)
    found = await loader.load_many([item.row["subject_id"] for item in roots])
    return [
        [each for each in every if _before(each.row, item.row)]
        for item, every in zip(roots, found, strict=True)
    ]


def _before(other: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return other["delegation_id"] == row["delegation_id"] and (
        row["released_at"] is None or other["released_at"] < row["released_at"]
    )


async def load_position_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with positions of her own delegation."""
    viewer = replace(context.viewer, locale=context.locale)
    keys = [item.row["id"] for item in roots]
    async with context.database.read(viewer) as session:
        steps = await positions.steps_of(session, viewer, keys)
    return [
        [
            Permission(
                action=step.action,
                allowed=step.why_not is None,
                why=said_in(step.why_not, context.locale) if step.why_not else None,
            )
            for step in steps.get(key, ())
        ]
        for key in keys
    ]


@published(sources.POSITION)
class Position(Node):
    """Where one delegation stands on one exact text, and why. It is superseded, never edited; until
    it is released only its delegation sees it."""

    delegation: Delegation = to_one("Whose position it is.", by="delegation_id")
    dialogue: Dialogue = to_one("The dialogue it belongs to.", by="dialogue_id")
    set: VersionSet = to_one("The frozen text it is on.", by="set_id")
    section_id: str | None = column("The clause it is on; null for the whole text.")
    number: str | None = computed(
        "That clause's number.",
        load_clause_numbers,
        access="as the text",
        needs=("section_id", "set_id"),
    )
    amendment: Amendment | None = to_one("The amendment it is on.", by="amendment_id")
    stance: Stance = column("Where the delegation stands.")
    statement: str = column("Why, in its own words.")
    reservations: list[str] = column("Limits that it states; they do not block.")
    conditions: list[PositionCondition] = edge(
        "Changes that must be made for its support to stand.",
        by="position_id",
        order="{t}.place",
    )
    state: PositionState = column("Drafted, cleared or released.")
    ad_referendum: bool = column("Whether it was taken subject to confirmation.")
    confirmed_at: datetime | None = column("When it was confirmed.")
    on_earlier_text: bool = computed(
        "Whether a later version of the text changed the words it is on.",
        load_on_earlier_text,
        access="as its row",
        needs=("id",),
    )
    current: bool = computed(
        "Whether it is where the delegation stands: released, and not superseded.",
        load_current,
        access="as its row",
        needs=("released_at", "superseded_at"),
    )
    counted: bool = computed(
        "Whether it counts in a decision on exactly this text or clause: current, under a mandate "
        "or confirmed, and on words that have not changed since.",
        load_counted,
        access="as its row",
        needs=("ad_referendum", "confirmed_at", "id", "released_at", "superseded_at"),
    )
    history: list[LazyPosition] = computed(
        "What the delegation said before on the same subject, the first first.",
        load_history,
        access="as the positions",
        needs=("delegation_id", "released_at", "subject_id"),
    )
    taken_by: Capacity | None = to_one("Who wrote it.", by="capacity_id")
    cleared_by: Capacity | None = to_one("Who cleared it.", by="cleared_by_capacity_id")
    created_at: datetime = column("When it was drafted.")
    released_at: datetime | None = column("When the others came to know it.")
    viewer_can: list[Permission] = computed(
        "What may come next, for those who speak for its delegation: CLEAR, RELEASE or CONFIRM.",
        load_position_can,
        access="as its row",
        needs=("id",),
    )


# Positions on a text, clause by clause


@value
class PositionMatrixCell:
    """Where one delegation stands on one clause."""

    delegation: Delegation = plain("Which delegation.")
    position: Position | None = plain(
        "Its position; perhaps one on an earlier version, which counts once it is confirmed. One "
        "in preparation is there for its own delegation. Null for no position."
    )


@value
class PositionMatrixRow:
    """One clause, and where each delegation stands on it."""

    section_id: str | None = plain("The clause; null for the whole text.")
    number: str | None = plain("Its number.")
    heading: str | None = plain("Its heading, if it is one.")
    excerpt: str = plain("Its first words.")
    cells: list[PositionMatrixCell] = plain("One for each delegation, in the order of those.")


@value
class PositionMatrix:
    """Where every delegation stands, on a frozen text as a whole and on each of its clauses."""

    delegations: list[Delegation] = plain("The delegations of the dialogue.")
    rows: list[PositionMatrixRow] = plain("The whole text, then each clause in order.")
    verdict: Verdict | None = plain("What follows in the procedure on the whole text, if any.")


_CLAUSES = (
    "SELECT t.version_set_id, t.section_id, t.language, t.number, t.heading, t.kind, "  # noqa: S608
    f"left(t.text, {EXCERPT}) AS excerpt FROM version_section t WHERE t.version_set_id = ANY($1) "
    f"AND {texts.VERSION_SECTION.scope.on('t')} ORDER BY t.place"
)
_SEATS = (
    "SELECT t.id, t.dialogue_id FROM delegation t WHERE t.until IS NULL "  # noqa: S608
    f"AND t.dialogue_id = ANY($1) AND {seats.DELEGATION.scope.on('t')} ORDER BY t.id"
)
_STANDS = (
    "SELECT s.id AS matrix_id, t.id, t.section_id, t.delegation_id FROM version_set s "  # noqa: S608
    "JOIN version_set e ON e.document_id = s.document_id AND e.number <= s.number "
    "JOIN position t ON t.set_id = e.id AND t.amendment_id IS NULL AND t.superseded_at IS NULL "
    "AND (t.set_id = s.id OR t.released_at IS NOT NULL) "
    f"WHERE s.id = ANY($1) AND {sources.POSITION.scope.on('t')} "
    "ORDER BY e.number, t.released_at IS NULL, t.created_at"
)
"""The last row of a delegation on a clause is the one to show: on the latest version it speaks of,
and there the one in preparation before the one that was released."""

_SETS = (
    "SELECT t.id, t.dialogue_id, d.titles FROM version_set t "  # noqa: S608
    "JOIN document d ON d.id = t.document_id "
    f"WHERE t.id = ANY($1) AND {texts.VERSION_SET.scope.on('t')}"
)


async def load_matrix(context: Context, roots: Sequence[Any]) -> list[PositionMatrix]:
    """Positions on frozen sets, for their `matrix`."""
    keys = [item.row["id"] for item in roots]
    async with context.database.rows(context.viewer) as connection:
        sets = {row["id"]: row for row in await connection.fetch(_SETS, keys)}
        clauses = await connection.fetch(_CLAUSES, keys)
        dialogues = list({row["dialogue_id"] for row in sets.values()})
        seated = await connection.fetch(_SEATS, dialogues)
        stands = await connection.fetch(_STANDS, keys)
    verdicts = await _verdicts(context, keys)
    return [
        await _matrix(
            context,
            sets[key],
            _in_one_language(context, [row for row in clauses if row["version_set_id"] == key]),
            [row["id"] for row in seated if row["dialogue_id"] == sets[key]["dialogue_id"]],
            [row for row in stands if row["matrix_id"] == key],
            verdict,
        )
        for key, verdict in zip(keys, verdicts, strict=True)
    ]


async def _verdicts(context: Context, keys: Sequence[UUID]) -> Sequence[Any]:
    from policylab.api.decisions import load_verdict_of_set

    return await load_verdict_of_set(context, keys)


def _in_one_language(context: Context, clauses: Sequence[Any]) -> list[Any]:
    """The clauses in the language of the answer, else in the first there is."""
    languages = {row["language"] for row in clauses}
    wanted = context.locale if context.locale in languages else min(languages, default="")
    return [row for row in clauses if row["language"] == wanted and row["kind"] != PREAMBLE]


async def _matrix(
    context: Context,
    frozen: Mapping[str, Any],
    clauses: Sequence[Any],
    seated: Sequence[UUID],
    stands: Sequence[Any],
    verdict: Any,
) -> PositionMatrix:
    columns = list(dict.fromkeys([*seated, *(row["delegation_id"] for row in stands)]))
    delegations = await loading.row_loader(context, "Delegation").load_many(columns)
    shown = {(row["section_id"], row["delegation_id"]): row["id"] for row in stands}
    found = await loading.row_loader(context, "Position").load_many(list(shown.values()))
    cells = dict(zip(shown, found, strict=True))

    def row(section_id: UUID | None, number: str | None, heading: str | None, excerpt: str) -> Any:
        return PositionMatrixRow(
            section_id=str(section_id) if section_id else None,
            number=number,
            heading=heading,
            excerpt=excerpt,
            cells=[
                PositionMatrixCell(delegation=delegation, position=cells.get((section_id, key)))
                for key, delegation in zip(columns, delegations, strict=True)
            ],
        )

    title = in_language(frozen["titles"], context.locale)
    return PositionMatrix(
        delegations=delegations,
        rows=[
            row(None, None, None, title),
            *(row(c["section_id"], c["number"], c["heading"], c["excerpt"]) for c in clauses),
        ],
        verdict=verdict,
    )


_ON_FROZEN_CLAUSES = (
    "SELECT {columns} FROM position t WHERE t.set_id = ANY($1) AND t.section_id IS NOT NULL "
    "AND t.amendment_id IS NULL AND t.superseded_at IS NULL AND t.released_at IS NOT NULL "
    "AND {scope} ORDER BY t.released_at, t.id"
)
_ON_CLAUSES = (
    "SELECT DISTINCT ON (t.section_id, t.delegation_id) {columns} "
    "FROM position t JOIN version_set e ON e.id = t.set_id "
    "WHERE t.document_id = ANY($1) AND t.section_id IS NOT NULL AND t.amendment_id IS NULL "
    "AND t.superseded_at IS NULL AND t.released_at IS NOT NULL AND {scope} "
    "ORDER BY t.section_id, t.delegation_id, e.number DESC"
)


async def search_section_positions(context: Context, roots: Sequence[Any]) -> Searches:
    """The positions on clauses, for their `positions`: in a frozen text those on that version of
    it, in a draft those on the latest version they spoke of."""
    sets = {item.row["version_set_id"] for item in roots} - {None}
    written = {item.row["document_id"] for item in roots if item.row["version_set_id"] is None}
    several = [
        Search(statement, list(keys), column, "section_id")
        for statement, keys, column in (
            (_ON_FROZEN_CLAUSES, sets, "set_id"),
            (_ON_CLAUSES, written, "document_id"),
        )
        if keys
    ]
    texts = [item.row["version_set_id"] or item.row["document_id"] for item in roots]
    return Searches(
        several, [(text, item.row["section_id"]) for text, item in zip(texts, roots, strict=True)]
    )
