import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policylab.decisions.forms import (
    check_rule,
    rule_as_json,
    rule_from_json,
    rule_from_words,
    verdict_as_json,
)
from policylab.decisions.rules import (
    Base,
    Counted,
    Lack,
    Outcome,
    Rule,
    RuleCode,
    Seat,
    Verdict,
    decide,
)
from policylab.decisions.words import explain, explain_missing, explain_rule
from policylab.kit.errors import RefusalCode, Refused
from policylab.positions.rules import Stance
from tests.decisions.recompute import outcome_of

VECTORS = json.loads((Path(__file__).parent / "data/decision_rule_vectors.json").read_text())
CONSENSUS = Rule(code=RuleCode.CONSENSUS)
HALF = (1, 2)


def people(
    level: str, *, weight: int = 1, **stances: int
) -> tuple[list[Seat], list[Counted]]:  # fmt: skip
    """Seats and positions at one level, e.g. SUPPORT=3, OBJECT=1, silent=2."""
    seats, positions = [], []
    for name, number in stances.items():
        for index in range(number):
            key = f"{level}-{name}-{index}"
            seats.append(Seat(delegation=key, level=level, weight=weight))
            if name == "unreasoned":
                positions.append(Counted(delegation=key, stance=Stance.OBJECT, reasoned=False))
            elif name == "met":
                positions.append(
                    Counted(delegation=key, stance=Stance.CONDITIONAL, conditions_met=True)
                )
            elif name != "silent":
                positions.append(Counted(delegation=key, stance=Stance(name)))
    return seats, positions


def from_vector(level: str, numbers: dict[str, Any]) -> tuple[list[Seat], list[Counted]]:
    met = [c.get("met") and c.get("confirmedByDelegation") for c in numbers.get("conditional", [])]
    unreasoned = numbers["against"] - numbers.get("reasonedObjections", numbers["against"])
    reserved = numbers.get("reservations", 0)
    seats, positions = people(
        level,
        SUPPORT=numbers["for"] - reserved,
        SUPPORT_WITH_RESERVATION=reserved,
        OBJECT=numbers["against"] - unreasoned,
        unreasoned=unreasoned,
        ABSTAIN=numbers["abstain"],
        silent=numbers["noPosition"],
        NOT_COMPETENT=numbers["notCompetent"],
        met=sum(map(bool, met)),
        CONDITIONAL=len(met) - sum(map(bool, met)),
    )
    assert len(seats) == numbers["seated"]
    return seats, positions


def vector_rule(text: str, numbers: dict[str, Any]) -> Rule:
    code, *rest = text.split(" ")
    inner = Rule(code=RuleCode(rest[1])) if "inner" in rest else None
    share = re.search(r"(\d+)/(\d+) of (\w+)", text)
    days = re.search(r"(\d+) days", text)
    return Rule(
        code=RuleCode(code),
        inner=inner,
        levels=("NATIONAL", "REGIONAL", "LOCAL") if inner else (),
        numerator=int(share[1]) if share else None,
        denominator=int(share[2]) if share else None,
        base=Base(share[3].upper()) if share else None,
        days=int(days[1]) if days else None,
        quorum=HALF if numbers.get("quorum") == "half of entitled" else None,
    )


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["id"])
def test_each_vector_of_the_domain_reference_comes_out_as_expected(vector: dict[str, Any]) -> None:
    numbers = vector["input"]
    groups = {"": numbers} if "seated" in numbers else numbers
    seats, positions = [], []
    for level, group in groups.items():
        some_seats, some_positions = from_vector(level, group)
        seats += some_seats
        positions += some_positions
    rule = vector_rule(vector["rule"], numbers)
    check_rule(rule)
    verdict = decide(rule, seats, positions)
    assert verdict.outcome == vector["expected"], vector["why"]
    assert bool(verdict.missing) == (verdict.outcome not in {"ADOPTED", "OPINION_GIVEN"})


def outcome(rule: Rule, *groups: tuple[list[Seat], list[Counted]]) -> Outcome:
    return verdict(rule, *groups).outcome


def verdict(rule: Rule, *groups: tuple[list[Seat], list[Counted]]) -> Verdict:
    seats = [seat for group in groups for seat in group[0]]
    positions = [position for group in groups for position in group[1]]
    return decide(rule, seats, positions)


