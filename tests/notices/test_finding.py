"""What needs whom, as a dialogue goes its way; on a real database."""

from datetime import UTC, date, datetime, timedelta

from policylab import comments, index, labs, meetings, notices, positions, strategies
from policylab.kit.db import Database
from policylab.kit.viewer import SYSTEM, Viewer
from policylab.labs import FactKind, Role
from policylab.notices import NoticeKind
from policylab.positions import Stance, Words
from tests import make
from tests.comments import desk
from tests.decisions import deciding
from tests.labs.trying import do


async def open_for(database: Database, table: make.Table, viewer: Viewer) -> dict[str, str]:
    """What is open for somebody after a look: kind → sentence, as she may read it herself."""
    await notices.refresh(database, table.dialogue_id)
    async with database.rows(viewer) as connection:
        rows = await connection.fetch("SELECT kind, sentences FROM notice WHERE done_at IS NULL")
    return {row["kind"]: row["sentences"]["en"] for row in rows}


async def kinds(database: Database, table: make.Table, viewer: Viewer) -> set[str]:
    return set(await open_for(database, table, viewer)) - {"ROLE_GIVEN", "PHASE_MOVED"}


async def test_a_head_without_a_mandate_is_asked_for_one_until_there_is_one(
    database: Database,
) -> None:
    table = await make.table(database, mandates=False)
    city, region = table.seats["CITY"], table.seats["REGION"]
    assert NoticeKind.MANDATE_MISSING in await kinds(database, table, city.head)
    assert NoticeKind.MANDATE_MISSING not in await kinds(database, table, city.delegate)
    assert NoticeKind.MANDATE_MISSING not in await kinds(database, table, table.moderator)
    filed = await make.file_mandate(database, city)
    assert NoticeKind.MANDATE_MISSING not in await kinds(database, table, city.head)
    assert NoticeKind.MANDATE_MISSING in await kinds(database, table, region.head)
    await do(database, city.head, labs.revoke_mandate, mandate_id=filed)
    assert NoticeKind.MANDATE_MISSING in await kinds(database, table, city.head)


async def test_an_open_decision_waits_for_each_delegation_until_its_deadline(
    database: Database,
) -> None:
    table = await make.table(database)
    text = await deciding.freeze(database, table)
    procedure = await deciding.open_procedure(database, table, text)
    due = NoticeKind.POSITION_DUE
    for viewer in (table.head(), table.delegate(), table.head("REGION")):
        assert due in await kinds(database, table, viewer)
    for viewer in (table.moderator, table.rapporteur, table.expert):
        assert due not in await kinds(database, table, viewer)
    async with database.rows(table.head()) as connection:
        [row] = await connection.fetch("SELECT url, due_at FROM notice WHERE kind = $1", due)
    assert row["due_at"] == procedure.closes_at
    assert row["url"].endswith("/positions")
    await deciding.take(database, table, text, "CITY")
    assert due not in await kinds(database, table, table.delegate())
    assert due in await kinds(database, table, table.head("REGION"))


async def test_what_a_delegation_prepares_is_told_to_its_head_alone(database: Database) -> None:
    table = await make.table(database)
    text = await deciding.freeze(database, table)
    await deciding.open_procedure(database, table, text)
    clear, release = NoticeKind.POSITION_TO_CLEAR, NoticeKind.POSITION_TO_RELEASE
    position = await do(
        database,
        table.delegate(),
        positions.draft_position,
        subject=text.subject,
        stance=Stance.SUPPORT,
        words=Words(),
    )
    assert await kinds(database, table, table.head()) == {clear}
    assert await kinds(database, table, table.delegate()) == set()
    for viewer in (table.head("REGION"), table.moderator, table.administrator):
        assert not {clear, release} & await kinds(database, table, viewer)
    await do(database, table.head(), positions.clear_position, position_id=position.id)
    assert await kinds(database, table, table.head()) == {release}
    await do(database, table.head(), positions.release_position, position_id=position.id)
    assert await kinds(database, table, table.head()) == set()


async def test_a_closed_notice_goes_with_the_seat(database: Database) -> None:
    table = await make.table(database)
    text = await deciding.freeze(database, table)
    await deciding.open_procedure(database, table, text)
    await do(
        database,
        table.delegate(),
        positions.draft_position,
        subject=text.subject,
        stance=Stance.SUPPORT,
        words=Words(),
    )
    assert NoticeKind.POSITION_TO_CLEAR in await kinds(database, table, table.head())
    await make.role(database, table, table.head(), Role.OBSERVER)
    async with database.rows(table.moderator) as connection:
        seat = await connection.fetchval(
            "SELECT id FROM delegate WHERE person_id = $1", table.head().person_id
        )
    await do(database, table.moderator, labs.end_delegate, delegate_id=seat)
    async with database.rows(table.head()) as connection:
        kept = await connection.fetch("SELECT kind FROM notice WHERE closed_to IS NOT NULL")
    assert kept == []


