"""What needs whom in one dialogue, found from how things stand. Reads only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.kit.ids import to_global
from policylab.labs import Action, Gathering, MandateState, Participant, mandate_states
from policylab.notices import words
from policylab.notices.rules import Need, NoticeKind, one_of_each
from policylab.positions import Term, later_subjects, on_earlier_text, terms_of
from policylab.positions.sources import POSITION
from policylab.process import ACTIONS, ROLES, Role, Said

NEWS_DAYS = 30
REPORT_AHEAD = timedelta(days=14)
STATES_A_POSITION = frozenset({Action.TAKE_POSITION, Action.GIVE_OPINION})


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A dialogue as its notices are looked for."""

    session: AsyncSession
    gathering: Gathering
    terms: Mapping[UUID, Term]
    """When the open procedures end, by procedure."""

    @property
    def now(self) -> datetime:
        return self.gathering.situation.now

    @property
    def dialogue_id(self) -> UUID:
        return self.gathering.dialogue.id

    @property
    def address(self) -> str:
        return f"/dialogues/{to_global('Dialogue', self.dialogue_id)}"

    def who(self, wanted: Callable[[Participant], bool]) -> list[Participant]:
        return [person for person in self.gathering.people if wanted(person)]

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        """What a statement finds of this dialogue; `:dialogue` and `:since` are filled in."""
        named = {"dialogue": self.dialogue_id, "since": self.now - timedelta(days=NEWS_DAYS)}
        named = {name: value for name, value in named.items() if f":{name}" in sql}
        result = await (await self.session.connection()).execute(text(sql), named | values)
        return list(result)

    def need(
        self,
        person: Participant,
        kind: NoticeKind,
        subject_id: UUID,
        said: Said,
        url: str,
        *,
        due_at: datetime | None = None,
        closed_to: UUID | None = None,
    ) -> Need:
        return Need(
            person_id=person.person_id,
            kind=kind,
            subject_id=subject_id,
            said=words.within(said_of(self.gathering.dialogue.questions), said),
            action=words.ACTIONS[kind],
            url=url,
            due_at=due_at,
            closed_to=closed_to,
        )


def said_of(texts: Mapping[str, str]) -> Said:
    """A text that people wrote, for both languages of the house."""
    anything = next(iter(texts.values()), "")
    english = texts.get("en") or anything
    return Said(english, texts.get("fr") or english)


async def scene_of(session: AsyncSession, gathering: Gathering) -> Scene:
    """The dialogue with the deadlines that run in it."""
    result = await (await session.connection()).execute(
        text("SELECT procedure_id FROM ballot WHERE dialogue_id = :dialogue AND state = 'OPEN'"),
        {"dialogue": gathering.dialogue.id},
    )
    terms = await terms_of(session, [row.procedure_id for row in result])
    return Scene(session=session, gathering=gathering, terms=terms)


async def needs_in(scene: Scene) -> list[Need]:
    """Everything that needs somebody in this dialogue now."""
    found: list[Need] = []
    for find in FINDERS:
        found += await find(scene)
    return one_of_each(found)


def next_look(scene: Scene) -> datetime:
    """When time alone may change that: a deadline, a phase that opens, the next day."""
    tomorrow = (scene.now.astimezone(UTC) + timedelta(days=1)).date()
    moments = [datetime.combine(tomorrow, time(), UTC)]
    moments += [term.ends_at for term in scene.terms.values()]
    moments += [
        person.outlook.next_opens_at
        for person in scene.gathering.people[:1]
        if person.outlook.next_opens_at
    ]
    return min(moment for moment in moments if moment > scene.now)


def _sitting(delegation_id: UUID, actions: Iterable[Action]) -> Callable[[Participant], bool]:
    wanted = frozenset(actions)
    return lambda person: person.delegation_id == delegation_id and bool(wanted & person.may)


def _leading(delegation_id: UUID, actions: Iterable[Action]) -> Callable[[Participant], bool]:
    sitting = _sitting(delegation_id, actions)
    return lambda person: person.head and sitting(person)


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
        for person in scene.who(_sitting(row.delegation_id, STATES_A_POSITION))
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
            for person in scene.who(_leading(row.delegation_id, STATES_A_POSITION))
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
        for person in scene.who(_leading(row.delegation_id, [Action.CONFIRM_POSITION]))
    ]


async def texts_changed(scene: Scene) -> list[Need]:
    """Positions on words that the latest version has not, where new ones may be taken."""
    rows = await scene.rows(
        "SELECT x.id, x.set_id, x.section_id, x.delegation_id, d.titles FROM position x "
        "JOIN document d ON d.id = x.document_id WHERE x.dialogue_id = :dialogue "
        "AND x.released_at IS NOT NULL AND x.superseded_at IS NULL AND x.amendment_id IS NULL "
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
        for person in scene.who(_sitting(row.delegation_id, STATES_A_POSITION))
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
        for person in scene.who(_leading(delegation_id, [Action.FILE_MANDATE]))
    ]


async def amendments(scene: Scene) -> list[Need]:
    """Amendments that wait for those who settle them, or for the delegation that tabled them."""
    rows = await scene.rows(
        "SELECT a.id, a.set_id, a.state, a.delegation_id, o.names FROM amendment a "
        "JOIN delegation d ON d.id = a.delegation_id JOIN organisation o "
        "ON o.id = d.organisation_id WHERE a.dialogue_id = :dialogue AND a.answered_at IS NULL "
        "AND a.state IN ('TABLED', 'MERGED', 'REJECTED') AND d.until IS NULL"
    )
    found: list[Need] = []
    for row in rows:
        if row.state == "TABLED":
            kind = NoticeKind.AMENDMENT_TO_SETTLE
            said = words.filled(words.TO_SETTLE, said_of(row.names))
            people = scene.who(lambda person: Action.SETTLE_AMENDMENT in person.may)
        else:
            kind, said = NoticeKind.AMENDMENT_TO_ANSWER, words.TO_ANSWER[row.state]
            people = scene.who(_sitting(row.delegation_id, [Action.ANSWER_AMENDMENT]))
        url = f"/texts/{to_global('VersionSet', row.set_id)}/amendments"
        found += [scene.need(person, kind, row.id, said, url) for person in people]
    return found


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


FINDERS = (
    positions_due,
    positions_prepared,
    positions_to_confirm,
    texts_changed,
    mandates_missing,
    amendments,
    minutes_to_approve,
    phase,
    reports_due,
    convocations,
    roles_given,
    records_sealed,
    referred,
)