def per_level(inner: RuleCode, *levels: str, quorum: tuple[int, int] | None = None) -> Rule:
    return Rule(
        code=RuleCode.PER_LEVEL_ASSENT, inner=Rule(code=inner), levels=levels, quorum=quorum
    )  # fmt: skip


def test_the_domain_vectors_are_all_there() -> None:
    assert len(VECTORS["vectors"]) == 19


def test_silence_is_not_assent_outside_a_silence_procedure() -> None:
    for code in (RuleCode.CONSENSUS, RuleCode.CONSENT):
        found = verdict(Rule(code=code), people("CITY", silent=3))
        assert found.outcome is Outcome.INCONCLUSIVE
        assert [item.lack for item in found.missing] == [Lack.NOBODY_SPOKE]


def test_abstaining_counts_for_the_quorum_and_never_as_support() -> None:
    rule = Rule(code=RuleCode.SIMPLE_MAJORITY, quorum=HALF)
    assert outcome(rule, people("CITY", SUPPORT=1, ABSTAIN=2, silent=3)) is Outcome.ADOPTED
    assert outcome(rule, people("CITY", SUPPORT=1, ABSTAIN=1, silent=3)) is Outcome.INCONCLUSIVE
    majority = Rule(code=RuleCode.ABSOLUTE_MAJORITY)
    assert outcome(majority, people("CITY", SUPPORT=2, ABSTAIN=2)) is Outcome.NOT_ADOPTED


def test_a_level_that_only_abstains_has_not_assented() -> None:
    rule = per_level(RuleCode.CONSENSUS, "CITY", "REGION")
    cities = people("CITY", SUPPORT=2)
    assert outcome(rule, cities, people("REGION", ABSTAIN=2)) is Outcome.NOT_ADOPTED
    assert outcome(rule, cities, people("REGION", ABSTAIN=1, SUPPORT=1)) is Outcome.ADOPTED


def test_a_level_where_nobody_is_entitled_makes_the_procedure_inconclusive() -> None:
    rule = per_level(RuleCode.CONSENSUS, "CITY", "REGION")
    gone = people("REGION", NOT_COMPETENT=2)
    found = verdict(rule, people("CITY", SUPPORT=2), gone)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert [(item.lack, item.level) for item in found.missing] == [(Lack.NOBODY_ENTITLED, "REGION")]


def test_each_level_has_a_quorum_of_its_own() -> None:
    rule = per_level(RuleCode.CONSENSUS, "CITY", "REGION", quorum=HALF)
    regions = people("REGION", SUPPORT=1, silent=2)
    found = verdict(rule, people("CITY", SUPPORT=9), regions)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert [(item.lack, item.level, item.number) for item in found.missing] == [
        (Lack.QUORUM, "REGION", 1)
    ]


def test_a_level_that_the_rule_does_not_name_is_shown_and_does_not_decide() -> None:
    rule = per_level(RuleCode.CONSENSUS, "CITY")
    found = verdict(rule, people("CITY", SUPPORT=1), people("FORUM", OBJECT=3))
    assert found.outcome is Outcome.ADOPTED
    forum = next(tally for tally in found.tallies if tally.level == "FORUM")
    assert (forum.against, forum.passes) == (3, None)


def test_weight_multiplies_throughout() -> None:
    seats, positions = people("CITY", weight=3, SUPPORT=1)
    more_seats, more_positions = people("TOWN", OBJECT=2, silent=1)
    seats, positions = seats + more_seats, positions + more_positions
    assert decide(Rule(code=RuleCode.SIMPLE_MAJORITY), seats, positions).outcome == "ADOPTED"
    absolute = decide(Rule(code=RuleCode.ABSOLUTE_MAJORITY), seats, positions)
    assert absolute.outcome is Outcome.NOT_ADOPTED
    assert absolute.tallies[0].entitled == 6
    quorum = Rule(code=RuleCode.SIMPLE_MAJORITY, quorum=(5, 6))
    assert decide(quorum, seats, positions).outcome is Outcome.ADOPTED


def test_two_thirds_of_the_cast_is_not_two_thirds_of_the_entitled() -> None:
    def share(base: Base) -> Rule:
        return Rule(code=RuleCode.QUALIFIED_MAJORITY, numerator=2, denominator=3, base=base)

    group = people("CITY", SUPPORT=2, OBJECT=1, ABSTAIN=3)
    assert outcome(share(Base.CAST), group) is Outcome.ADOPTED
    assert outcome(share(Base.ENTITLED), group) is Outcome.NOT_ADOPTED
    nothing_cast = people("CITY", ABSTAIN=3)
    assert outcome(share(Base.CAST), nothing_cast) is Outcome.NOT_ADOPTED


