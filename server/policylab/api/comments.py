"""Threads, suggestions and amendments as clients see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry

from policylab import coediting, comments, documents
from policylab.api.context import Context
from policylab.api.declare import (
    Node,
    column,
    computed,
    described_enum,
    edge,
    load,
    plain,
    published,
    to_one,
    value,
)
from policylab.api.elsewhere import Draft, Position, TextRun, Version, VersionSet
from policylab.api.identity import Permission
from policylab.api.labs import Capacity, Delegation, Dialogue, judged, standings_of
from policylab.comments import (
    AmendmentCourse,
    AmendmentState,
    ThreadCourse,
    ThreadState,
    ThreadVisibility,
    judge_accept,
    judge_reopen,
    judge_reply,
    judge_resolve,
    judge_settle,
    judge_withdraw,
    sources,
)
from policylab.documents.sections import PREAMBLE
from policylab.kit.viewer import SYSTEM

for kind in (AmendmentState, ThreadState, ThreadVisibility):
    described_enum(kind)


# Threads


@published(sources.COMMENT)
class Comment(Node):
    """One remark in a thread."""

    body: str = column("What was said.")
    capacity: Capacity = to_one("Who said it.", by="capacity_id")
    created_at: datetime = column("When it was said.")
    edited_at: datetime | None = column("When its author last mended it; null if never.")


async def load_orphaned(context: Context, roots: Sequence[Any]) -> list[bool]:
    """Which threads have lost the words they hang on."""
    live = [item.row["id"] for item in roots if item.row["draft_id"] and item.row["anchor"]]
    if not live:
        return [False] * len(roots)
    async with context.database.read(SYSTEM) as session:
        lost = await comments.orphaned(session, live)
    return [item.row["id"] in lost for item in roots]


async def load_thread_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with threads."""
    standings = await standings_of(context, roots)
    person, locale = context.viewer.person_id, context.locale
    found: list[list[Permission]] = []
    for item, here in zip(roots, standings, strict=True):
        course = ThreadCourse(
            visibility=ThreadVisibility(item.row["visibility"]),
            state=ThreadState(item.row["state"]),
            begun_by=item.row["created_by"],
        )
        found.append(
            [
                judged("REPLY", lambda c=course, h=here: judge_reply(c, h), locale),
                judged("RESOLVE", lambda c=course, h=here: judge_resolve(c, h, person), locale),
                judged("REOPEN", lambda c=course, h=here: judge_reopen(c, h, person), locale),
            ]
        )
    return found


@published(sources.THREAD)
class Thread(Node):
    """Remarks that hang together on words of a text. A closed note is there only for the delegates
    of one delegation."""

    section_id: str | None = column("The clause; null for the whole text.")
    quotation: str = column("The words it hangs on, as they were; empty for a whole clause.")
    anchor: strawberry.scalars.JSON | None = column(
        "Where they stand: relative positions in a draft, offsets into the clause in a version."
    )
    visibility: ThreadVisibility = column("Who reads it.")
    state: ThreadState = column("Whether it waits for somebody.")
    orphaned: bool = computed(
        "Whether its words are gone from the text.",
        load_orphaned,
        access="as its row",
        needs=("anchor", "draft_id", "id"),
    )
    capacity: Capacity = to_one("Who began it.", by="capacity_id")
    delegation: Delegation | None = to_one(
        "The delegation inside which a closed note stays.", by="delegation_id"
    )
    draft: Draft | None = to_one("The draft it hangs on.", by="draft_id")
    version: Version | None = to_one("The frozen version it hangs on.", by="version_id")
    created_at: datetime = column("When it was begun.")
    resolved_at: datetime | None = column("When it was settled.")
    comments: list[Comment] = edge(
        "What was said, in order.", by="thread_id", order="{t}.created_at, {t}.id"
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do with it: REPLY, RESOLVE, REOPEN.",
        load_thread_can,
        access="as its row",
        needs=("created_by", "dialogue_id", "state", "visibility"),
    )


_OPEN_THREADS = """
SELECT t.draft_id AS text_id, t.section_id, count(*) AS threads FROM thread t
 WHERE t.draft_id = ANY($1) AND t.state = 'OPEN'
   AND (t.section_id IS NOT NULL OR t.quotation <> '') AND {scope} GROUP BY 1, 2
UNION ALL
SELECT t.version_id, t.section_id, count(*) FROM thread t
 WHERE t.version_id = ANY($1) AND t.state = 'OPEN'
   AND (t.section_id IS NOT NULL OR t.quotation <> '') AND {scope} GROUP BY 1, 2
"""


async def load_thread_counts(context: Context, roots: Sequence[Any]) -> list[int]:
    """How many open threads that the viewer may see hang on clauses, for their `threadCount`.

    In a draft, words before the first heading belong to no clause: they are its opening's.
    """
    texts = [item.row["draft_id"] or item.row["version_id"] for item in roots]
    sql = _OPEN_THREADS.format(scope=sources.THREAD.scope.on("t"))
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(sql, list(set(texts)))
    found = {(row["text_id"], row["section_id"]): row["threads"] for row in rows}
    return [
        found.get((text, item.row["section_id"]), 0)
        + (found.get((text, None), 0) if item.row["kind"] == PREAMBLE else 0)
        for text, item in zip(texts, roots, strict=True)
    ]


# Suggestions


