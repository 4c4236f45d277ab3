"""What phases allow, ask for and explain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.kit.errors import RefusalCode, Refused
from policylab.process import (
    Action,
    ConditionKind,
    Fact,
    FactKind,
    Role,
    Seat,
    SeatMandate,
    Situation,
    check_move,
    outlook,
    settled,
    templates,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAB = templates()["multilevel-policy-lab"]
INDEX = templates()["index-followup-strategy"]
LEVELS = ("LOCAL", "REGIONAL", "NATIONAL")
SEATS = tuple(Seat(f"d-{level}", level, mandate=SeatMandate.VALID) for level in LEVELS)
EVERY = {name: {key: s.default for key, s in t.settings.items()} for name, t in templates().items()}


def at(phase: str, *facts: Fact, template: object = LAB, **changes: object) -> Situation:
    situation = Situation(
        phase_id=phase,
        entered_at=START,
        now=START,
        facts=facts,
        seats=SEATS,
        levels=LEVELS,
        languages=("en", "fr"),
        settings=EVERY[template.id],  # type: ignore[attr-defined]
    )
    return replace(situation, **changes)  # type: ignore[arg-type]


def happened(kind: FactKind, days: float = 0, *, here: bool = True, **detail: object) -> Fact:
    return Fact(kind, START + timedelta(days=days), detail, in_this_phase=here)


def test_the_dialogue_convenes_until_a_notice_is_sent_and_mandates_are_there() -> None:
    asked = at("convening", happened(FactKind.QUESTION_SET))
    view = outlook(LAB, asked, {Role.MODERATOR})
    assert {s.code for s in view.exits if not s.met} == {ConditionKind.NOTICE_SENT}
    sent = replace(asked, facts=(*asked.facts, happened(FactKind.NOTICE_SENT)))
    assert outlook(LAB, sent, {Role.MODERATOR}).may_advance


def test_a_delegation_ad_referendum_does_not_hold_the_others_up() -> None:
    waiting = tuple(replace(seat, mandate=SeatMandate.AD_REFERENDUM) for seat in SEATS)
    missing = tuple(replace(seat, mandate=SeatMandate.MISSING) for seat in SEATS)
    facts = (happened(FactKind.QUESTION_SET), happened(FactKind.NOTICE_SENT))
    assert outlook(LAB, at("convening", *facts, seats=waiting), ()).may_advance
    assert not outlook(LAB, at("convening", *facts, seats=missing), ()).may_advance


def test_the_session_waits_until_the_notice_has_run_and_says_when() -> None:
    sent = happened(FactKind.NOTICE_SENT, here=False)
    framed = at("framing", sent, happened(FactKind.FRAMING_SETTLED))
    view = outlook(LAB, framed, ())
    assert not view.may_advance
    assert view.next_opens_at == START + timedelta(days=21)
    later = replace(framed, now=START + timedelta(days=21))
    assert outlook(LAB, later, ()).may_advance


def test_a_dialogue_that_sets_its_days_to_none_waits_for_none() -> None:
    sent = happened(FactKind.NOTICE_SENT, here=False)
    framed = at("framing", sent, happened(FactKind.FRAMING_SETTLED), settings={"notice": 0})
    assert outlook(LAB, framed, ()).may_advance


def test_a_session_without_quorum_at_one_level_names_that_level() -> None:
    held = happened(FactKind.MEETING_HELD, levels=["LOCAL", "NATIONAL"])
    view = outlook(LAB, at("session", held, happened(FactKind.OPTIONS_AGREED)), ())
    [open_one] = [state for state in view.exits if not state.met]
    assert open_one.code is ConditionKind.QUORUM_BY_LEVEL
    assert "REGIONAL" in open_one.said.en
    assert "REGIONAL" in open_one.said.fr


def test_a_text_frozen_in_one_language_of_two_is_not_frozen() -> None:
    half = at("drafting", happened(FactKind.DRAFT_FROZEN, languages=["en"]))
    whole = at("drafting", happened(FactKind.DRAFT_FROZEN, languages=["en", "fr"]))
    assert not outlook(LAB, half, ()).may_advance
    assert outlook(LAB, whole, ()).may_advance


def test_a_version_frozen_before_the_dialogue_went_back_does_not_count_again() -> None:
    earlier = happened(FactKind.DRAFT_FROZEN, here=False, languages=["en", "fr"])
    assert not outlook(LAB, at("drafting", earlier), ()).may_advance


def test_home_consultation_ends_when_all_are_ready_or_when_its_days_have_passed() -> None:
    ready = [
        happened(FactKind.DELEGATION_READY, delegation_id=seat.delegation_id) for seat in SEATS
    ]
    begun = at("home-consultation", *ready[:2])
    assert outlook(LAB, begun, ()).next_opens_at == START + timedelta(days=20)
    assert outlook(LAB, at("home-consultation", *ready), ()).may_advance
    assert outlook(LAB, replace(begun, now=START + timedelta(days=20)), ()).may_advance


def test_amendments_hold_the_settlement_until_each_is_settled() -> None:
    frozen = happened(FactKind.DRAFT_FROZEN, languages=["en", "fr"])
    tabled = [happened(FactKind.AMENDMENT_TABLED, here=False, amendment_id=n) for n in "ab"]
    settled = [happened(FactKind.AMENDMENT_SETTLED, 1, amendment_id=n) for n in "ab"]
    assert not outlook(LAB, at("settlement", frozen, *tabled, settled[0]), ()).may_advance
    assert outlook(LAB, at("settlement", frozen, *tabled, *settled), ()).may_advance
    assert outlook(LAB, at("settlement", frozen), ()).may_advance  # nobody tabled any


def test_decision_opens_with_a_position_from_every_level_or_with_the_deadline() -> None:
    closes = (START + timedelta(days=14)).isoformat()
    opened = happened(FactKind.PROCEDURE_OPENED, procedure_id="p", closes_at=closes)
    released = [happened(FactKind.POSITION_RELEASED, level=level) for level in LEVELS]
    two = at("positions", opened, *released[:2])
    assert not outlook(LAB, two, ()).may_advance
    assert outlook(LAB, two, ()).next_opens_at == START + timedelta(days=14)
    assert outlook(LAB, at("positions", opened, *released), ()).may_advance
    assert outlook(LAB, replace(two, now=START + timedelta(days=14)), ()).may_advance


def test_a_referral_moves_the_deadline_that_opens_the_decision() -> None:
    closes, moved = START + timedelta(days=14), START + timedelta(days=28)
    opened = happened(FactKind.PROCEDURE_OPENED, procedure_id="p", closes_at=closes.isoformat())
    referred = happened(
        FactKind.PROCEDURE_REFERRED, 3, procedure_id="p", closes_at=moved.isoformat()
    )
    rested = replace(at("positions", opened, referred), now=closes)
    assert not outlook(LAB, rested, ()).may_advance
    assert outlook(LAB, rested, ()).next_opens_at == moved
    assert outlook(LAB, replace(rested, now=moved), ()).may_advance


def test_the_record_is_sealed_after_the_days_for_statements() -> None:
    opened = happened(FactKind.PROCEDURE_OPENED, here=False, procedure_id="p")
    closed = happened(FactKind.PROCEDURE_CLOSED, 1, procedure_id="p", outcome="ADOPTED")
    view = outlook(LAB, at("decision", opened), {Role.MODERATOR})
    assert Action.CLOSE_PROCEDURE in view.allowed
    assert view.why_not(Action.RECORD).code is RefusalCode.CONDITIONS_NOT_MET  # type: ignore[union-attr]
    waiting = at("decision", opened, closed, now=START + timedelta(days=2))
    why = outlook(LAB, waiting, {Role.MODERATOR}).why_not(Action.RECORD)
    assert why is not None
    assert why.opens_at == START + timedelta(days=6)
    over = replace(waiting, now=START + timedelta(days=6))
    assert Action.RECORD in outlook(LAB, over, {Role.MODERATOR}).allowed


def test_a_statement_is_attached_between_the_decision_and_its_seal() -> None:
    opened = happened(FactKind.PROCEDURE_OPENED, here=False, procedure_id="p")
    closed = happened(FactKind.PROCEDURE_CLOSED, 1, procedure_id="p")
    sealed = happened(FactKind.RECORD_SEALED, 2)
    roles = {Role.DELEGATE}
    before = outlook(LAB, at("decision", opened), roles)
    between = outlook(LAB, at("decision", opened, closed), roles)
    after = outlook(LAB, at("decision", opened, closed, sealed), roles)
    assert Action.ATTACH_STATEMENT not in before.allowed
    assert Action.ATTACH_STATEMENT in between.allowed
    assert after.why_not(Action.ATTACH_STATEMENT).code is RefusalCode.CLOSED  # type: ignore[union-attr]


def test_the_group_needs_its_departments_and_one_mandate() -> None:
    stated = happened(FactKind.INTENT_STATED)
    three = at("set-up", stated, template=INDEX)
    four = replace(three, seats=(*SEATS, Seat("d-4", "LOCAL", mandate=SeatMandate.MISSING)))
    assert not outlook(INDEX, three, ()).may_advance
    assert outlook(INDEX, four, ()).may_advance
    nobody = replace(four, seats=tuple(replace(s, occupied=False) for s in four.seats))
    assert not outlook(INDEX, nobody, ()).may_advance


def test_the_first_phase_owes_its_own_entry_conditions_before_it_is_left() -> None:
    seats = (*SEATS, Seat("d-4", "LOCAL"))
    view = outlook(INDEX, at("set-up", template=INDEX, seats=seats), ())
    assert [s.code for s in view.exits if not s.met] == [ConditionKind.INTENT_STATED]


def test_a_new_recommendation_makes_the_responses_incomplete_again() -> None:
    complete = happened(FactKind.RESPONSES_COMPLETE)
    again = happened(FactKind.RESPONSES_INCOMPLETE, 1)
    assert outlook(INDEX, at("responses", complete, template=INDEX), ()).may_advance
    assert not outlook(INDEX, at("responses", complete, again, template=INDEX), ()).may_advance


def test_the_consultation_lasts_its_days_even_when_feedback_is_there() -> None:
    published = at("consultation", happened(FactKind.FEEDBACK_PUBLISHED), template=INDEX)
    view = outlook(INDEX, published, ())
    assert view.next_opens_at == START + timedelta(days=30)
    assert outlook(INDEX, replace(published, now=START + timedelta(days=30)), ()).may_advance


def test_the_follow_up_of_a_strategy_ends_with_the_next_result_not_with_the_first() -> None:
    first = happened(FactKind.ASSESSMENT_RECORDED, here=False)
    following = happened(FactKind.ASSESSMENT_RECORDED, 1000)
    early = outlook(INDEX, at("follow-up", first, template=INDEX), ())
    assert [state.met for state in early.exits] == [False]
    late = outlook(INDEX, at("follow-up", first, following, template=INDEX), ())
    assert [state.met for state in late.exits] == [True]


def test_reports_fall_due_again_after_each_report() -> None:
    begun = outlook(LAB, at("follow-up"), ())
    filed = outlook(LAB, at("follow-up", happened(FactKind.REPORT_FILED, 10)), ())
    assert begun.due is not None
    assert filed.due is not None
    assert begun.due.at == START + timedelta(days=182)
    assert filed.due.at == START + timedelta(days=192)


def test_a_consulted_body_gives_its_opinion_and_others_are_told_whose_it_is() -> None:
    situation = at("consultation", template=INDEX)
    consulted = outlook(INDEX, situation, {Role.DELEGATE, Role.CONSULTED})
    department = outlook(INDEX, situation, {Role.DELEGATE}).why_not(Action.GIVE_OPINION)
    assert Action.GIVE_OPINION in consulted.allowed
    assert department is not None
    assert department.code is RefusalCode.NOT_YOUR_ROLE
    assert "consulted body" in department.said.en
    assert "organisme consulté" in department.said.fr


def test_a_closed_action_says_in_which_phase_it_opens() -> None:
    why = outlook(LAB, at("framing"), {Role.DELEGATE}).why_not(Action.TAKE_POSITION)
    assert why is not None
    assert why.code is RefusalCode.NOT_IN_THIS_PHASE
    assert why.opens is not None
    assert "phase 7" in why.opens.en
    assert "« Prises de position »" in why.opens.fr


def test_an_action_of_an_earlier_phase_says_that_a_moderator_may_go_back() -> None:
    why = outlook(LAB, at("decision"), {Role.RAPPORTEUR}).why_not(Action.EDIT)
    assert why is not None
    assert why.opens is not None
    assert "a moderator may go back" in why.opens.en


def test_a_refusal_speaks_the_language_of_the_person() -> None:
    view = outlook(LAB, at("framing"), {Role.DELEGATE})
    with pytest.raises(Refused, match="n’est pas ouvert"):
        view.require(Action.TAKE_POSITION, locale="fr")
    view.require(Action.SUBMIT_EVIDENCE)


def ready() -> Situation:
    return at("drafting", happened(FactKind.DRAFT_FROZEN, languages=["en", "fr"]))


def test_a_moderator_leads_on_once_the_exit_is_open() -> None:
    assert check_move(LAB, ready(), {Role.MODERATOR}, "home-consultation").number == 5
    with pytest.raises(Refused) as refused:
        check_move(LAB, at("drafting"), {Role.MODERATOR}, "home-consultation")
    assert refused.value.code is RefusalCode.CONDITIONS_NOT_MET


def test_nobody_jumps_over_a_phase() -> None:
    with pytest.raises(Refused) as refused:
        check_move(LAB, ready(), {Role.MODERATOR}, "positions")
    assert refused.value.code is RefusalCode.INVALID_INPUT


@pytest.mark.parametrize("roles", [{Role.DELEGATE, Role.HEAD}, {Role.SECRETARIAT}, set()])
def test_nobody_but_a_moderator_moves_the_dialogue(roles: set[Role]) -> None:
    for to in ("framing", "home-consultation"):
        with pytest.raises(Refused) as refused:
            check_move(LAB, ready(), roles, to, reason="We must.")
        assert refused.value.code is RefusalCode.NOT_YOUR_ROLE


def test_going_back_takes_a_reason() -> None:
    with pytest.raises(Refused) as refused:
        check_move(LAB, ready(), {Role.MODERATOR}, "framing", reason="  ")
    assert refused.value.code is RefusalCode.STATEMENT_REQUIRED
    assert check_move(LAB, ready(), {Role.MODERATOR}, "framing", reason="New powers.").number == 2


def test_an_unknown_phase_is_not_there() -> None:
    with pytest.raises(Refused) as refused:
        check_move(LAB, ready(), {Role.MODERATOR}, "nirvana")
    assert refused.value.code is RefusalCode.NOT_FOUND


KINDS = st.sampled_from(list(FactKind))
FACTS = st.lists(
    st.builds(happened, KINDS, st.integers(-400, 400), here=st.booleans()), max_size=12
)
PHASES = st.sampled_from([(t, p.id) for t in (LAB, INDEX) for p in t.phases])
ROLES = st.sets(st.sampled_from(list(Role)))


@given(PHASES, FACTS, ROLES, st.integers(0, 4000))
def test_every_action_is_either_allowed_or_explained(
    place: tuple, facts: list[Fact], roles: set[Role], days: int
) -> None:
    template, phase = place
    now = START + timedelta(days=days)
    view = outlook(template, at(phase, *facts, template=template, now=now), roles)
    explained = {why.action for why in view.refused}
    assert view.allowed | explained == set(Action)
    assert not view.allowed & explained
    for why in view.refused:
        assert why.said.en
        assert why.said.fr


@given(PHASES, FACTS, ROLES, ROLES)
def test_more_roles_never_allow_less(
    place: tuple, facts: list[Fact], some: set[Role], others: set[Role]
) -> None:
    template, phase = place
    situation = at(phase, *facts, template=template)
    assert (
        outlook(template, situation, some).allowed
        <= outlook(template, situation, some | others).allowed
    )


@given(PHASES, FACTS, st.integers(0, 400), st.integers(0, 400))
def test_what_only_time_held_back_is_open_when_it_was_said_to_open(
    place: tuple, facts: list[Fact], early: int, more: int
) -> None:
    template, phase = place
    situation = at(phase, *facts, template=template, now=START + timedelta(days=early))
    view = outlook(template, situation, ())
    if view.next_opens_at is not None:
        assert view.next_opens_at > situation.now
        moved = replace(situation, now=view.next_opens_at + timedelta(days=more))
        assert outlook(template, moved, ()).may_advance


@given(PHASES, FACTS, ROLES)
def test_forward_moves_are_allowed_exactly_when_the_outlook_says_so(
    place: tuple, facts: list[Fact], roles: set[Role]
) -> None:
    template, phase = place
    situation = at(phase, *facts, template=template)
    view = outlook(template, situation, roles)
    if view.next_phase is None:
        return
    try:
        check_move(template, situation, roles, view.next_phase.id)
        moved = True
    except Refused:
        moved = False
    assert moved == (view.may_advance and Role.MODERATOR in roles)


@pytest.mark.parametrize("name", sorted(EVERY))
@pytest.mark.parametrize("role", sorted(Role))
def test_what_phase_and_role_alone_decide_is_what_the_whole_look_says(
    name: str, role: Role
) -> None:
    template = templates()[name]
    for phase in template.phases:
        whole = outlook(template, at(phase.id, template=template), [role])
        for action in Action:
            alone = settled(template, phase.id, [role], [action])
            if alone is None:
                permits = phase.permits([role], action)
                assert all(permit.needs or permit.until for permit in permits)
            else:
                assert alone == {action: whole.why_not(action)}
