"""What people do in labs and dialogues: open, invite, seat, mandate, give roles, lead on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from policylab import labs
from policylab.api.context import Context
from policylab.api.declare import computed, described_input, plain, value
from policylab.api.identity import LocalisedTextInput, as_texts
from policylab.api.labs import Delegate, Delegation, Dialogue, Grant, Lab, LabGrant, Mandate
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.ids import key_of
from policylab.labs import FactKind, LabRole, Visibility
from policylab.process import Role


@described_input
class LevelInput:
    """A level of government of a new lab."""

    code: str = plain("A code within the lab, such as LOCAL.")
    names: list[LocalisedTextInput] = plain("What it is called.")


@described_input
class CreateLabInput(VerbInput):
    """A lab to open."""

    names: list[LocalisedTextInput] = plain("What it is called, in each of its languages.")
    purposes: list[LocalisedTextInput] = plain("What it is for.")
    languages: list[str] = plain("The languages it works in, as BCP 47 tags.")
    levels: list[LevelInput] = plain(
        "Its levels of government, from the closest to people on; however many there are."
    )
    illustrative: bool = plain(
        "Whether it is an example: everything in it is marked as invented.", default=False
    )


@described_input
class DayInput:
    """A number that a dialogue sets for itself."""

    key: str = plain("The setting's name in the template.")
    days: int = plain("The number, within the template's bounds.")


@described_input
class CreateDialogueInput(VerbInput):
    """A dialogue to open."""

    lab_id: strawberry.ID = plain("In which lab.")
    template_id: str = plain("The workflow it shall run on; it keeps a copy.")
    questions: list[LocalisedTextInput] = plain("The policy question.")
    scopes: list[LocalisedTextInput] = plain("What belongs to it and what does not.")
    languages: list[str] = plain("The languages it works in, among those of the lab.")
    levels: list[str] | None = plain(
        "The codes of the levels it works on; the template's where absent.", default=None
    )
    visibility: Visibility = plain("Who may read it.", default=Visibility.PARTICIPANTS)
    days: list[DayInput] | None = plain(
        "What it sets for itself; the template's defaults hold for the rest.", default=None
    )


@described_input
class CreateDelegationInput(VerbInput):
    """An organisation to take a seat."""

    dialogue_id: strawberry.ID = plain("In which dialogue.")
    organisation_id: strawberry.ID = plain("Which organisation.")
    level: str = plain("The code of the level at which it sits.")
    voting: bool = plain("Whether decisions count it; false for a consulted body.", default=True)
    weight: int = plain("How much its position counts.", default=1)


@described_input
class EndDelegationInput(VerbInput):
    """A delegation to leave the dialogue."""

    delegation_id: strawberry.ID = plain("Which delegation.")


@described_input
class SeatDelegateInput(VerbInput):
    """Somebody to act for a delegation."""

    delegation_id: strawberry.ID = plain("Which delegation.")
    person_id: strawberry.ID = plain("Who.")
    function: str = plain(
        "In which function she acts; empty where her post says it already.", default=""
    )
    head: bool = plain("Whether she leads it; the head before her steps down.", default=False)


@described_input
class EndDelegateInput(VerbInput):
    """A seat to end."""

    delegate_id: strawberry.ID = plain("Which seat.")


@described_input
class InviteToDelegationInput(VerbInput):
    """Somebody to invite to a seat."""

    delegation_id: strawberry.ID = plain("Which delegation.")
    email: str | None = plain("Her address, by which her account is known.", default=None)
    display_name: str = plain("How she is addressed.")
    function: str = plain("In which function she shall act.")
    head: bool = plain("Whether she shall lead the delegation.", default=False)


@described_input
class AcceptInvitationInput(VerbInput):
    """An invitation to take."""

    code: str = plain("The last part of the invitation's address.")


@described_input
class FileMandateInput(VerbInput):
    """The authority under which one's delegation acts."""

    delegation_id: strawberry.ID = plain("Which delegation.")
    issuing_body: str = plain("Who gave it.")
    issued_on: date = plain("The day it was given.")
    scope: str = plain("What it covers.")
    limits: str | None = plain("What it does not cover.", default=None)
    valid_from: date = plain("The first day it holds.")
    valid_to: date | None = plain("The last day it holds.", default=None)
    paper: str | None = plain("Reference of the paper it stands on.", default=None)
    ad_referendum: bool = plain(
        "Whether positions on it are still to be confirmed by the body.", default=False
    )
    document_ids: list[strawberry.ID] | None = plain(
        "The texts it is limited to; the whole dialogue where absent.", default=None
    )


@described_input
class RevokeMandateInput(VerbInput):
    """A mandate to withdraw."""

    mandate_id: strawberry.ID = plain("Which mandate.")


@described_input
class GrantRoleInput(VerbInput):
    """A role for somebody in a dialogue."""

    dialogue_id: strawberry.ID = plain("In which dialogue.")
    person_id: strawberry.ID = plain("Who.")
    role: Role = plain("Which role; those of a seat are not given.")
    function: str = plain("In which function; her post where empty.", default="")
    organisation_id: strawberry.ID | None = plain("For which body.", default=None)


