"""Rules and verdicts as JSON values, and which parameters a rule may have. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from policylab.decisions.rules import (
    Base,
    Lack,
    Missing,
    Outcome,
    Rule,
    RuleCode,
    Tally,
    Verdict,
)
from policylab.kit.errors import RefusalCode, Refused

LONGEST_DAYS = 366
GREATEST_PART = 1_000
_NO_QUORUM = {RuleCode.SILENCE_PROCEDURE, RuleCode.ADVISORY_OPINION}
_NO_INNER = {RuleCode.PER_LEVEL_ASSENT, RuleCode.ADVISORY_OPINION}


def check_rule(rule: Rule) -> None:
    """Refuse a rule whose parameters are missing, misplaced or out of bounds."""
    _check_levels(rule)
    _check_share(rule)
    _check_days(rule)
    _check_quorum(rule)
    if rule.inner is not None:
        check_rule(rule.inner)


def _check_levels(rule: Rule) -> None:
    per_level = rule.code is RuleCode.PER_LEVEL_ASSENT
    if per_level != (rule.inner is not None):
        _refuse("An inner rule belongs to assent by level, and only there.", "rule.inner")
    if rule.inner is not None and rule.inner.code in _NO_INNER:
        _refuse("Each level needs a rule that can pass or fail by itself.", "rule.inner")
    if per_level and not rule.levels:
        _refuse("Name the levels that must assent.", "rule.levels")
    if not per_level and rule.levels:
        _refuse("Only assent by level names levels in the rule.", "rule.levels")
    if len(set(rule.levels)) != len(rule.levels):
        _refuse("A level is named twice.", "rule.levels")


def _check_share(rule: Rule) -> None:
    parts = (rule.numerator, rule.denominator, rule.base)
    if rule.code is not RuleCode.QUALIFIED_MAJORITY:
        if any(part is not None for part in parts):
            _refuse("A share belongs to a qualified majority, and only there.", "rule.numerator")
        return
    if rule.numerator is None or rule.denominator is None or rule.base is None:
        _refuse("A qualified majority needs a share and what it is a share of.", "rule.numerator")
        return
    if not 0 < rule.numerator <= rule.denominator <= GREATEST_PART:
        _refuse("The share must be more than nothing and at most all.", "rule.numerator")


def _check_days(rule: Rule) -> None:
    if rule.code is not RuleCode.SILENCE_PROCEDURE:
        if rule.days is not None:
            _refuse("Days belong to a silence procedure, and only there.", "rule.days")
    elif rule.days is None or not 0 <= rule.days <= LONGEST_DAYS:
        _refuse(f"A silence procedure runs for 0 to {LONGEST_DAYS} days.", "rule.days")


def _check_quorum(rule: Rule) -> None:
    if rule.quorum is None:
        return
    if rule.code in _NO_QUORUM:
        _refuse("This rule knows no quorum.", "rule.quorumNumerator")
    numerator, denominator = rule.quorum
    if not 0 < numerator <= denominator <= GREATEST_PART:
        _refuse("The quorum must be more than nobody and at most all.", "rule.quorumNumerator")


def _refuse(message: str, field: str) -> None:
    raise Refused(RefusalCode.INVALID_INPUT, message, field=field)


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """The rule as a record prints it; parameters that it has not are left out."""
    value: dict[str, Any] = {"code": rule.code.value}
    if rule.inner is not None:
        value["inner"] = rule_as_json(rule.inner)
    if rule.levels:
        value["levels"] = list(rule.levels)
    for name in ("numerator", "denominator", "days"):
        if getattr(rule, name) is not None:
            value[name] = getattr(rule, name)
    if rule.base is not None:
        value["base"] = rule.base.value
    if rule.quorum is not None:
        value["quorum"] = {"numerator": rule.quorum[0], "denominator": rule.quorum[1]}
    return value


def rule_from_json(value: Mapping[str, Any]) -> Rule:
    """The rule in a record or a procedure's row; the opposite of `rule_as_json`.

    Templates write the quorum as a pair and the base in small letters; that is read as well.
    """
    inner = value.get("inner")
    base = value.get("base")
    return Rule(
        code=RuleCode(value["code"]),
        inner=_inner(inner),
        levels=tuple(value.get("levels") or ()),
        numerator=value.get("numerator"),
        denominator=value.get("denominator"),
        base=Base(str(base).upper()) if base else None,
        days=value.get("days"),
        quorum=_quorum(value.get("quorum")),
    )


def _quorum(value: Any) -> tuple[int, int] | None:
    if not value:
        return None
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, int]", value)
        return parts["numerator"], parts["denominator"]
    return value[0], value[1]


def _inner(value: Any) -> Rule | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Rule(code=RuleCode(value))
    return rule_from_json(cast("Mapping[str, Any]", value))


_SHORT = re.compile(r"^([A-Z_]+)(?:\(([A-Z_]+)\))?$")


def rule_from_words(text: str, *, levels: Sequence[str] = ()) -> Rule:
    """The rule that a template names in one line, e.g. `PER_LEVEL_ASSENT(CONSENSUS)`."""
    match = _SHORT.match(text.strip())
    if match is None:
        raise ValueError(f"not a rule: {text!r}")
    code = RuleCode(match[1])
    inner = Rule(code=RuleCode(match[2])) if match[2] else None
    named = tuple(levels) if code is RuleCode.PER_LEVEL_ASSENT else ()
    return Rule(code=code, inner=inner, levels=named)


def verdict_as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict with its numbers, as kept with the procedure and printed in the record."""
    return {
        "outcome": verdict.outcome.value,
        "tallies": [tally_as_json(tally) for tally in verdict.tallies],
        "missing": [missing_as_json(item) for item in verdict.missing],
    }


def tally_as_json(tally: Tally) -> dict[str, Any]:
    return {
        "level": tally.level,
        "seated": tally.seated,
        "entitled": tally.entitled,
        "for": tally.in_favour,
        "against": tally.against,
        "objectionsWithoutReasons": tally.unreasoned,
        "abstain": tally.abstain,
        "noPosition": tally.no_position,
        "notCompetent": tally.not_competent,
        "reservations": tally.reservations,
        "quorumMet": tally.quorum_met,
        "passes": tally.passes,
    }


def missing_as_json(item: Missing) -> dict[str, Any]:
    return {"lack": item.lack.value, "level": item.level, "number": item.number}


def withdrawn(rule: Rule) -> Verdict:
    """The verdict of a procedure that was taken back before it closed: nothing is counted."""
    return Verdict(rule=rule, outcome=Outcome.WITHDRAWN, tallies=())


def verdict_from_json(rule: Rule, value: Mapping[str, Any]) -> Verdict:
    """The verdict in a closing or a record; the opposite of `verdict_as_json`."""
    return Verdict(
        rule=rule,
        outcome=Outcome(value["outcome"]),
        tallies=tuple(_tally(item) for item in value["tallies"]),
        missing=tuple(
            Missing(lack=Lack(item["lack"]), level=item["level"], number=item["number"])
            for item in value["missing"]
        ),
    )


def _tally(value: Mapping[str, Any]) -> Tally:
    return Tally(
        level=value["level"],
        seated=value["seated"],
        in_favour=value["for"],
        against=value["against"],
        unreasoned=value["objectionsWithoutReasons"],
        abstain=value["abstain"],
        no_position=value["noPosition"],
        not_competent=value["notCompetent"],
        reservations=value["reservations"],
        quorum_met=value["quorumMet"],
        passes=value["passes"],
    )
