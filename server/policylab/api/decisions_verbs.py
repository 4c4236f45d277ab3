"""Opening, closing and sealing decisions: what clients say, and the rooms' verbs behind it."""

from datetime import date as day
from datetime import datetime
from uuid import UUID

import strawberry

from policylab import decisions
from policylab.api.decisions import Procedure
from policylab.api.declare import described_input, plain
from policylab.api.records import DecisionRecord, DissentingStatement, FormalAdoption
from policylab.api.strategies import section_key
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.decisions import Base, KeyUnusable, Rule, RuleCode, Signer
from policylab.decisions.signing import LIBRARY
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import key_of
from policylab.kit.late import late
from policylab.kit.log import log
from policylab.positions import Subject


@described_input
class RuleInput:
    """A rule with those parameters that belong to it."""

    code: RuleCode = plain("Which rule.")
    inner: "RuleInput | None" = plain("The rule that each level is judged by.", default=None)
    levels: list[str] | None = plain("The codes of the levels that must assent.", default=None)
    numerator: int | None = plain("The share that is needed: so many …", default=None)
    denominator: int | None = plain("… of so many.", default=None)
    base: str | None = plain("What it is a share of: ENTITLED or CAST.", default=None)
    days: int | None = plain("How long silence must last.", default=None)
    quorum_numerator: int | None = plain("The share that must speak: so many …", default=None)
    quorum_denominator: int | None = plain("… of so many entitled.", default=None)


def _rule(given: RuleInput | None) -> Rule | None:
    """The rule that an input names; its parameters are judged by the room."""
    if given is None:
        return None
    quorum = (given.quorum_numerator, given.quorum_denominator)
    if (quorum[0] is None) != (quorum[1] is None):
        message = "A quorum has two numbers: so many of so many."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="rule.quorum_numerator")
    if given.base is not None and given.base not in [base.value for base in Base]:
        message = "A share is of ENTITLED or of CAST."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="rule.base")
    return Rule(
        code=given.code,
        inner=_rule(given.inner),
        levels=tuple(given.levels or ()),
        numerator=given.numerator,
        denominator=given.denominator,
        base=Base(given.base) if given.base else None,
        days=given.days,
        quorum=(quorum[0], quorum[1]) if quorum[0] is not None and quorum[1] is not None else None,
    )


@described_input
class OpenProcedureInput(VerbInput):
    """What is decided, how, and until when. All of it is fixed from then on."""

    set_id: strawberry.ID = plain("Which frozen text.")
    section_id: str | None = plain("Which clause of it; the whole text when absent.", default=None)
    amendment_id: strawberry.ID | None = plain("Which amendment to it.", default=None)
    rule: RuleInput | None = plain("The rule; the template's when absent.", default=None)
    levels: list[str] | None = plain(
        "The levels that must assent; all of the dialogue when absent.", default=None
    )
    closes_at: datetime | None = plain("Until when positions are taken.", default=None)
    days: int | None = plain(
        "Or for how many days; the dialogue's usual number when both are absent.", default=None
    )


@described_input
class CloseProcedureInput(VerbInput):
    """A procedure whose positions are counted now."""

    procedure_id: strawberry.ID = plain("Which procedure.")


@described_input
class WithdrawProcedureInput(VerbInput):
    """A procedure that is taken back before it closes."""

    procedure_id: strawberry.ID = plain("Which procedure.")
    reasons: str | None = plain("Why.", default=None)


@described_input
class ReferInput(VerbInput):
    """An item that one's principals shall take up."""

    procedure_id: strawberry.ID = plain("Which procedure.")
    reasons: str = plain("Why.")


@described_input
class AttachStatementInput(VerbInput):
    """What a delegation has to say of a decision."""

    record_id: strawberry.ID = plain("Which record.")
    text: str = plain("Its words.")


@described_input
class SealRecordInput(VerbInput):
    """A record that shall never change again."""

    record_id: strawberry.ID = plain("Which record.")
    reasons: str = plain("The statement of reasons: why it was decided.")
    follow_up: str | None = plain("What follows: who does what, until when.", default=None)


@described_input
class AddCorrigendumInput(VerbInput):
    """What a sealed record says wrongly."""

    record_id: strawberry.ID = plain("Which record.")
    text: str = plain("What is corrected.")


@described_input
class PublishRecordInput(VerbInput):
    """A sealed record that everybody may read."""

    record_id: strawberry.ID = plain("Which record.")


@described_input
class RecordAdoptionInput(VerbInput):
    """The act by which a council or government adopted the text."""

    record_id: strawberry.ID = plain("Which record.")
    body: str = plain("Which council or government.")
    date: day = plain("The day of its act.")
    reference: str = plain("How the act is cited.")
    link: str | None = plain("Where it can be read.", default=None)