def test_an_unmet_condition_is_a_reasoned_objection_also_under_consent() -> None:
    rule = Rule(code=RuleCode.CONSENT)
    assert outcome(rule, people("CITY", SUPPORT=2, CONDITIONAL=1)) is Outcome.NOT_ADOPTED
    assert outcome(rule, people("CITY", SUPPORT=2, met=1)) is Outcome.ADOPTED


def test_an_unmet_condition_breaks_silence() -> None:
    rule = Rule(code=RuleCode.SILENCE_PROCEDURE, days=10)
    assert outcome(rule, people("CITY", silent=4, CONDITIONAL=1)) is Outcome.ESCALATED


def test_a_position_without_a_seat_does_not_count() -> None:
    seats, positions = people("CITY", SUPPORT=1)
    stranger = Counted(delegation="nobody", stance=Stance.OBJECT)
    found = decide(CONSENSUS, seats, [*positions, stranger])
    assert found.outcome is Outcome.ADOPTED
    assert found.tallies[0].against == 0


def test_two_positions_of_one_delegation_are_a_mistake_of_the_caller() -> None:
    seats, positions = people("CITY", SUPPORT=1)
    with pytest.raises(ValueError, match="two positions"):
        decide(CONSENSUS, seats, positions * 2)


CODES = [code for code in RuleCode if code is not RuleCode.PER_LEVEL_ASSENT]
shares = st.tuples(st.integers(1, 5), st.integers(1, 5)).map(sorted).map(tuple)


@st.composite
def rules(draw: st.DrawFn, codes: list[RuleCode] = CODES) -> Rule:
    code = draw(st.sampled_from(codes))
    numerator, denominator = draw(shares)
    qualified = code is RuleCode.QUALIFIED_MAJORITY
    no_quorum = code in {RuleCode.SILENCE_PROCEDURE, RuleCode.ADVISORY_OPINION}
    return Rule(
        code=code,
        numerator=numerator if qualified else None,
        denominator=denominator if qualified else None,
        base=draw(st.sampled_from(Base)) if qualified else None,
        days=draw(st.integers(0, 30)) if code is RuleCode.SILENCE_PROCEDURE else None,
        quorum=None if no_quorum else draw(st.none() | shares),
    )


inner_rules = rules([code for code in CODES if code is not RuleCode.ADVISORY_OPINION])
any_rule = rules() | st.builds(
    lambda inner, levels: Rule(code=RuleCode.PER_LEVEL_ASSENT, inner=inner, levels=tuple(levels)),
    inner_rules,
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True),
)


@st.composite
def ballots(draw: st.DrawFn) -> tuple[list[Seat], list[Counted]]:
    seats, positions = [], []
    for index in range(draw(st.integers(0, 7))):
        level, weight = draw(st.sampled_from("abc")), draw(st.integers(1, 3))
        seats.append(Seat(delegation=str(index), level=level, weight=weight))
        stance = draw(st.none() | st.sampled_from(Stance))
        if stance:
            reasoned, met = draw(st.booleans()), draw(st.booleans())
            positions.append(
                Counted(delegation=str(index), stance=stance, reasoned=reasoned, conditions_met=met)
            )
    return seats, positions


@given(any_rule, ballots())
def test_an_independent_program_agrees_for_every_rule(
    rule: Rule, ballot: tuple[list[Seat], list[Counted]]
) -> None:
    check_rule(rule)
    seats, positions = ballot
    found = decide(rule, seats, positions)
    entitled = [
        {"delegation": seat.delegation, "level": seat.level, "weight": seat.weight}
        for seat in seats
    ]
    counted = [
        {
            "delegation": position.delegation,
            "stance": position.stance.value,
            "reasoned": position.reasoned,
            "conditionsMet": position.conditions_met,
        }
        for position in positions
    ]
    assert found.outcome == outcome_of(rule_as_json(rule), entitled, counted)
    assert bool(found.missing) == (found.outcome not in {"ADOPTED", "OPINION_GIVEN"})
    for said in (explain(found), explain_rule(rule), *map(explain_missing, found.missing)):
        assert said.en.endswith(".")
        assert said.fr.endswith(".")
        assert said.en != said.fr
    assert json.loads(json.dumps(verdict_as_json(found)))["outcome"] == found.outcome


