"""How positions become an outcome. Pure: the same rule, seats and positions, the same verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from policylab.positions.rules import Stance


class RuleCode(StrEnum):
    """The rules a procedure can follow; most can ask for a quorum besides."""

    SIMPLE_MAJORITY = "SIMPLE_MAJORITY"
    """Adopted when the votes in favour outnumber those against."""
    ABSOLUTE_MAJORITY = "ABSOLUTE_MAJORITY"
    """Adopted when more than half of all who are entitled are in favour."""
    QUALIFIED_MAJORITY = "QUALIFIED_MAJORITY"
    """Adopted when a stated share of the entitled, or of the votes cast, is in favour."""
    UNANIMITY_CAST_WITH_MAJORITY = "UNANIMITY_CAST_WITH_MAJORITY"
    """Adopted when nobody is against and more than half of the entitled are in favour."""
    CONSENSUS = "CONSENSUS"
    """Adopted when delegations have spoken and none is against; reservations do not block."""
    CONSENT = "CONSENT"
    """Adopted unless a delegation objects with reasons, or its condition is not met."""
    PER_LEVEL_ASSENT = "PER_LEVEL_ASSENT"
    """Adopted when each named level of government agrees, judged apart by a second rule."""
    SILENCE_PROCEDURE = "SILENCE_PROCEDURE"
    """Adopted when nobody objects by the deadline; an objection sends it to a meeting."""
    ADVISORY_OPINION = "ADVISORY_OPINION"
    """Nothing passes or fails: the opinions are listed."""


class Base(StrEnum):
    """Of what a qualified majority is a share."""

    ENTITLED = "ENTITLED"
    CAST = "CAST"


class Outcome(StrEnum):
    """What a procedure ends in."""

    ADOPTED = "ADOPTED"
    """The rule is met and the lab agrees; what a council or government does is recorded apart."""
    NOT_ADOPTED = "NOT_ADOPTED"
    """Enough delegations spoke, and the rule is not met."""
    INCONCLUSIVE = "INCONCLUSIVE"
    """No quorum, or a level is missing."""
    OPINION_GIVEN = "OPINION_GIVEN"
    """The views of those consulted are listed; there was nothing to pass or fail."""
    ESCALATED = "ESCALATED"
    """Silence was broken: the item goes to a meeting."""
    WITHDRAWN = "WITHDRAWN"
    """Those who run the process took the item back before it was decided."""


class Lack(StrEnum):
    """What stands between the positions taken and adoption."""

    NOBODY_ENTITLED = "NOBODY_ENTITLED"
    QUORUM = "QUORUM"
    NOBODY_SPOKE = "NOBODY_SPOKE"
    SUPPORT = "SUPPORT"
    OBJECTIONS = "OBJECTIONS"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule with its parameters. `forms.check_rule` says which parameters it may have."""

    code: RuleCode
    inner: Rule | None = None
    levels: tuple[str, ...] = ()
    numerator: int | None = None
    denominator: int | None = None
    base: Base | None = None
    days: int | None = None
    quorum: tuple[int, int] | None = None
    """The share of the entitled that must speak: support, object or abstain."""

    @property
    def deciding(self) -> Rule:
        """The rule that judges a tally: the inner one where each level is judged apart."""
        if self.inner is None:
            return self
        return replace(self.inner, quorum=self.inner.quorum or self.quorum)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A delegation that was entitled when the procedure opened."""

    delegation: str
    level: str
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A position that counts: released, on the procedure's own subject, mandated or confirmed."""

    delegation: str
    stance: Stance
    reasoned: bool = True
    """Whether an objection gives reasons; without them it does not block consent."""
    conditions_met: bool = False
    """Whether every condition is met and the delegation has confirmed that."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The numbers, weights multiplied in: of one level, or of all (`level` None)."""

    level: str | None = None
    seated: int = 0
    in_favour: int = 0
    against: int = 0
    unreasoned: int = 0
    """Objections without reasons, among those against."""
    abstain: int = 0
    no_position: int = 0
    not_competent: int = 0
    reservations: int = 0
    """Supports with reservation, among those in favour."""
    quorum_met: bool = True
    passes: bool | None = None
    """Whether the rule holds for these numbers; None where nothing can pass or fail."""

    @property
    def entitled(self) -> int:
        return self.seated - self.not_competent

    @property
    def cast(self) -> int:
        return self.in_favour + self.against

    @property
    def spoke(self) -> int:
        return self.cast + self.abstain


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One thing that stands in the way, at one level or overall, and how much of it."""

    lack: Lack
    level: str | None = None
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome with its numbers: all together first, then level by level."""

    rule: Rule
    outcome: Outcome
    tallies: tuple[Tally, ...]
    missing: tuple[Missing, ...] = ()