async def signer_of(uow: UnitOfWork) -> Signer:
    """The service's key; refused, and told to who runs the house, when it can't be used."""
    await late(LIBRARY)
    try:
        return decisions.open_signer(uow.shared["settings"].signing_key())
    except (KeyUnusable, OSError) as error:
        log.error("signing.key_unusable", error=repr(error))
        message = "Nothing can be sealed now: the service's key can't be used. Tell who runs it."
        raise Refused(RefusalCode.TEMPORARILY_UNAVAILABLE, message) from error


@verbs
class DecisionsMutation:
    @verb(answers=Procedure)
    async def open_procedure(uow: UnitOfWork, input: OpenProcedureInput) -> UUID:
        """Open a decision on a frozen text, a clause of it or an amendment."""
        amendment = input.amendment_id
        row = await decisions.open_procedure(
            uow,
            uow.viewer,
            subject=Subject(
                set_id=key_of(input.set_id, "VersionSet"),
                section_id=section_key(input.section_id) if input.section_id else None,
                amendment_id=key_of(amendment, "Amendment") if amendment else None,
            ),
            rule=_rule(input.rule),
            levels=input.levels or (),
            closes_at=input.closes_at,
            days=input.days,
        )
        return row.id

    @verb(answers=Procedure)
    async def close_procedure(uow: UnitOfWork, input: CloseProcedureInput) -> UUID:
        """Count the positions as they stand; the outcome can't be changed."""
        key = key_of(input.procedure_id, "Procedure")
        return (await decisions.close_procedure(uow, uow.viewer, procedure_id=key)).id

    @verb(answers=Procedure)
    async def withdraw_procedure(uow: UnitOfWork, input: WithdrawProcedureInput) -> UUID:
        """Take a procedure back before it closes; nothing is counted."""
        row = await decisions.withdraw_procedure(
            uow,
            uow.viewer,
            procedure_id=key_of(input.procedure_id, "Procedure"),
            reasons=input.reasons or "",
        )
        return row.id

    @verb(answers=Procedure)
    async def refer(uow: UnitOfWork, input: ReferInput) -> UUID:
        """Ask, once, that one's principals take an item up; the procedure rests meanwhile."""
        key = key_of(input.procedure_id, "Procedure")
        await decisions.refer(uow, uow.viewer, procedure_id=key, reasons=input.reasons)
        return key

    @verb(answers=DissentingStatement)
    async def attach_statement(uow: UnitOfWork, input: AttachStatementInput) -> UUID:
        """Attach one's delegation's statement to a record that is not sealed yet."""
        row = await decisions.attach_statement(
            uow,
            uow.viewer,
            record_id=key_of(input.record_id, "DecisionRecord"),
            words=input.text,
        )
        return row.id

    @verb(answers=DecisionRecord)
    async def seal_record(uow: UnitOfWork, input: SealRecordInput) -> UUID:
        """Give a record its reasons and seal it for good. Asks for a fresh sign-in."""
        row = await decisions.seal_record(
            uow,
            uow.viewer,
            record_id=key_of(input.record_id, "DecisionRecord"),
            reasons=input.reasons,
            follow_up=input.follow_up or "",
            signer=await signer_of(uow),
        )
        return row.id

    @verb(answers=DecisionRecord)
    async def add_corrigendum(uow: UnitOfWork, input: AddCorrigendumInput) -> UUID:
        """Correct a sealed record by a note that is sealed itself. Asks for a fresh sign-in."""
        key = key_of(input.record_id, "DecisionRecord")
        await decisions.add_corrigendum(
            uow, uow.viewer, record_id=key, words=input.text, signer=await signer_of(uow)
        )
        return key

    @verb(answers=DecisionRecord)
    async def publish_record(uow: UnitOfWork, input: PublishRecordInput) -> UUID:
        """Let everybody read a sealed record."""
        key = key_of(input.record_id, "DecisionRecord")
        await decisions.publish_record(uow, uow.viewer, record_id=key)
        return key

    @verb(answers=FormalAdoption)
    async def record_adoption(uow: UnitOfWork, input: RecordAdoptionInput) -> UUID:
        """Record that a council or government adopted the text under its own law."""
        row = await decisions.record_adoption(
            uow,
            uow.viewer,
            record_id=key_of(input.record_id, "DecisionRecord"),
            body=input.body,
            adopted_on=input.date,
            reference=input.reference,
            link=input.link,
            signer=await signer_of(uow),
        )
        return row.id
