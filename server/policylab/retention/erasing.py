"""Erasing a person (invariant 17): kept things show function and organisation, and nothing of her.

What is hers alone is deleted: each source says so itself (`leaves_with`). What others rest on
stays, and points at a nameless row or at nobody. Sealed records, frozen texts and suggestion marks
hold no more than an opaque capacity (design.md 15.16), so nothing in them changes. Words that
somebody wrote about her in a text or a comment are not found by this; they are edited by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update

from policylab import identity, labs
from policylab.kit.db import UnitOfWork
from policylab.kit.errors import RefusalCode, Refused
from policylab.kit.sources import Source
from policylab.kit.viewer import Viewer
from policylab.process import Said
from policylab.retention.holds import held


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What was done to erase somebody."""

    person_id: UUID
    capacities: int
    """How many now show a function and a body alone."""
    roles: int
    """How many seats, roles and places in labs have ended."""
    invitations: int
    """How many have lost a name and an address."""
    deleted: int
    """How many rows that were hers alone are gone: accounts, sessions, tokens, codes, notices."""


async def erase_person(uow: UnitOfWork, viewer: Viewer, *, person_id: UUID) -> Erasure:
    """Take somebody's identity out of the service for good."""
    person = await identity.person_to_erase(uow, viewer, person_id=person_id)
    lab_ids = await labs.hold_labs_of(uow, person_id)
    await _check_labs(uow, viewer, await held(uow, lab_ids), _held)
    await _check_labs(uow, viewer, await labs.labs_without_others(uow, person_id), _alone)

    left = await labs.forget_person(uow, person_id=person_id, email=person.email, lab_ids=lab_ids)
    deleted = await _delete_own(uow, person_id)
    await _forget_authorship(uow, person_id)
    await identity.forget_person(uow, person)
    return Erasure(
        person_id=person_id,
        capacities=left.capacities,
        roles=left.roles,
        invitations=left.invitations,
        deleted=deleted,
    )


async def _check_labs(
    uow: UnitOfWork, viewer: Viewer, lab_ids: Sequence[UUID], say: Callable[[str], Said]
) -> None:
    """Refuse because of these labs; one is named only to somebody who may see it."""
    if not lab_ids:
        return
    seen = await labs.roles_in_labs(uow.session, viewer, lab_ids)
    found = await labs.labs_by_id(uow.session, seen.keys() & set(lab_ids))
    name = next((_in_language(lab.names, viewer.locale) for lab in found.values()), "")
    raise Refused(RefusalCode.CONDITIONS_NOT_MET, say(name).within(viewer.locale))


def _held(lab: str) -> Said:
    return Said(
        f"A legal hold stands in {_named(lab, 'the lab “{0}”', 'a lab')} where this person took "
        "part. She can be erased once the lab’s administrators have lifted it.",
        f"Une mesure de conservation est en vigueur dans "
        f"{_named(lab, 'le laboratoire « {0} »', 'un laboratoire')} auquel cette personne a pris "
        "part. Ses données pourront être effacées quand l’administration du laboratoire l’aura "
        "levée.",
    )


def _alone(lab: str) -> Said:
    return Said(
        f"This person is the only administrator of {_named(lab, 'the lab “{0}”', 'a lab')}. "
        "Let another one be named there first.",
        f"Cette personne est seule à administrer "
        f"{_named(lab, 'le laboratoire « {0} »', 'un laboratoire')}. "
        "Une autre doit d’abord y être nommée.",
    )


def _named(lab: str, known: str, unknown: str) -> str:
    return known.format(lab) if lab else unknown


def _in_language(names: dict[str, str], locale: str) -> str:
    return names.get(locale[:2]) or names.get("en") or next(iter(names.values()), "")


async def _delete_own(uow: UnitOfWork, person_id: UUID) -> int:
    """Delete what was hers alone, in every room; how many rows that were."""
    count = 0
    for source in Source.registry.values():
        if source.leaves_with is not None:
            table = source.table.__table__  # type: ignore[attr-defined]
            gone = delete(table).where(table.c[source.leaves_with] == person_id)
            count += (await (await uow.session.connection()).execute(gone)).rowcount
    return count


async def _forget_authorship(uow: UnitOfWork, person_id: UUID) -> None:
    """Let rows no longer say whose account made them; in which function is in their capacity.

    Rows that nothing may change keep her identifier, which stands for nobody any more.
    """
    for source in Source.registry.values():
        if "created_by" in source.columns and not source.append_only:
            table = source.table.__table__  # type: ignore[attr-defined]
            hers = update(table).where(table.c.created_by == person_id)
            await (await uow.session.connection()).execute(hers.values(created_by=None))