def decide(rule: Rule, seats: Sequence[Seat], positions: Iterable[Counted]) -> Verdict:
    """The outcome of these positions under this rule. Positions without a seat do not count."""
    stands: dict[str, Counted] = {}
    for position in positions:
        if position.delegation in stands:
            raise ValueError(f"two positions of one delegation: {position.delegation}")
        stands[position.delegation] = position
    present = {seat.level for seat in seats}
    levels = [*rule.levels, *sorted(present - set(rule.levels))]
    overall = _judged(rule.deciding, count(seats, stands))
    parts = [
        _judged(rule.deciding, count([s for s in seats if s.level == level], stands, level))
        for level in levels
    ]
    if rule.code is RuleCode.PER_LEVEL_ASSENT:
        overall = replace(overall, passes=None, quorum_met=all(part.quorum_met for part in parts))
        return _per_level(rule, overall, parts)
    parts = [replace(part, passes=None) for part in parts]
    outcome = judge(rule, overall)
    lacks = _lacks(rule, overall) if outcome not in _SETTLED else ()
    return Verdict(rule=rule, outcome=outcome, tallies=(overall, *parts), missing=tuple(lacks))


def count(seats: Iterable[Seat], stands: Mapping[str, Counted], level: str | None = None) -> Tally:
    """The tally of these seats; a delegation without a position counts as silent."""
    sums: Counter[str] = Counter()
    for seat in seats:
        sums["seated"] += seat.weight
        for column in _columns(stands.get(seat.delegation)):
            sums[column] += seat.weight
    return Tally(
        level=level,
        seated=sums["seated"],
        in_favour=sums["in_favour"],
        against=sums["against"],
        unreasoned=sums["unreasoned"],
        abstain=sums["abstain"],
        no_position=sums["no_position"],
        not_competent=sums["not_competent"],
        reservations=sums["reservations"],
    )


def _columns(position: Counted | None) -> tuple[str, ...]:
    if position is None:
        return ("no_position",)
    match position.stance:
        case Stance.SUPPORT:
            return ("in_favour",)
        case Stance.SUPPORT_WITH_RESERVATION:
            return ("in_favour", "reservations")
        case Stance.CONDITIONAL:
            return ("in_favour",) if position.conditions_met else ("against",)
        case Stance.ABSTAIN:
            return ("abstain",)
        case Stance.OBJECT:
            return ("against",) if position.reasoned else ("against", "unreasoned")
        case Stance.NOT_COMPETENT:
            return ("not_competent",)


_SETTLED = {Outcome.ADOPTED, Outcome.OPINION_GIVEN}


def judge(rule: Rule, tally: Tally) -> Outcome:
    """The outcome of one tally under one rule that does not look at levels."""
    if rule.code is RuleCode.ADVISORY_OPINION:
        return Outcome.OPINION_GIVEN
    if tally.entitled <= 0:
        return Outcome.INCONCLUSIVE
    if rule.code is RuleCode.SILENCE_PROCEDURE:
        return Outcome.ESCALATED if tally.against else Outcome.ADOPTED
    if not quorate(rule, tally):
        return Outcome.INCONCLUSIVE
    if not holds(rule, tally):
        return Outcome.NOT_ADOPTED
    # Absence is not assent: where nobody said anything, nothing was agreed.
    return Outcome.ADOPTED if tally.spoke else Outcome.INCONCLUSIVE


def quorate(rule: Rule, tally: Tally) -> bool:
    """Whether enough of the entitled spoke; abstaining is speaking."""
    if rule.quorum is None:
        return True
    numerator, denominator = rule.quorum
    return tally.spoke * denominator >= numerator * tally.entitled


def holds(rule: Rule, tally: Tally) -> bool:
    """Whether the rule's own test is passed, quorum aside."""
    match rule.code:
        case RuleCode.SIMPLE_MAJORITY:
            return tally.in_favour > tally.against
        case RuleCode.ABSOLUTE_MAJORITY:
            return 2 * tally.in_favour > tally.entitled
        case RuleCode.QUALIFIED_MAJORITY:
            return tally.in_favour >= max(1, _share(rule, tally))
        case RuleCode.UNANIMITY_CAST_WITH_MAJORITY:
            return not tally.against and 2 * tally.in_favour > tally.entitled
        case RuleCode.CONSENSUS:
            return not tally.against
        case RuleCode.CONSENT:
            return tally.against == tally.unreasoned
        case RuleCode.SILENCE_PROCEDURE:
            return not tally.against
        case RuleCode.ADVISORY_OPINION | RuleCode.PER_LEVEL_ASSENT:
            raise ValueError(f"{rule.code} is not a test of one tally")


