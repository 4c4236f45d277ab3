"""Refusals as results: what a mutation answers when the house turns it down."""

from policylab.api.declare import described_enum, plain, value
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.french import said_in

described_enum(RefusalCode)


@value
class Refusal:
    """Why something was not done. Nothing was changed."""

    code: RefusalCode = plain("The published reason; programs go by this.")
    message: str = plain("A sentence that says what the person can do.")
    field: str | None = plain("The input field it concerns, if any.")


def as_refusal(refused: Refused, locale: str) -> Refusal:
    """The result that stands for a refusal, in the person's language."""
    field = to_camel(refused.field) if refused.field else None
    return Refusal(code=refused.code, message=said_in(refused.message, locale), field=field)


def to_camel(name: str) -> str:
    """A field's name as clients write it."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
