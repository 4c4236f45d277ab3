"""Creating labs and dialogues, and who has a place in a lab."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.identity import check_administrator
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.viewer import Viewer
from policylab.labs import rules
from policylab.labs.capacities import capacities_of_staff
from policylab.labs.events import AccessChanged, DialogueCreated, LabCreated
from policylab.labs.facts import record_fact
from policylab.labs.people import check_person
from policylab.labs.rules import LabAct, LabRole, Visibility
from policylab.labs.tables import Dialogue, Lab, LabGrant, LabLevel, PhaseRun
from policylab.process import FactKind, Template, digest_of, shipped, template_of

MOST_LEVELS = 12
LONGEST_CODE = 40


async def create_lab(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    names: Mapping[str, str],
    purposes: Mapping[str, str],
    languages: Sequence[str],
    levels: Sequence[tuple[str, Mapping[str, str]]],
    illustrative: bool = False,
) -> Lab:
    """Open a lab with its levels of government, in order. Its creator administers it."""
    check_administrator(viewer)
    tags = list(dict.fromkeys(tag.strip() for tag in languages if tag.strip()))
    if not tags:
        message = "Choose one language at least."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="languages")
    lab = Lab(
        names=rules.check_words(names, field="names", languages=tags),
        purposes=rules.check_words(purposes, field="purposes", longest=rules.LONGEST_TEXT),
        languages=tags,
        illustrative=illustrative,
        created_by=viewer.person_id,
    )
    uow.session.add(lab)
    await uow.session.flush()
    uow.session.add_all(_levels(lab, levels))
    if viewer.person_id:
        await _grant(uow, lab.id, viewer.person_id, LabRole.ADMINISTRATOR)
    uow.audit(action="lab.created", object_type="Lab", object_id=lab.id, lab_id=lab.id)
    uow.announce(LabCreated(lab_id=lab.id))
    return lab


def _levels(lab: Lab, levels: Sequence[tuple[str, Mapping[str, str]]]) -> list[LabLevel]:
    """The lab's levels of government, each with a code of its own."""
    codes = [code.strip().upper() for code, _ in levels]
    right = all(
        code and len(code) <= LONGEST_CODE and code.replace("_", "").isalnum() for code in codes
    )
    if not codes or len(codes) > MOST_LEVELS or len(set(codes)) < len(codes) or not right:
        message = f"Give 1 to {MOST_LEVELS} levels, each with a code of its own (such as LOCAL)."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="levels")
    return [
        LabLevel(
            lab_id=lab.id,
            code=code,
            names=rules.check_words(names, field="levels"),
            place=place,
            created_by=lab.created_by,
        )
        for place, (code, (_, names)) in enumerate(zip(codes, levels, strict=True))
    ]


async def grant_lab_role(
    uow: UnitOfWork, viewer: Viewer, *, lab_id: UUID, person_id: UUID, role: LabRole
) -> LabGrant:
    """Give somebody a place in a lab."""
    await require_in_lab(uow.session, viewer, lab_id, LabAct.GRANT_LAB_ROLE)
    await check_person(uow, person_id)
    held = await uow.session.exec(
        select(LabGrant)
        .where(col(LabGrant.lab_id) == lab_id, col(LabGrant.person_id) == person_id)
        .where(col(LabGrant.role) == role, col(LabGrant.until).is_(None))
    )
    if held.first() is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This person has this place in the lab already.")
    grant = await _grant(uow, lab_id, person_id, role)
    dialogues = await uow.session.exec(select(Dialogue).where(col(Dialogue.lab_id) == lab_id))
    await capacities_of_staff(uow, list(dialogues), [grant])
    uow.announce(AccessChanged(lab_id=lab_id, person_ids=(person_id,)))
    return grant


async def _grant(uow: UnitOfWork, lab_id: UUID, person_id: UUID, role: LabRole) -> LabGrant:
    grant = LabGrant(
        lab_id=lab_id,
        person_id=person_id,
        role=role,
        since=uow.now,
        created_by=uow.viewer.person_id,
    )
    uow.session.add(grant)
    await uow.session.flush()
    uow.audit(
        action="lab_grant.given",
        object_type="LabGrant",
        object_id=grant.id,
        lab_id=lab_id,
        detail={"role": role.value},
    )
    return grant


async def end_lab_grant(uow: UnitOfWork, viewer: Viewer, *, grant_id: UUID) -> LabGrant:
    """Take somebody's place in a lab away. The last administrator stays."""
    grant = await uow.session.get(LabGrant, grant_id, with_for_update=True)
    if grant is None:
        raise not_found()
    await require_in_lab(uow.session, viewer, grant.lab_id, LabAct.GRANT_LAB_ROLE)
    if grant.until is not None:
        raise Refused(RefusalCode.ALREADY_DONE, "This place has ended already.")
    if grant.role is LabRole.ADMINISTRATOR:
        await _check_another_administrator(uow, grant)
    grant.until = uow.now
    uow.audit(
        action="lab_grant.ended", object_type="LabGrant", object_id=grant.id, lab_id=grant.lab_id
    )
    uow.announce(AccessChanged(lab_id=grant.lab_id, person_ids=(grant.person_id,)))
    return grant


