"""What the process asks of people, and what it brings them. Reads only."""

from datetime import UTC, timedelta

from policylab.kit.ids import to_global
from policylab.labs import Action, MandateState, Participant, mandate_states
from policylab.notices import words
from policylab.notices.rules import Need, NoticeKind
from policylab.notices.scene import NEWS_DAYS, Scene, leading, said_of
from policylab.process import ACTIONS, ROLES, Role, Said

REPORT_AHEAD = timedelta(days=14)


async def mandates_missing(scene: Scene) -> list[Need]:
    """Delegations without a mandate that holds today; their heads hear of it."""
    delegations = {p.delegation_id for p in scene.gathering.people if p.delegation_id}
    day = scene.now.astimezone(UTC).date()
    states = await mandate_states(scene.session, delegations, on=day)
    good = {MandateState.VALID, MandateState.AD_REFERENDUM}
    return [
        scene.need(
            person,
            NoticeKind.MANDATE_MISSING,
            delegation_id,
            words.MANDATE_MISSING,
            f"{scene.address}/people",
        )
        for delegation_id, state in states.items()
        if state not in good
        for person in scene.who(leading(delegation_id, [Action.FILE_MANDATE]))
    ]


async def minutes_to_approve(scene: Scene) -> list[Need]:
    """Minutes of sessions that were held, for those who run the process."""
    rows = await scene.rows(
        "SELECT n.id, m.titles FROM minutes n JOIN meeting m ON m.id = n.meeting_id "
        "WHERE n.dialogue_id = :dialogue AND n.approved_at IS NULL AND m.state = 'HELD'"
    )
    return [
        scene.need(
            person,
            NoticeKind.MINUTES_TO_APPROVE,
            row.id,
            words.filled(words.TO_APPROVE, said_of(row.titles)),
            f"{scene.address}/meetings",
        )
        for row in rows
        for person in scene.who(lambda person: Action.MODERATE in person.may)
    ]


async def phase(scene: Scene) -> list[Need]:
    """The phase that was entered, for those who may act in it; and that it may be left."""
    [run] = await scene.rows(
        "SELECT r.id, r.entered_at, EXISTS (SELECT FROM phase_run e "
        "WHERE e.dialogue_id = r.dialogue_id AND e.left_at IS NOT NULL) AS moved "
        "FROM phase_run r WHERE r.dialogue_id = :dialogue AND r.left_at IS NULL"
    )
    fresh = run.moved and run.entered_at > scene.now - timedelta(days=NEWS_DAYS)
    now = scene.gathering.template.phase(scene.gathering.situation.phase_id)
    found: list[Need] = []
    for person in scene.gathering.people:
        opened = _opened(scene, person) if fresh else []
        if opened:
            said = words.entered(now.number, now.title, opened)
            found.append(scene.need(person, NoticeKind.PHASE_MOVED, run.id, said, scene.address))
        following = person.outlook.next_phase
        if following and person.outlook.may_advance and Role.MODERATOR in person.roles:
            said = words.filled(words.READY, following.number, following.title)
            found.append(scene.need(person, NoticeKind.PHASE_READY, run.id, said, scene.address))
    return found


def _opened(scene: Scene, person: Participant) -> list[Said]:
    """What this phase lets somebody do that not every phase does."""
    phases = scene.gathering.template.phases
    special = [
        action
        for action in Action
        if action in person.may and not all(each.permits(person.roles, action) for each in phases)
    ]
    return [ACTIONS[action] for action in special if action is not Action.READ]


async def convocations(scene: Scene) -> list[Need]:
    """The latest notice of meeting, until the session's day has passed; for everybody."""
    rows = await scene.rows(
        "SELECT c.id, c.meeting_on, c.place, c.created_by FROM convocation c "
        "WHERE c.dialogue_id = :dialogue ORDER BY c.sent_at DESC, c.id DESC LIMIT 1"
    )
    today = scene.now.astimezone(UTC).date()
    return [
        scene.need(
            person,
            NoticeKind.NOTICE_OF_MEETING,
            row.id,
            words.convened(row.meeting_on, row.place),
            f"{scene.address}/meetings",
        )
        for row in rows
        if row.meeting_on >= today
        for person in scene.who(lambda person: person.person_id != row.created_by)  # noqa: B023
    ]


async def roles_given(scene: Scene) -> list[Need]:
    """Seats and roles that others gave somebody lately."""
    rows = await scene.rows(
        "SELECT s.id, s.person_id, NULL AS role, o.names FROM delegate s "
        "JOIN delegation d ON d.id = s.delegation_id "
        "JOIN organisation o ON o.id = d.organisation_id "
        "WHERE s.dialogue_id = :dialogue AND s.until IS NULL AND s.since > :since "
        "AND s.created_by IS DISTINCT FROM s.person_id UNION ALL "
        "SELECT g.id, g.person_id, g.role, NULL FROM dialogue_grant g "
        "WHERE g.dialogue_id = :dialogue AND g.until IS NULL AND g.since > :since "
        "AND g.created_by IS DISTINCT FROM g.person_id"
    )
    people = {person.person_id: person for person in scene.gathering.people}
    return [
        scene.need(
            people[row.person_id],
            NoticeKind.ROLE_GIVEN,
            row.id,
            words.filled(words.ROLE_GIVEN, ROLES[Role(row.role)])
            if row.role
            else words.filled(words.SEATED, said_of(row.names)),
            scene.address,
        )
        for row in rows
        if row.person_id in people
    ]


async def records_sealed(scene: Scene) -> list[Need]:
    """Records that were sealed lately, for everybody who takes part."""
    rows = await scene.rows(
        "SELECT r.id, r.identifier FROM record_seal s JOIN decision_record r ON r.id = s.record_id "
        "WHERE s.dialogue_id = :dialogue AND s.sealed_at > :since"
    )
    return [
        scene.need(
            person,
            NoticeKind.RECORD_SEALED,
            row.id,
            words.filled(words.RECORD_SEALED, row.identifier),
            f"/records/{to_global('DecisionRecord', row.id)}",
        )
        for row in rows
        for person in scene.gathering.people
    ]


async def referred(scene: Scene) -> list[Need]:
    """Recommendations referred to a level: its delegations hear of it (invariant 11)."""
    rows = await scene.rows(
        "SELECT a.id, l.code FROM recommendation_response a "
        "JOIN lab_level l ON l.id = a.referred_to_level_id "
        "WHERE a.dialogue_id = :dialogue AND a.superseded_at IS NULL AND a.answer = 'REFERRED'"
    )
    return [
        scene.need(
            person,
            NoticeKind.RECOMMENDATION_REFERRED,
            row.id,
            words.REFERRED,
            f"{scene.address}/coverage",
        )
        for row in rows
        for person in scene.who(lambda person: person.level == row.code)  # noqa: B023
    ]


async def reports_due(scene: Scene) -> list[Need]:
    """Progress reports that fall due within two weeks, or have."""
    return [
        scene.need(
            person,
            NoticeKind.REPORT_DUE,
            scene.dialogue_id,
            words.REPORT_DUE,
            scene.address,
            due_at=person.outlook.due.at,
        )
        for person in scene.gathering.people
        if person.outlook.due
        and Action.FILE_REPORT in person.may
        and person.outlook.due.at <= scene.now + REPORT_AHEAD
    ]
