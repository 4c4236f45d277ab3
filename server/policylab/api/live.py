"""What a screen shows live: small hints of what changed, judged anew at the moment of sending."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from policylab.api.context import Context
from policylab.api.declare import Declared, Info, load, plain, value
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.events import Announcement
from policylab.kit.ids import key_of

WHO_CHANGED = {"sessions.ended", "person.suspended", "access.changed"}
"""Announcements after which somebody may no longer be who she was."""


@value
class DialogueDelta:
    """Something in a dialogue changed; whoever shows it reads it again."""

    revision: int = plain("The lab's revision with this change.")
    kind: str = plain("What happened, as a code.")
    subject_id: strawberry.ID | None = plain("The thing it happened to, where one can say it.")
    at: datetime = plain("When this was sent.")


@value
class DraftDelta:
    """Something around a draft changed: comments, suggestions, its being open."""

    revision: int = plain("The lab's revision with this change.")
    kind: str = plain("What happened, as a code.")
    subject_id: strawberry.ID | None = plain("The thing it happened to, where one can say it.")
    sequence: int | None = plain("How far the draft's log has come.")
    at: datetime = plain("When this was sent.")


@value
class NoticeDelta:
    """Something new waits for the viewer, or no longer does."""

    unread: int = plain("How many notices she has not read.")
    at: datetime = plain("When this was sent.")


async def heard(
    context: Context, concerns: Callable[[Announcement], bool]
) -> AsyncGenerator[Announcement]:
    """Announcements that concern a subscription, while its viewer still is who she was."""
    async with context.database.bus.listen() as announcements:
        async for announcement in announcements:
            about_viewer = announcement.kind in WHO_CHANGED and _names(
                announcement, context.viewer.person_id
            )
            if about_viewer and not await _still_there(context):
                return
            if concerns(announcement) and await _may_hear(context, announcement):
                context.forget()
                yield announcement


def _names(announcement: Announcement, person_id: UUID | None) -> bool:
    return str(person_id) in announcement.payload.get("person_ids", ())


async def _still_there(context: Context) -> bool:
    """Whether the connection's session or token still holds."""
    if context.renew is None:
        return True
    viewer = await context.renew()
    return viewer.signed_in and viewer.person_id == context.viewer.person_id


async def _may_hear(context: Context, announcement: Announcement) -> bool:
    """What stays inside a delegation is told to its own delegates alone."""
    delegation = announcement.payload.get("closed_to")
    if delegation is None:
        return True
    async with context.database.rows(context.viewer) as connection:
        found = await connection.fetchval(
            "SELECT EXISTS (SELECT FROM policylab_access WHERE person_id = $1 "
            "AND delegation_id = $2)",
            context.viewer.person_id,
            UUID(delegation),
        )
    return bool(found)


async def revision_of(context: Context, lab_id: UUID | None) -> int:
    """The lab's revision as it stands now."""
    async with context.database.rows(context.viewer) as connection:
        found = await connection.fetchval(
            "SELECT revision FROM lab_ledger WHERE lab_id = $1", lab_id
        )
    return int(found or 0)


async def _seen(context: Context, kind: str, identifier: strawberry.ID) -> UUID:
    """The key of a thing the viewer may see at this moment; NOT_FOUND otherwise."""
    if not context.viewer.signed_in:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")
    key = key_of(identifier, kind)
    context.forget()
    if await load(context, kind, key) is None:
        raise not_found()
    return key


def _subject(announcement: Announcement) -> strawberry.ID | None:
    found = announcement.payload.get("subject")
    return strawberry.ID(found) if isinstance(found, str) else None


Identifier = Annotated[strawberry.ID, strawberry.argument(description="Which one.")]


def _live(description: str, access: str) -> Any:
    declared = Declared("subscription", access)
    return strawberry.subscription(description=description, metadata={"declared": declared})


@strawberry.type
class LiveSubscription:
    @_live("Hints of what changes in a dialogue.", "as the dialogue, at each sending")
    async def dialogue_changed(
        self, info: Info, id: Identifier
    ) -> AsyncGenerator[DialogueDelta, None]:
        context = info.context
        key = await _seen(context, "Dialogue", id)
        async for item in heard(context, lambda found: found.dialogue_id == key):
            await _seen(context, "Dialogue", id)
            yield DialogueDelta(
                revision=await revision_of(context, item.lab_id),
                kind=item.kind,
                subject_id=_subject(item),
                at=datetime.now(UTC),
            )

    @_live("Hints of what changes around a draft.", "as the draft, at each sending")
    async def draft_changed(self, info: Info, id: Identifier) -> AsyncGenerator[DraftDelta, None]:
        context = info.context
        key = str(await _seen(context, "Draft", id))
        async for item in heard(context, lambda found: found.payload.get("draft_id") == key):
            await _seen(context, "Draft", id)
            yield DraftDelta(
                revision=await revision_of(context, item.lab_id),
                kind=item.kind,
                subject_id=_subject(item),
                sequence=item.payload.get("sequence"),
                at=datetime.now(UTC),
            )

    @_live("How many notices wait for the viewer, whenever that changes.", "herself")
    async def notices_changed(self, info: Info) -> AsyncGenerator[NoticeDelta, None]:
        context = info.context
        if not context.viewer.signed_in:
            raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first.")

        def mine(found: Announcement) -> bool:
            return found.kind.startswith("notice.") and _names(found, context.viewer.person_id)

        async for _ in heard(context, mine):
            async with context.database.rows(context.viewer) as connection:
                unread = await connection.fetchval(
                    "SELECT count(*) FROM notice WHERE person_id = $1 AND read_at IS NULL",
                    context.viewer.person_id,
                )
            yield NoticeDelta(unread=unread, at=datetime.now(UTC))