async def _check_another_administrator(uow: UnitOfWork, grant: LabGrant) -> None:
    others = await uow.session.exec(
        select(LabGrant.id)
        .where(col(LabGrant.lab_id) == grant.lab_id, col(LabGrant.id) != grant.id)
        .where(col(LabGrant.role) == LabRole.ADMINISTRATOR, col(LabGrant.until).is_(None))
        .with_for_update()
    )
    if others.first() is None:
        message = "A lab keeps one administrator at least. Name another one first."
        raise Refused(RefusalCode.NOT_ALLOWED, message)


async def create_dialogue(
    uow: UnitOfWork,
    viewer: Viewer,
    *,
    lab_id: UUID,
    template_id: str,
    questions: Mapping[str, str],
    scopes: Mapping[str, str],
    languages: Sequence[str] = (),
    levels: Sequence[str] = (),
    visibility: Visibility = Visibility.PARTICIPANTS,
    settings: Mapping[str, int] | None = None,
    illustrative: bool = False,
) -> Dialogue:
    """Open a dialogue on a copy of the template as it is today, in its first phase."""
    await require_in_lab(uow.session, viewer, lab_id, LabAct.CREATE_DIALOGUE)
    lab = await uow.session.get_one(Lab, lab_id)
    body = (await shipped()).get(template_id)
    if body is None:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such workflow.", field="template_id")
    template = template_of(body)
    known = [level.code for level in await levels_of(uow.session, lab_id)]
    dialogue = Dialogue(
        lab_id=lab_id,
        questions=rules.check_words(questions, field="questions", longest=1_000),
        scopes=rules.check_words(scopes, field="scopes", longest=rules.LONGEST_TEXT),
        languages=rules.check_languages(languages or lab.languages, known=lab.languages),
        levels=rules.check_levels(levels or _usual_levels(template, known), known=known),
        visibility=visibility,
        template_id=template.id,
        template_version=template.version,
        template_body=body,
        template_digest=digest_of(body),
        settings=rules.check_settings(settings or {}, bounds_of(template)),
        phase_id=template.phases[0].id,
        illustrative=illustrative or lab.illustrative,
        created_by=viewer.person_id,
    )
    uow.session.add(dialogue)
    await uow.session.flush()
    await _begin(uow, dialogue)
    return dialogue


async def _begin(uow: UnitOfWork, dialogue: Dialogue) -> None:
    """Enter the first phase, and let the lab's staff act in it."""
    uow.session.add(
        PhaseRun(
            lab_id=dialogue.lab_id,
            dialogue_id=dialogue.id,
            phase_id=dialogue.phase_id,
            entered_at=uow.now,
            created_by=uow.viewer.person_id,
        )
    )
    await uow.session.flush()
    await record_fact(uow, dialogue.id, FactKind.QUESTION_SET)
    staff = await uow.session.exec(
        select(LabGrant)
        .where(col(LabGrant.lab_id) == dialogue.lab_id)
        .where(col(LabGrant.until).is_(None))
    )
    await capacities_of_staff(uow, [dialogue], list(staff))
    uow.audit(
        action="dialogue.created",
        object_type="Dialogue",
        object_id=dialogue.id,
        lab_id=dialogue.lab_id,
        detail={"template": dialogue.template_id, "version": dialogue.template_version},
    )
    uow.announce(DialogueCreated(lab_id=dialogue.lab_id, dialogue_id=dialogue.id))


def _usual_levels(template: Template, known: Sequence[str]) -> list[str]:
    """The template's levels that the lab has; all of the lab's where they share none."""
    return [code for code in known if code in template.levels] or list(known)


def bounds_of(template: Template) -> dict[str, tuple[int, int, int]]:
    """Minimum, default and maximum of each setting."""
    return {
        key: (setting.minimum, setting.default, setting.maximum)
        for key, setting in template.settings.items()
    }


async def levels_of(session: AsyncSession, lab_id: UUID) -> list[LabLevel]:
    """The levels of government of a lab, in order."""
    rows = await session.exec(
        select(LabLevel).where(col(LabLevel.lab_id) == lab_id).order_by(col(LabLevel.place))
    )
    return list(rows)


async def roles_in_labs(
    session: AsyncSession, viewer: Viewer, lab_ids: Collection[UUID]
) -> dict[UUID, frozenset[str]]:
    """What the viewer is in each of these labs that she may see."""
    if viewer.system:
        return {lab_id: frozenset(LabRole) for lab_id in lab_ids}
    if viewer.person_id is None:
        return {}
    result = await (await session.connection()).execute(
        text(
            "SELECT lab_id, array_agg(DISTINCT role) AS roles FROM policylab_access "
            "WHERE person_id = :person AND lab_id = ANY(:labs) GROUP BY lab_id"
        ),
        {"person": viewer.person_id, "labs": list(lab_ids)},
    )
    return {row.lab_id: frozenset(row.roles) for row in result}


async def require_in_lab(session: AsyncSession, viewer: Viewer, lab_id: UUID, act: LabAct) -> None:
    """Refuse those whose place does not entitle to this; NOT_FOUND for those who have no place."""
    held = (await roles_in_labs(session, viewer, [lab_id])).get(lab_id)
    if held is None or await session.get(Lab, lab_id) is None:
        raise not_found()
    rules.check_lab_act(act, held, locale=viewer.locale)


async def labs_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Any]:
    """Labs by their id; who may see them is the caller's question."""
    rows = await session.exec(select(Lab).where(col(Lab.id).in_(ids)))
    return {lab.id: lab for lab in rows}