async def test_a_position_ad_referendum_is_to_be_confirmed_before_the_decision_closes(
    database: Database,
) -> None:
    table = await make.table(database, mandates=False)
    text = await deciding.freeze(database, table)
    await deciding.open_procedure(database, table, text)
    position = await deciding.take(database, table, text, "CITY", ad_referendum=True)
    confirm = NoticeKind.POSITION_TO_CONFIRM
    assert confirm in await kinds(database, table, table.head())
    assert confirm not in await kinds(database, table, table.delegate())
    await make.file_mandate(database, table.seats["CITY"])
    await do(database, table.head(), positions.confirm_position, position_id=position.id)
    assert confirm not in await kinds(database, table, table.head())


async def test_a_delegation_hears_that_the_words_it_spoke_of_have_changed(
    database: Database,
) -> None:
    made = await desk.frozen(database)
    table, changed = made.table, NoticeKind.TEXT_CHANGED
    first = positions.Subject(set_id=made.set_id, section_id=made.clauses[0])
    second = positions.Subject(set_id=made.set_id, section_id=made.clauses[1])
    await make.enter(database, table, "positions")
    await deciding.take(database, table, first, "CITY")
    await deciding.take(database, table, second, "REGION")
    await desk.rewrite(database, made, 0, "Cities and regions teach newcomers.")
    assert changed not in await kinds(database, table, table.head())
    await make.enter(database, table, "positions")
    assert changed in await kinds(database, table, table.head())
    assert changed in await kinds(database, table, table.delegate())
    assert changed not in await kinds(database, table, table.head("REGION"))
    again = positions.Subject(set_id=made.set_id, section_id=made.clauses[0])
    await deciding.take(database, table, again, "CITY")
    assert changed not in await kinds(database, table, table.head())


async def test_minutes_wait_for_those_who_approve_them(database: Database) -> None:
    table = await make.table(database, phase="session")
    meeting = await do(
        database,
        table.moderator,
        meetings.plan_meeting,
        dialogue_id=table.dialogue_id,
        titles={"en": "First session"},
        starts_at=datetime(2026, 5, 4, tzinfo=UTC),
    )
    asked = {"meeting_id": meeting.id}
    await do(database, table.moderator, meetings.open_meeting, **asked)
    await do(database, table.rapporteur, meetings.write_minutes, **asked, text="We met.")
    approve = NoticeKind.MINUTES_TO_APPROVE
    assert approve not in await kinds(database, table, table.moderator)
    await do(database, table.moderator, meetings.close_meeting, **asked)
    assert approve in await kinds(database, table, table.moderator)
    assert approve not in await kinds(database, table, table.rapporteur)
    await do(database, table.moderator, meetings.approve_minutes, **asked)
    assert approve not in await kinds(database, table, table.moderator)


async def test_a_phase_is_told_to_those_who_may_act_in_it(database: Database) -> None:
    table = await make.table(database)
    assert "PHASE_MOVED" not in await open_for(database, table, table.rapporteur)
    await make.enter(database, table, "drafting")
    told = (await open_for(database, table, table.rapporteur))["PHASE_MOVED"]
    assert "phase 4, “Joint drafting”" in told
    assert "write the draft" in told
    assert "PHASE_MOVED" not in await open_for(database, table, table.observer)
    await make.enter(database, table, "home-consultation")
    assert "table an amendment" in (await open_for(database, table, table.head()))["PHASE_MOVED"]
    assert "PHASE_MOVED" not in await open_for(database, table, table.rapporteur)


async def test_the_moderator_hears_when_nothing_stands_in_the_way(database: Database) -> None:
    table = await make.table(database, phase="framing")
    ready = NoticeKind.PHASE_READY
    assert ready not in await kinds(database, table, table.moderator)
    await do(
        database,
        table.moderator,
        labs.state_fact,
        dialogue_id=table.dialogue_id,
        kind=FactKind.FRAMING_SETTLED,
    )
    await do(
        database, table.moderator, labs.state_fact, dialogue_id=table.dialogue_id,
        kind=FactKind.OPTIONS_AGREED,
    )  # fmt: skip
    assert ready not in await kinds(database, table, table.moderator)
    await make.enter(database, table, "convening")
    await do(
        database, table.moderator, labs.send_notice, dialogue_id=table.dialogue_id, agenda="One."
    )
    assert ready in await kinds(database, table, table.moderator)
    assert ready not in await kinds(database, table, table.head())


async def test_everybody_is_convened_until_the_day_of_the_session(database: Database) -> None:
    table = await make.table(database)
    await do(
        database,
        table.moderator,
        labs.send_notice,
        dialogue_id=table.dialogue_id,
        agenda="One.",
        meeting_on=datetime.now(UTC).date() + timedelta(days=3),
        place="Port Lanter",
    )
    convened = NoticeKind.NOTICE_OF_MEETING
    for viewer in (table.head(), table.delegate("REGION"), table.observer):
        assert "Port Lanter" in (await open_for(database, table, viewer))[convened]
    async with database.raw() as connection:
        await connection.execute("UPDATE convocation SET meeting_on = $1", date(2020, 1, 1))
    assert convened not in await kinds(database, table, table.head())


