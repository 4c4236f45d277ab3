"""Mutations: one unit of work, one service function, one answer; a retry gets the first answer.

    @verbs
    class PositionMutation:
        @verb(answers=Position)
        async def take_position(uow: UnitOfWork, input: TakePositionInput) -> UUID:
            \"\"\"Record where the viewer's delegation stands.\"\"\"
            row = await positions.take_position(uow, uow.viewer, …)
            return row.id

The function answers the key of a published thing, which is then read as the viewer may see it; or a
`value` of its own, whose fields named `secret` are told once and never kept.
"""

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, Union
from uuid import UUID

import orjson
import strawberry

from policylab.api import origins
from policylab.api.declare import Declared, Info, load, plain, target_name
from policylab.api.refusals import Refusal, as_refusal
from policylab.kit.db import Claim
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import uuid7

T = TypeVar("T")
LONGEST_KEY = 200


@strawberry.input(description="What every input may carry.")
class VerbInput:
    client_mutation_id: str | None = plain(
        "A value of your choosing, new for each intention: a retry with the same one gets the "
        "first answer and changes nothing more.",
        default=None,
    )


Verb = Callable[..., Awaitable[Any]]


InOne = Callable[[Any, Any, Claim | None, UUID, str, Any], Awaitable[bool]]
"""`(database, viewer, claim, key, kept, input)`: whether it is done."""


def verb(
    *, answers: Any, open_to: str = "session", in_one: InOne | None = None
) -> Callable[[Verb], Any]:
    """Publish `function(uow, input)` as a mutation that answers `answers` or a Refusal.

    `open_to` is "session" (signed-in people and tokens with the scope `write`) or "everybody".
    `in_one` does the same in one statement where it can, for a thing with this `key`; `kept` is
    what is kept for a retry. Where it does not do it, it has changed nothing.
    """

    def make(function: Verb) -> Any:
        name = "".join(part.capitalize() for part in function.__name__.split("_"))
        described = strawberry.union(
            f"{name}Result", description=f"What {name[0].lower()}{name[1:]} answers."
        )
        origin = _origin(function, target_name(answers), open_to, in_one)
        resolver = _resolver(origin)
        resolver.__annotations__ = {
            "info": Info,
            "input": function.__annotations__["input"],
            "return": Annotated[Union[answers, Refusal], described],  # noqa: UP007 lazy types
        }
        return strawberry.mutation(
            resolver=resolver,
            description=" ".join((function.__doc__ or "").split()),
            metadata={
                "declared": Declared("verb", f"the rules of {function.__name__}", origin=origin)
            },
        )

    return make


def verbs(cls: type[T]) -> type[T]:
    """Part of the schema's Mutation type; `schema.py` puts the parts together."""
    return strawberry.type(cls)


def _origin(function: Verb, target: str, open_to: str, in_one: InOne | None = None) -> origins.Verb:
    async def act(context: Any, input: Any) -> Any:
        try:
            if open_to == "session":
                _check_may_change(context.viewer)
            claim = _claim(function, input)
            if in_one is not None and (key := await _done_in_one(in_one, context, claim, input)):
                context.forget()
                return key
            async with context.database.write(context.viewer, settled=True, claim=claim) as uow:
                uow.shared = context.shared
                if uow.first is not None:
                    return _told_first(uow.first)
                made = await function(uow, input)
                if claim is not None:
                    uow.keep_answer(_to_keep(made))
        except Refused as refused:
            return as_refusal(refused, context.locale)
        context.forget()
        return made

    async def answer(context: Any, kept: Any) -> Any:
        return await _answer(context, target, kept)

    return origins.Verb(target, act, answer)


async def _done_in_one(in_one: InOne, context: Any, claim: Claim | None, input: Any) -> UUID | None:
    key = uuid7()
    kept = orjson.dumps(_to_keep(key)).decode()
    try:
        done = await in_one(context.database, context.viewer, claim, key, kept, input)
    except Refused:  # the function says why, in its own order
        return None
    return key if done else None


def _resolver(origin: origins.Verb) -> Callable[..., Any]:
    async def resolve(info: Any, input: Any) -> Any:
        context = info.context
        done = context.done.get(info.path.key)
        kept = await origin.act(context, input) if done is None else done()
        return await origin.answer(context, kept)

    return resolve


def _check_may_change(viewer: Any) -> None:
    if not viewer.signed_in:
        raise Refused(RefusalCode.NOT_SIGNED_IN, "Sign in first; your words are kept here.")
    if viewer.scopes is not None and "write" not in viewer.scopes:
        raise Refused(RefusalCode.NOT_ALLOWED, "This token may only read.")


def _claim(function: Verb, input: Any) -> Claim | None:
    """What tells a retry of this change; None where the client gave it no id."""
    key = input.client_mutation_id
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        message = f"A client mutation id has 1 to {LONGEST_KEY} characters."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="clientMutationId")
    return Claim(key, function.__name__, _fingerprint(input))


def _told_first(kept: dict[str, Any]) -> Any:
    return UUID(kept["id"]) if "id" in kept else _Kept(kept["value"])


class _Kept(dict[str, Any]):
    """The fields of a value that an earlier run answered."""


def _to_keep(made: Any) -> dict[str, Any]:
    if isinstance(made, UUID):
        return {"id": str(made)}
    names = [field.name for field in dataclasses.fields(made) if field.init]
    return {"value": {name: getattr(made, name) for name in names if name != "secret"}}


def _fingerprint(input: Any) -> bytes:
    fields = dataclasses.asdict(input)
    del fields["client_mutation_id"]
    written = orjson.dumps(fields, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(written).digest()


async def _answer(context: Any, target: str, made: Any) -> Any:
    if isinstance(made, UUID):
        found = await load(context, target, made)
        if found is None:
            message = "It is done, but you may not see the result."
            return as_refusal(Refused(RefusalCode.NOT_FOUND, message), context.locale)
        return found
    return _told_again(_value_type(target), made) if isinstance(made, _Kept) else made


def _told_again(kind: Any, kept: _Kept) -> Any:
    """The value as it was answered first, without what is told once."""
    secret = {"secret": None} if "secret" in kind.__dataclass_fields__ else {}
    return kind(**kept, **secret)


def _value_type(target: str) -> Any:
    from policylab.api.schema import schema

    return schema.get_type_by_name(target).origin  # type: ignore[union-attr]
