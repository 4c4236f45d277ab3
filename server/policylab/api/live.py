"""What a screen shows live: small hints of what changed, judged anew at the moment of sending."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import strawberry

from policylab.api.context import Context
from policylab.api.declare import Declared, Info, plain, value
from policylab.api.listening import Hint, Topic, listening
from policylab.api.loading import by_ids
from policylab.documents import sources as of_documents
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import key_of
from policylab.kit.sources import Scope
from policylab.labs import sources as of_labs

for _source, _column in ((of_labs.DIALOGUE, "id"), (of_documents.DRAFT, "dialogue_id")):
    if _source.scope != Scope.dialogue(_column):
        raise RuntimeError(f"{_source.name}: who listens is asked for being in its dialogue alone.")


Made: TypeAlias = strawberry.Private[dict[Any, bytes]]
"""What has been made of it (api/deliveries.py)."""


@value
class DialogueDelta:
    """Something in a dialogue changed; whoever shows it reads it again."""

    revision: int = plain("The lab's revision with this change.")
    kind: str = plain("What happened, as a code; `missed`: read it all again.")
    subject_id: strawberry.ID | None = plain("The thing it happened to, where one can say it.")
    at: datetime = plain("When this was sent.")
    made: Made = field(default_factory=dict[Any, bytes])


@value
class DraftDelta:
    """Something around a draft changed: comments, suggestions, its being open."""

    revision: int = plain("The lab's revision with this change.")
    kind: str = plain("What happened, as a code; `missed`: read it all again.")
    subject_id: strawberry.ID | None = plain("The thing it happened to, where one can say it.")
    sequence: int | None = plain("How far the draft's log has come.")
    at: datetime = plain("When this was sent.")
    made: Made = field(default_factory=dict[Any, bytes])


@value
class NoticeDelta:
    """Something new waits for the viewer, or no longer does."""

    unread: int = plain("How many notices she has not read.")
    at: datetime = plain("When this was sent.")
    made: Made = field(default_factory=dict[Any, bytes])


def _dialogue_delta(hint: Hint) -> DialogueDelta:
    return DialogueDelta(
        revision=hint.revision, kind=hint.kind, subject_id=_subject(hint), at=datetime.now(UTC)
    )


def _draft_delta(hint: Hint) -> DraftDelta:
    return DraftDelta(
        revision=hint.revision,
        kind=hint.kind,
        subject_id=_subject(hint),
        sequence=hint.payload.get("sequence"),
        at=datetime.now(UTC),
    )


def _subject(hint: Hint) -> strawberry.ID | None:
    found = hint.payload.get("subject")
    return strawberry.ID(found) if isinstance(found, str) else None


def _signed_in(context: Context) -> UUID:
    if context.viewer.person_id is None:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")
    return context.viewer.person_id


Delta = TypeVar("Delta")


async def _deltas(
    context: Context,
    kind: str,
    identifier: strawberry.ID,
    since: int | None,
    make: Callable[[Hint], Delta],
) -> AsyncGenerator[Delta]:
    """What is told of one thing while the viewer may see it; NOT_FOUND when she may not."""
    _signed_in(context)
    key = key_of(identifier, kind)
    dialogue_id = await _dialogue_of(context, kind, key)
    if dialogue_id is None:
        raise not_found()
    topic = Topic(kind, key, dialogue_id)
    house = listening(context.database)
    async with house.hear(topic, context, make) as ear:
        if since is not None:
            await house.catch_up(topic, ear, since)
        async for hint in ear:
            yield hint.once(make)


async def _dialogue_of(context: Context, kind: str, key: UUID) -> UUID | None:
    """The dialogue that a thing is in, or is; None for what the viewer may not see."""
    statement = by_ids(kind, ("id" if kind == "Dialogue" else "dialogue_id",))
    async with context.database.rows(context.viewer) as connection:
        return await connection.fetchval(statement, [key])


async def _unread(context: Context, person_id: UUID) -> int:
    async with context.database.rows(context.viewer) as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM notice WHERE person_id = $1 AND read_at IS NULL", person_id
        )


Identifier = Annotated[strawberry.ID, strawberry.argument(description="Which one.")]
Since = Annotated[
    int | None,
    strawberry.argument(
        description="The latest revision you have heard of: where there are later ones, the first "
        "hint comes at once, so that nothing is missed between two connections."
    ),
]


def _live(description: str, access: str) -> Any:
    declared = Declared("subscription", access)
    return strawberry.subscription(description=description, metadata={"declared": declared})


@strawberry.type
class LiveSubscription:
    @_live("Hints of what changes in a dialogue.", "as the dialogue, at each sending")
    async def dialogue_changed(
        self, info: Info, id: Identifier, since: Since = None
    ) -> AsyncGenerator[DialogueDelta, None]:
        deltas = _deltas(info.context, "Dialogue", id, since, _dialogue_delta)
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    @_live("Hints of what changes around a draft.", "as the draft, at each sending")
    async def draft_changed(
        self, info: Info, id: Identifier, since: Since = None
    ) -> AsyncGenerator[DraftDelta, None]:
        deltas = _deltas(info.context, "Draft", id, since, _draft_delta)
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    @_live("How many notices wait for the viewer, whenever that changes.", "herself")
    async def notices_changed(self, info: Info) -> AsyncGenerator[NoticeDelta, None]:
        context = info.context
        person_id = _signed_in(context)
        async with listening(context.database).hear(
            Topic("Notices", person_id, None), context
        ) as ear:
            async for _ in ear:
                yield NoticeDelta(unread=await _unread(context, person_id), at=datetime.now(UTC))