async def test_who_is_given_a_seat_or_a_role_hears_of_it(database: Database) -> None:
    table = await make.table(database)
    assert (
        "you have a seat for City" in (await open_for(database, table, table.head()))["ROLE_GIVEN"]
    )
    told = (await open_for(database, table, table.rapporteur))["ROLE_GIVEN"]
    assert told.endswith("you were given a role: rapporteur.")
    assert await open_for(database, table, table.outsider) == {}


async def test_an_amendment_waits_for_its_settling_and_then_for_its_delegation(
    database: Database,
) -> None:
    made = await desk.frozen(database)
    table = made.table
    settle, answer = NoticeKind.AMENDMENT_TO_SETTLE, NoticeKind.AMENDMENT_TO_ANSWER
    await make.enter(database, table, "home-consultation")
    amendment = await do(
        database,
        table.delegate("REGION"),
        comments.table_amendment,
        set_id=made.set_id,
        section_id=made.clauses[0],
        language="en",
        text="Regions teach newcomers.",
        reasons="They have the schools.",
    )
    assert settle not in await kinds(database, table, table.moderator)
    await make.enter(database, table, "settlement")
    assert "Region" in (await open_for(database, table, table.moderator))[settle]
    assert settle in await kinds(database, table, table.rapporteur)
    assert not {settle, answer} & await kinds(database, table, table.delegate("REGION"))
    await do(
        database,
        table.moderator,
        comments.reject_amendment,
        amendment_id=amendment.id,
        reasons="Cities have them as well.",
    )
    assert settle not in await kinds(database, table, table.moderator)
    assert answer in await kinds(database, table, table.delegate("REGION"))
    assert answer not in await kinds(database, table, table.delegate("CITY"))
    await do(
        database, table.delegate("REGION"), comments.accept_amendment, amendment_id=amendment.id
    )
    assert answer not in await kinds(database, table, table.delegate("REGION"))


async def test_everybody_hears_that_a_record_was_sealed(database: Database) -> None:
    table, _, record, _ = await deciding.sealed(database)
    sealed = NoticeKind.RECORD_SEALED
    for viewer in (table.head(), table.delegate("REGION"), table.observer):
        assert record.identifier in (await open_for(database, table, viewer))[sealed]
    assert await open_for(database, table, table.outsider) == {}


async def test_a_recommendation_referred_to_a_level_is_told_to_its_delegations(
    database: Database,
) -> None:
    table = await make.table(database)
    await index.load_reference(database)
    data = b"""{"results": [{"territory": {"name": "Marrow Bay", "country": "XA"},
      "edition": "index-3", "answeredOn": "2025-03", "illustrative": true,
      "scores": [{"value": 58}],
      "recommendations": [{"number": "1", "text": {"en": "Teach."}, "dimensions": ["LANGUAGE"]}]
    }]}"""
    await do(database, table.administrator, index.import_file, name="index.json", data=data)
    async with database.rows(SYSTEM) as connection:
        [row] = await connection.fetch(
            "SELECT id, assessment_id FROM recommendation WHERE illustrative"
        )
    await make.enter(database, table, "framing")
    await do(
        database,
        table.head(),
        strategies.attach_assessment,
        dialogue_id=table.dialogue_id,
        assessment_id=row["assessment_id"],
    )
    async with database.write(SYSTEM) as uow:
        levels = await labs.levels_of(uow.session, table.lab_id)
        await index.record_response(
            uow,
            lab_id=table.lab_id,
            dialogue_id=table.dialogue_id,
            recommendation_id=row["id"],
            answer=index.ResponseAnswer.REFERRED,
            reasons="It is the State’s to pay.",
            level=next(level for level in levels if level.code == "NATIONAL"),
            decided_on=uow.now.date(),
            capacity_id=None,
        )
    referred = NoticeKind.RECOMMENDATION_REFERRED
    assert referred in await kinds(database, table, table.head("MINISTRY"))
    assert referred in await kinds(database, table, table.delegate("MINISTRY"))
    assert referred not in await kinds(database, table, table.head("CITY"))


async def test_a_progress_report_is_asked_for_when_it_falls_due(database: Database) -> None:
    table = await make.table(database, phase="follow-up", settings={"reports": 182})
    due = NoticeKind.REPORT_DUE
    assert due not in await kinds(database, table, table.head())
    async with database.raw() as connection:
        await connection.execute(
            "UPDATE phase_run SET entered_at = now() - interval '175 days' WHERE left_at IS NULL"
        )
    assert due in await kinds(database, table, table.head())
    assert due not in await kinds(database, table, table.observer)
    await do(
        database,
        table.head(),
        strategies.file_report,
        dialogue_id=table.dialogue_id,
        day=datetime.now(UTC).date(),
        comment="Classes have begun.",
    )
    assert due not in await kinds(database, table, table.head())