@value
class Suggestion:
    """What somebody suggests inside a draft, under one id."""

    id: str = plain("Its id in the text.")
    section_id: str | None = plain("The clause it begins in; null before the first heading.")
    number: str | None = plain("That clause's number.")
    capacity: Capacity | None = plain("Who suggests it.")
    at: datetime | None = plain("When, as the editor said.")
    inserted: str = plain("The words it would bring.")
    deleted: str = plain("The words it would take away.")


_NUMBERS = "SELECT draft_id, section_id, number FROM draft_section WHERE draft_id = ANY($1)"


async def load_suggestions(context: Context, roots: Sequence[Any]) -> list[list[Suggestion]]:
    """What waits in drafts to be accepted or rejected, for their `suggestions`."""
    keys = [item.row["id"] for item in roots]
    async with context.database.read(SYSTEM) as session:
        texts = [await coediting.committed_text(session, key) for key in keys]
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(_NUMBERS, keys)
    numbers = {(row["draft_id"], row["section_id"]): row["number"] for row in rows}
    return [
        [
            await _suggestion(context, each, numbers.get((key, each.section_id)))
            for each in coediting.suggestions_in(text.content)
        ]
        for key, text in zip(keys, texts, strict=True)
    ]


async def _suggestion(
    context: Context, found: coediting.Suggestion, number: str | None
) -> Suggestion:
    capacity = await load(context, "Capacity", found.capacity_id) if found.capacity_id else None
    return Suggestion(
        id=found.id,
        section_id=str(found.section_id) if found.section_id else None,
        number=number,
        capacity=capacity,
        at=_moment(found.at),
        inserted=found.inserted,
        deleted=found.deleted,
    )


def _moment(said: str | None) -> datetime | None:
    """A moment as an editor wrote it into a mark; None for what is none."""
    try:
        found = datetime.fromisoformat(said) if said else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


# Amendments


async def load_numbers(context: Context, roots: Sequence[Any]) -> list[str]:
    """The numbers that clauses have in the sets that things cite by `set_id` and `section_id`."""
    sql = (
        "SELECT DISTINCT version_set_id, section_id, number FROM version_section "
        "WHERE version_set_id = ANY($1)"
    )
    async with context.database.rows(context.viewer) as connection:
        rows = await connection.fetch(sql, list({item.row["set_id"] for item in roots}))
    found = {(row[0], row[1]): row[2] for row in rows}
    return [found.get((item.row["set_id"], item.row["section_id"]), "") for item in roots]


async def load_amendment_can(context: Context, roots: Sequence[Any]) -> list[list[Permission]]:
    """What the viewer may do with amendments."""
    standings, locale = await standings_of(context, roots), context.locale
    found: list[list[Permission]] = []
    for item, here in zip(roots, standings, strict=True):
        course = AmendmentCourse(
            delegation_id=item.row["delegation_id"],
            state=AmendmentState(item.row["state"]),
            settled=item.row["settled_at"] is not None,
            answered=item.row["answered_at"] is not None,
        )
        found.append(
            [
                judged("ACCEPT", lambda c=course, h=here: judge_accept(c, h), locale),
                judged("REJECT", lambda c=course, h=here: judge_settle(c, h), locale),
                judged("MERGE", lambda c=course, h=here: judge_settle(c, h), locale),
                judged("WITHDRAW", lambda c=course, h=here: judge_withdraw(c, h), locale),
            ]
        )
    return found


async def load_runs(context: Context, roots: Sequence[Any]) -> list[list[Any]]:
    """What amendments take away and bring, word by word."""
    from policylab.api.comparing import runs_shown

    return [
        runs_shown(documents.compare_words(item.row["before"], item.row["proposed"]))
        for item in roots
    ]


@published(sources.AMENDMENT)
class Amendment(Node):
    """A change that a delegation proposes to one clause of a frozen text, with reasons and a fate.
    What was proposed never changes."""

    section_id: str = column("The clause.")
    number: str = computed(
        "The clause's number in its set.",
        load_numbers,
        access="as the text",
        needs=("section_id", "set_id"),
    )
    language: str = column("The language it is written in.")
    before: str = column("The clause's words as they were frozen.")
    proposed: str = column("The words that shall stand there; empty to strike the clause out.")
    content: strawberry.scalars.JSON = column("The same as the blocks of a text.")
    runs: list[TextRun] = computed(
        "What it takes away and what it brings, word by word.",
        load_runs,
        access="as its row",
        needs=("before", "proposed"),
    )
    reasons: str = column("Why.")
    state: AmendmentState = column("What became of it.")
    fate_reasons: str | None = column("Why it became so.")
    settled_at: datetime | None = column("When that was settled; null while it waits.")
    answered_at: datetime | None = column("When its delegation accepted what became of it.")
    created_at: datetime = column("When it was tabled.")
    delegation: Delegation = to_one("Who proposes it.", by="delegation_id")
    capacity: Capacity = to_one("Who wrote it.", by="capacity_id")
    dialogue: Dialogue = to_one("The dialogue it belongs to.", by="dialogue_id")
    set: VersionSet = to_one("The frozen text it changes.", by="set_id")
    positions: list[Position] = edge(
        "Where delegations stand on it, as far as the viewer may see.",
        by="amendment_id",
        where="{t}.superseded_at IS NULL",
    )
    viewer_can: list[Permission] = computed(
        "What the viewer may do with it: ACCEPT, REJECT, MERGE, WITHDRAW.",
        load_amendment_can,
        access="as its row",
        needs=("answered_at", "delegation_id", "dialogue_id", "settled_at", "state"),
    )
