"""The outcome of a decision record, computed again from the record alone.

Written from domain.md section 6 and design.md 15.13 to 15.15, without a look at the program's own
rules: it imports nothing of it. Promise P5 rests on the two of them agreeing.
"""

from fractions import Fraction
from typing import Any

FOR = {"SUPPORT", "SUPPORT_WITH_RESERVATION"}


def outcome_of(
    rule: dict[str, Any], entitled: list[dict[str, Any]], counted: list[dict[str, Any]]
) -> str:
    """The outcome, from the three things that a record prints."""
    stance_of = {item["delegation"]: item for item in counted}
    if rule["code"] != "PER_LEVEL_ASSENT":
        return single(rule, rule.get("quorum"), entitled, stance_of)
    answers = []
    for level in rule["levels"]:
        at_level = [seat for seat in entitled if seat["level"] == level]
        quorum = rule["inner"].get("quorum") or rule.get("quorum")
        answer = single(rule["inner"], quorum, at_level, stance_of)
        in_favour = sum(weights(at_level, stance_of)["for"])
        silence = rule["inner"]["code"] == "SILENCE_PROCEDURE"
        if answer == "ADOPTED" and not silence and in_favour == 0:
            answer = "NOT_ADOPTED"
        answers.append(answer)
    for answer in ("INCONCLUSIVE", "ESCALATED", "NOT_ADOPTED"):
        if answer in answers:
            return answer
    return "ADOPTED"


def weights(
    entitled: list[dict[str, Any]], stance_of: dict[str, Any]
) -> dict[str, list[int]]:  # fmt: skip
    groups: dict[str, list[int]] = {
        name: [] for name in ("for", "against", "unreasoned", "abstain", "silent", "out")
    }
    for seat in entitled:
        item = stance_of.get(seat["delegation"])
        if item is None:
            name = "silent"
        elif item["stance"] in FOR or (item["stance"] == "CONDITIONAL" and item["conditionsMet"]):
            name = "for"
        elif item["stance"] == "ABSTAIN":
            name = "abstain"
        elif item["stance"] == "NOT_COMPETENT":
            name = "out"
        else:
            name = "against"
            if item["stance"] == "OBJECT" and not item["reasoned"]:
                groups["unreasoned"].append(seat["weight"])
        groups[name].append(seat["weight"])
    return groups


def single(
    rule: dict[str, Any],
    quorum: dict[str, int] | None,
    entitled: list[dict[str, Any]],
    stance_of: dict[str, Any],
) -> str:
    sums = {name: sum(items) for name, items in weights(entitled, stance_of).items()}
    code = rule["code"]
    whole = sum(sums[name] for name in ("for", "against", "abstain", "silent"))
    spoke = whole - sums["silent"]
    if code == "ADVISORY_OPINION":
        return "OPINION_GIVEN"
    if whole == 0:
        return "INCONCLUSIVE"
    if code == "SILENCE_PROCEDURE":
        return "ADOPTED" if sums["against"] == 0 else "ESCALATED"
    if quorum and Fraction(spoke, whole) < Fraction(quorum["numerator"], quorum["denominator"]):
        return "INCONCLUSIVE"
    if spoke == 0 and code in {"CONSENSUS", "CONSENT"}:
        return "INCONCLUSIVE"
    more_than_half = Fraction(sums["for"], whole) > Fraction(1, 2)
    passes = {
        "SIMPLE_MAJORITY": sums["for"] > sums["against"],
        "ABSOLUTE_MAJORITY": more_than_half,
        "UNANIMITY_CAST_WITH_MAJORITY": more_than_half and sums["against"] == 0,
        "CONSENSUS": sums["against"] == 0,
        "CONSENT": sums["against"] - sums["unreasoned"] == 0,
        "QUALIFIED_MAJORITY": qualified(rule, sums, whole),
    }[code]
    return "ADOPTED" if passes else "NOT_ADOPTED"


def qualified(rule: dict[str, Any], sums: dict[str, int], whole: int) -> bool:
    if rule["code"] != "QUALIFIED_MAJORITY":
        return False
    base = whole if rule["base"] == "ENTITLED" else sums["for"] + sums["against"]
    if base == 0 or sums["for"] == 0:
        return False
    return Fraction(sums["for"], base) >= Fraction(rule["numerator"], rule["denominator"])