@given(any_rule)
def test_a_rule_reads_back_from_its_json(rule: Rule) -> None:
    assert rule_from_json(json.loads(json.dumps(rule_as_json(rule)))) == rule


def test_a_template_names_its_rule_in_one_line() -> None:
    rule = rule_from_words("PER_LEVEL_ASSENT(CONSENSUS)", levels=["LOCAL"])
    assert rule == per_level(RuleCode.CONSENSUS, "LOCAL")
    assert rule_from_words("CONSENT") == Rule(code=RuleCode.CONSENT)
    with pytest.raises(ValueError, match="not a rule"):
        rule_from_words("majority of the wise")


@pytest.mark.parametrize(
    "rule",
    [
        Rule(code=RuleCode.PER_LEVEL_ASSENT, levels=("LOCAL",)),
        per_level(RuleCode.CONSENSUS),
        per_level(RuleCode.ADVISORY_OPINION, "LOCAL"),
        per_level(RuleCode.CONSENSUS, "LOCAL", "LOCAL"),
        Rule(code=RuleCode.CONSENSUS, levels=("LOCAL",)),
        Rule(code=RuleCode.CONSENSUS, inner=CONSENSUS),
        Rule(code=RuleCode.CONSENSUS, days=3),
        Rule(code=RuleCode.SILENCE_PROCEDURE),
        Rule(code=RuleCode.SILENCE_PROCEDURE, days=-1),
        Rule(code=RuleCode.SILENCE_PROCEDURE, days=3, quorum=HALF),
        Rule(code=RuleCode.QUALIFIED_MAJORITY),
        Rule(code=RuleCode.QUALIFIED_MAJORITY, numerator=3, denominator=2, base=Base.CAST),
        Rule(code=RuleCode.QUALIFIED_MAJORITY, numerator=0, denominator=2, base=Base.CAST),
        Rule(code=RuleCode.SIMPLE_MAJORITY, numerator=1, denominator=2, base=Base.CAST),
        Rule(code=RuleCode.SIMPLE_MAJORITY, quorum=(0, 2)),
        Rule(code=RuleCode.SIMPLE_MAJORITY, quorum=(3, 2)),
    ],
)
def test_a_rule_with_wrong_parameters_is_refused(rule: Rule) -> None:
    with pytest.raises(Refused) as refused:
        check_rule(rule)
    assert refused.value.code is RefusalCode.INVALID_INPUT
    assert refused.value.field is not None
    assert refused.value.field.startswith("rule.")


def test_the_real_tally_of_2017_is_adopted_by_majority_and_blocked_under_consensus() -> None:
    laender = people("LAND", SUPPORT=13, OBJECT=1, ABSTAIN=2)
    adopted = verdict(Rule(code=RuleCode.SIMPLE_MAJORITY), laender)
    assert explain(adopted).en == (
        "Adopted: 13 for, 1 against, 2 abstaining, of 16 entitled "
        "(more delegations for than against)."
    )
    blocked = verdict(CONSENSUS, laender)
    assert explain(blocked).en == "Not adopted: 1 objection stands."
    assert explain(blocked).fr == "Non adopté : 1 objection subsiste."


def test_the_sentence_calls_levels_as_the_lab_calls_them() -> None:
    rule = per_level(RuleCode.CONSENSUS, "CITY", "REGION")
    names = {"CITY": {"en": "cities", "fr": "villes"}, "REGION": {"en": "regions"}}
    found = verdict(rule, people("CITY", SUPPORT=1), people("REGION", OBJECT=1))
    assert explain(found, names).fr == (
        "Non adopté : regions : 1 objection subsiste ; regions : il manque 1 voix en faveur."
    )
    assert "cities, regions" in explain_rule(rule, names).en


def test_a_majority_missing_by_two_says_two() -> None:
    found = verdict(Rule(code=RuleCode.ABSOLUTE_MAJORITY), people("CITY", SUPPORT=1, silent=3))
    lacking = [item.number for item in found.missing if item.lack is Lack.SUPPORT]
    assert lacking == [2]
    assert Fraction(1 + lacking[0], 4) > Fraction(1, 2)