@described_input
class EndGrantInput(VerbInput):
    """A role to end."""

    grant_id: strawberry.ID = plain("Which role.")


@described_input
class GrantLabRoleInput(VerbInput):
    """A place in a lab for somebody."""

    lab_id: strawberry.ID = plain("In which lab.")
    person_id: strawberry.ID = plain("Who.")
    role: LabRole = plain("Which place.")


@described_input
class EndLabGrantInput(VerbInput):
    """A place in a lab to end."""

    grant_id: strawberry.ID = plain("Which place.")


@described_input
class SendConvocationInput(VerbInput):
    """A notice of meeting for everybody in a dialogue."""

    dialogue_id: strawberry.ID = plain("In which dialogue.")
    agenda: str | None = plain("What is on the agenda.", default=None)
    note: str | None = plain("What else people should know; or the agenda itself.", default=None)
    meeting_on: date | None = plain(
        "The day of the session; the first that the notice period allows where absent.",
        default=None,
    )
    place: str | None = plain("Where it is held.", default=None)
    silence_deadline: datetime | None = plain(
        "Declares a silence procedure: until when one may object.", default=None
    )


@described_input
class MovePhaseInput(VerbInput):
    """Where the dialogue shall go."""

    dialogue_id: strawberry.ID = plain("Which dialogue.")
    to: str = plain("The name of the phase: the next one, or an earlier one.")
    reason: str | None = plain("Why; needed to go back.", default=None)


@described_input
class RecordFactInput(VerbInput):
    """Something that happened and that no other part of the service records."""

    dialogue_id: strawberry.ID = plain("In which dialogue.")
    kind: str = plain("What happened, as a code: INTENT_STATED, OPTIONS_AGREED …")
    note: str | None = plain("In words, kept with it.", default=None)