def _share(rule: Rule, tally: Tally) -> int:
    """The least weight in favour that a qualified majority asks for."""
    whole = tally.cast if rule.base is Base.CAST else tally.entitled
    assert rule.numerator is not None
    assert rule.denominator is not None
    return -(-rule.numerator * whole // rule.denominator)


def _judged(rule: Rule, tally: Tally) -> Tally:
    if rule.code is RuleCode.ADVISORY_OPINION:
        return tally
    passes = judge(rule, tally) is Outcome.ADOPTED
    quorum = rule.code is RuleCode.SILENCE_PROCEDURE or quorate(rule, tally)
    return replace(tally, quorum_met=quorum, passes=passes)


def _per_level(rule: Rule, overall: Tally, parts: Sequence[Tally]) -> Verdict:
    """Each named level is judged apart; every one of them must assent."""
    judged: list[Tally] = []
    outcomes: list[Outcome] = []
    missing: list[Missing] = []
    for part in parts:
        if part.level not in rule.levels:
            judged.append(replace(part, passes=None))
            continue
        outcome = _assent(rule.deciding, part)
        outcomes.append(outcome)
        judged.append(replace(part, passes=outcome is Outcome.ADOPTED))
        if outcome is not Outcome.ADOPTED:
            missing += _lacks(rule.deciding, part, assent=True)
    worst = next((o for o in _WORST_FIRST if o in outcomes), Outcome.ADOPTED)
    return Verdict(
        rule=rule, outcome=worst, tallies=(overall, *judged), missing=tuple(missing)
    )  # fmt: skip


_WORST_FIRST = (Outcome.INCONCLUSIVE, Outcome.ESCALATED, Outcome.NOT_ADOPTED)


def _assent(rule: Rule, tally: Tally) -> Outcome:
    """A level assents when the rule holds and at least one of its delegations is in favour."""
    outcome = judge(rule, tally)
    silence = rule.code is RuleCode.SILENCE_PROCEDURE
    if outcome is Outcome.ADOPTED and not silence and not tally.in_favour:
        return Outcome.NOT_ADOPTED
    return outcome


def _lacks(rule: Rule, tally: Tally, *, assent: bool = False) -> list[Missing]:
    """What this tally would need; an objection first, because only its author can lift it."""
    if tally.entitled <= 0:
        return [Missing(lack=Lack.NOBODY_ENTITLED, level=tally.level)]
    lacks: list[Missing] = []
    blocking = _blocking(rule, tally)
    if blocking:
        lacks.append(Missing(lack=Lack.OBJECTIONS, level=tally.level, number=blocking))
    if rule.code is RuleCode.SILENCE_PROCEDURE:
        return lacks
    if rule.quorum is not None and not quorate(rule, tally):
        numerator, denominator = rule.quorum
        needed = -(-numerator * tally.entitled // denominator) - tally.spoke
        lacks.append(Missing(lack=Lack.QUORUM, level=tally.level, number=needed))
    elif not tally.spoke:
        lacks.append(Missing(lack=Lack.NOBODY_SPOKE, level=tally.level))
    support = max(_threshold(rule, tally), 1 if assent else 0) - tally.in_favour
    if support > 0:
        lacks.append(Missing(lack=Lack.SUPPORT, level=tally.level, number=support))
    return lacks


def _blocking(rule: Rule, tally: Tally) -> int:
    """How much weight of objection blocks by itself under this rule."""
    if rule.code is RuleCode.CONSENT:
        return tally.against - tally.unreasoned
    blocks = {
        RuleCode.CONSENSUS,
        RuleCode.UNANIMITY_CAST_WITH_MAJORITY,
        RuleCode.SILENCE_PROCEDURE,
    }
    return tally.against if rule.code in blocks else 0


def _threshold(rule: Rule, tally: Tally) -> int:
    """The weight in favour that the rule asks for, as things stand."""
    match rule.code:
        case RuleCode.SIMPLE_MAJORITY:
            return tally.against + 1
        case RuleCode.ABSOLUTE_MAJORITY | RuleCode.UNANIMITY_CAST_WITH_MAJORITY:
            return tally.entitled // 2 + 1
        case RuleCode.QUALIFIED_MAJORITY:
            return max(1, _share(rule, tally))
        case _:
            return 0
