"""What texts ask of people: positions, amendments. Reads only."""

from typing import Any
from uuid import UUID

from policylab.kit.ids import to_global
from policylab.labs import Action
from policylab.notices import words
from policylab.notices.rules import Need, NoticeKind
from policylab.notices.scene import Scene, leading, said_of, sitting
from policylab.positions import later_subjects, on_earlier_text
from policylab.positions.sources import POSITION

STATES_A_POSITION = frozenset({Action.TAKE_POSITION, Action.GIVE_OPINION})


def _positions_address(row: Any) -> str:
    where = f"#{row.section_id}" if row.section_id else ""
    return f"/texts/{to_global('VersionSet', row.set_id)}/positions{where}"


async def positions_due(scene: Scene) -> list[Need]:
    """Delegations that an open decision waits for: nothing drafted, nothing released."""
    rows = await scene.rows(
        "SELECT p.id, p.set_id, p.section_id, e.delegation_id, d.titles FROM procedure p "
        "JOIN entitled e ON e.procedure_id = p.id JOIN document d ON d.id = p.document_id "
        "WHERE p.id = ANY(:open) AND NOT EXISTS (SELECT FROM position x "
        "WHERE x.delegation_id = e.delegation_id AND x.subject_id = p.subject_id "
        "AND x.superseded_at IS NULL)",
        open=list(scene.terms),
    )
    return [
        scene.need(
            person,
            NoticeKind.POSITION_DUE,
            row.id,
            words.filled(words.POSITION_DUE, said_of(row.titles)),
            _positions_address(row),
            due_at=scene.terms[row.id].ends_at,
        )
        for row in rows
        if scene.now < scene.terms[row.id].ends_at
        for person in scene.who(sitting(row.delegation_id, STATES_A_POSITION))
    ]


async def positions_prepared(scene: Scene) -> list[Need]:
    """Positions that a head of delegation has to clear or release. Only she hears of them."""
    rows = await scene.rows(
        "SELECT x.id, x.set_id, x.section_id, x.delegation_id, x.state, b.procedure_id "
        "FROM position x LEFT JOIN ballot b ON b.subject_id = x.subject_id AND b.state = 'OPEN' "
        "WHERE x.dialogue_id = :dialogue AND x.released_at IS NULL AND x.superseded_at IS NULL"
    )
    found: list[Need] = []
    for row in rows:
        drafted = row.state == "DRAFTED"
        term = scene.terms.get(row.procedure_id)
        found += [
            scene.need(
                person,
                NoticeKind.POSITION_TO_CLEAR if drafted else NoticeKind.POSITION_TO_RELEASE,
                row.id,
                words.TO_CLEAR if drafted else words.TO_RELEASE,
                _positions_address(row),
                due_at=term.ends_at if term else None,
                closed_to=row.delegation_id,
            )
            for person in scene.who(leading(row.delegation_id, STATES_A_POSITION))
        ]
    return found


async def positions_to_confirm(scene: Scene) -> list[Need]:
    """Positions ad referendum in an open decision: unconfirmed they will not count."""
    rows = await scene.rows(
        "SELECT x.id, x.set_id, x.section_id, x.delegation_id, b.procedure_id, d.titles "
        "FROM position x JOIN ballot b ON b.subject_id = x.subject_id AND b.state = 'OPEN' "
        "JOIN document d ON d.id = x.document_id WHERE x.dialogue_id = :dialogue "
        "AND x.released_at IS NOT NULL AND x.superseded_at IS NULL "
        "AND x.ad_referendum AND x.confirmed_at IS NULL"
    )
    return [
        scene.need(
            person,
            NoticeKind.POSITION_TO_CONFIRM,
            row.id,
            words.filled(words.TO_CONFIRM, said_of(row.titles)),
            _positions_address(row),
            due_at=scene.terms[row.procedure_id].ends_at,
        )
        for row in rows
        for person in scene.who(leading(row.delegation_id, [Action.CONFIRM_POSITION]))
    ]


async def texts_changed(scene: Scene) -> list[Need]:
    """Positions on words that the latest version has not, where new ones may be taken."""
    rows = await scene.rows(
        "SELECT x.id, x.set_id, x.section_id, x.delegation_id, d.titles FROM position x "
        "JOIN document d ON d.id = x.document_id WHERE x.dialogue_id = :dialogue "
        "AND x.released_at IS NOT NULL AND x.superseded_at IS NULL AND x.amendment_id IS NULL "
        "AND EXISTS (SELECT FROM version_set s JOIN version_set n ON n.document_id = s.document_id "
        "AND n.number > s.number WHERE s.id = x.set_id) "
        "AND NOT EXISTS (SELECT FROM ballot b WHERE b.subject_id = x.subject_id "
        "AND b.state = 'CLOSED')"
    )
    changed = await on_earlier_text(scene.session, [row.id for row in rows]) if rows else set()
    answered = await _taken_anew(scene, changed)
    return [
        scene.need(
            person,
            NoticeKind.TEXT_CHANGED,
            row.id,
            words.filled(words.TEXT_CHANGED, said_of(row.titles)),
            _positions_address(row),
        )
        for row in rows
        if row.id in changed - answered
        for person in scene.who(sitting(row.delegation_id, STATES_A_POSITION))
    ]


async def _taken_anew(scene: Scene, position_ids: set[UUID]) -> set[UUID]:
    """Those whose delegation has a newer position, or a draft of one, on the latest version."""
    if not position_ids:
        return set()
    table: Any = POSITION.table
    positions = [await scene.session.get_one(table, key) for key in sorted(position_ids)]
    later = await later_subjects(scene.session, positions)
    taken = await scene.rows(
        "SELECT x.delegation_id, x.subject_id FROM position x "
        "WHERE x.dialogue_id = :dialogue AND x.superseded_at IS NULL"
    )
    pairs = {(row.delegation_id, row.subject_id) for row in taken}
    return {
        position.id
        for position in positions
        if position.id in later and (position.delegation_id, later[position.id].key) in pairs
    }


async def amendments(scene: Scene) -> list[Need]:
    """Amendments that wait for those who settle them, or for the delegation that tabled them."""
    rows = await scene.rows(
        "SELECT a.id, a.set_id, a.state, a.settled_at, a.delegation_id, o.names FROM amendment a "
        "JOIN delegation d ON d.id = a.delegation_id JOIN organisation o "
        "ON o.id = d.organisation_id WHERE a.dialogue_id = :dialogue AND d.until IS NULL AND "
        "(a.settled_at IS NULL OR (a.state IN ('MERGED', 'REJECTED') AND a.answered_at IS NULL))"
    )
    found: list[Need] = []
    for row in rows:
        if row.settled_at is None:
            kind = NoticeKind.AMENDMENT_TO_SETTLE
            said = words.filled(words.TO_SETTLE, said_of(row.names))
            people = scene.who(lambda person: Action.SETTLE_AMENDMENT in person.may)
        else:
            kind, said = NoticeKind.AMENDMENT_TO_ANSWER, words.TO_ANSWER[row.state]
            people = scene.who(sitting(row.delegation_id, [Action.ANSWER_AMENDMENT]))
        url = f"/texts/{to_global('VersionSet', row.set_id)}/amendments"
        found += [scene.need(person, kind, row.id, said, url) for person in people]
    return found