async def load_links(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """Where invitations are taken up."""
    return [f"/invitations/{item.secret[0]}" if item.secret else None for item in roots]


async def load_sign_in_codes(context: Context, roots: Sequence[Any]) -> list[str | None]:
    """What those without an address sign in with."""
    return [item.secret[1] if item.secret else None for item in roots]


@value
class Invitation:
    """An invitation to a seat. Its link is told this once; it works once, for thirty days."""

    secret: strawberry.Private[tuple[str, str | None] | None]
    url: str | None = computed(
        "The link to pass on; null when a retry asks again.",
        load_links,
        access="told once, to who invites",
    )
    sign_in_code: str | None = computed(
        "For somebody invited without an address: a code to sign in with the first time.",
        load_sign_in_codes,
        access="told once, to who invites",
    )


def _said(uow: UnitOfWork, text: str) -> dict[str, str]:
    """A text in the language of who says it; nothing for an empty one."""
    return {uow.viewer.locale: text} if text.strip() else {}


@verbs
class LabsMutation:
    @verb(answers=Lab)
    async def create_lab(uow: UnitOfWork, input: CreateLabInput) -> UUID:
        """Open a lab with its levels of government. Administrators of the service."""
        row = await labs.create_lab(
            uow,
            uow.viewer,
            names=as_texts(input.names),
            purposes=as_texts(input.purposes),
            languages=input.languages,
            levels=[(level.code, as_texts(level.names)) for level in input.levels],
            illustrative=input.illustrative,
        )
        return row.id

    @verb(answers=LabGrant)
    async def grant_lab_role(uow: UnitOfWork, input: GrantLabRoleInput) -> UUID:
        """Give somebody a place in a lab."""
        row = await labs.grant_lab_role(
            uow,
            uow.viewer,
            lab_id=key_of(input.lab_id, "Lab"),
            person_id=key_of(input.person_id, "Person"),
            role=input.role,
        )
        return row.id

    @verb(answers=LabGrant)
    async def end_lab_grant(uow: UnitOfWork, input: EndLabGrantInput) -> UUID:
        """Take somebody's place in a lab away. The last administrator stays."""
        key = key_of(input.grant_id, "LabGrant")
        return (await labs.end_lab_grant(uow, uow.viewer, grant_id=key)).id

    @verb(answers=Dialogue)
    async def create_dialogue(uow: UnitOfWork, input: CreateDialogueInput) -> UUID:
        """Open a dialogue on a copy of a workflow, in its first phase."""
        row = await labs.create_dialogue(
            uow,
            uow.viewer,
            lab_id=key_of(input.lab_id, "Lab"),
            template_id=input.template_id,
            questions=as_texts(input.questions),
            scopes=as_texts(input.scopes),
            languages=input.languages,
            levels=input.levels or (),
            visibility=input.visibility,
            settings={each.key: each.days for each in input.days or ()},
        )
        return row.id

    @verb(answers=Delegation)
    async def create_delegation(uow: UnitOfWork, input: CreateDelegationInput) -> UUID:
        """Let an organisation take a seat in a dialogue, at one level of government."""
        row = await labs.create_delegation(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            organisation_id=key_of(input.organisation_id, "Organisation"),
            level=input.level,
            voting=input.voting,
            weight=input.weight,
        )
        return row.id

    @verb(answers=Delegation)
    async def end_delegation(uow: UnitOfWork, input: EndDelegationInput) -> UUID:
        """Take a delegation out of the dialogue; what it said stays."""
        key = key_of(input.delegation_id, "Delegation")
        return (await labs.end_delegation(uow, uow.viewer, delegation_id=key)).id

    @verb(answers=Delegate)
    async def seat_delegate(uow: UnitOfWork, input: SeatDelegateInput) -> UUID:
        """Let somebody act for a delegation. A new head takes the place of the one before."""
        row = await labs.seat_delegate(
            uow,
            uow.viewer,
            delegation_id=key_of(input.delegation_id, "Delegation"),
            person_id=key_of(input.person_id, "Person"),
            functions=_said(uow, input.function),
            head=input.head,
        )
        return row.id

    @verb(answers=Delegate)
    async def end_delegate(uow: UnitOfWork, input: EndDelegateInput) -> UUID:
        """End somebody's seat; what she said in this capacity stays."""
        key = key_of(input.delegate_id, "Delegate")
        return (await labs.end_delegate(uow, uow.viewer, delegate_id=key)).id

    @verb(answers=Invitation)
    async def invite_to_delegation(uow: UnitOfWork, input: InviteToDelegationInput) -> Invitation:
        """Invite one person to a seat by a link to pass on."""
        made = await labs.invite_to_delegation(
            uow,
            uow.viewer,
            delegation_id=key_of(input.delegation_id, "Delegation"),
            email=input.email,
            display_name=input.display_name,
            functions=_said(uow, input.function),
            head=input.head,
        )
        return Invitation(secret=(made.code, made.sign_in_code))

    @verb(answers=Delegation)
    async def accept_invitation(uow: UnitOfWork, input: AcceptInvitationInput) -> UUID:
        """Take the seat that an invitation was made for."""
        return (await labs.accept_invitation(uow, uow.viewer, code=input.code)).delegation_id

    @verb(answers=Mandate)
    async def file_mandate(uow: UnitOfWork, input: FileMandateInput) -> UUID:
        """File the authority under which one's delegation acts."""
        row = await labs.file_mandate(
            uow,
            uow.viewer,
            delegation_id=key_of(input.delegation_id, "Delegation"),
            issuing_body=input.issuing_body,
            issued_on=input.issued_on,
            scope=input.scope,
            limits=input.limits or "",
            valid_from=input.valid_from,
            valid_to=input.valid_to,
            paper=input.paper,
            subjects=[key_of(each, "Document") for each in input.document_ids or ()],
            ad_referendum=input.ad_referendum,
        )
        return row.id

    @verb(answers=Mandate)
    async def revoke_mandate(uow: UnitOfWork, input: RevokeMandateInput) -> UUID:
        """Withdraw a mandate of one's own delegation from now on."""
        key = key_of(input.mandate_id, "Mandate")
        return (await labs.revoke_mandate(uow, uow.viewer, mandate_id=key)).id

    @verb(answers=Grant)
    async def grant_role(uow: UnitOfWork, input: GrantRoleInput) -> UUID:
        """Give somebody a role in a dialogue."""
        body = input.organisation_id
        row = await labs.grant_role(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            person_id=key_of(input.person_id, "Person"),
            role=input.role,
            functions=_said(uow, input.function),
            organisation_id=key_of(body, "Organisation") if body else None,
        )
        return row.id

    @verb(answers=Grant)
    async def end_grant(uow: UnitOfWork, input: EndGrantInput) -> UUID:
        """End somebody's role in a dialogue; what she did in it stays."""
        key = key_of(input.grant_id, "Grant")
        return (await labs.end_grant(uow, uow.viewer, grant_id=key)).id

    @verb(answers=Dialogue)
    async def send_convocation(uow: UnitOfWork, input: SendConvocationInput) -> UUID:
        """Send the notice of meeting to everybody in the dialogue."""
        parts = [text.strip() for text in (input.agenda, input.note) if text and text.strip()]
        row = await labs.send_notice(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            agenda="\n\n".join(parts),
            meeting_on=input.meeting_on,
            place=input.place or "",
            silence_deadline=input.silence_deadline,
        )
        return row.dialogue_id

    @verb(answers=Dialogue)
    async def move_phase(uow: UnitOfWork, input: MovePhaseInput) -> UUID:
        """Take a dialogue on to its next phase, or back to an earlier one with a reason."""
        row = await labs.move_phase(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            to=input.to,
            reason=input.reason or "",
        )
        return row.id

    @verb(answers=Dialogue)
    async def record_fact(uow: UnitOfWork, input: RecordFactInput) -> UUID:
        """State that something happened which the workflow waits for."""
        key = key_of(input.dialogue_id, "Dialogue")
        kind, note = _kind(input.kind), input.note or ""
        await labs.state_fact(uow, uow.viewer, dialogue_id=key, kind=kind, note=note)
        return key


def _kind(code: str) -> FactKind:
    try:
        return FactKind(code)
    except ValueError as error:
        names = ", ".join(kind.value for kind in labs.STATED)
        message = f"What people state is one of: {names}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="kind") from error
