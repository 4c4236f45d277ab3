"""One sentence that explains a rule or a verdict, in English and French. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from policylab.process.rules import Said

LevelNames = Mapping[str, Mapping[str, str]]
"""What a lab calls its levels: by code, then by language."""

_RULES: dict[RuleCode, Said] = {
    RuleCode.SIMPLE_MAJORITY: Said(
        "more delegations for than against", "plus de délégations pour que contre"
    ),
    RuleCode.ABSOLUTE_MAJORITY: Said(
        "more than half of the entitled in favour",
        "plus de la moitié des délégations habilitées en faveur",
    ),
    RuleCode.UNANIMITY_CAST_WITH_MAJORITY: Said(
        "nobody against and more than half of the entitled in favour",
        "personne contre et plus de la moitié des délégations habilitées en faveur",
    ),
    RuleCode.CONSENSUS: Said("consensus: nobody against", "consensus : personne contre"),
    RuleCode.CONSENT: Said(
        "consent: no objection with reasons", "consentement : aucune objection motivée"
    ),
    RuleCode.ADVISORY_OPINION: Said(
        "opinions are recorded; nothing passes or fails",
        "les avis sont consignés ; rien n’est adopté ni rejeté",
    ),
}


def explain_rule(rule: Rule, names: LevelNames | None = None) -> Said:
    """What the rule asks for, in one sentence."""
    said = _rule(rule, names or {})
    if rule.quorum is not None:
        part = f"{rule.quorum[0]}/{rule.quorum[1]}"
        said = Said(
            f"{said.en}; quorum {part} of the entitled",
            f"{said.fr} ; quorum de {part} des délégations habilitées",
        )
    return Said(_capital(said.en) + ".", _capital(said.fr) + ".")


def _rule(rule: Rule, names: LevelNames) -> Said:
    match rule.code:
        case RuleCode.QUALIFIED_MAJORITY:
            return _qualified(rule)
        case RuleCode.SILENCE_PROCEDURE:
            return Said(
                f"silence procedure: no objection within {rule.days} days",
                f"procédure de silence : aucune objection dans un délai de {rule.days} jours",
            )
        case RuleCode.PER_LEVEL_ASSENT:
            assert rule.inner is not None
            inner = _rule(rule.inner, names)
            levels = _levels(rule.levels, names)
            return Said(
                f"each of these levels assents: {levels.en} ({inner.en})",
                f"chacun de ces niveaux donne son accord : {levels.fr} ({inner.fr})",
            )
        case _:
            return _RULES[rule.code]


def _qualified(rule: Rule) -> Said:
    part = f"{rule.numerator}/{rule.denominator}"
    if rule.base is Base.CAST:
        return Said(
            f"at least {part} of those cast in favour",
            f"au moins {part} des positions exprimées en faveur",
        )
    return Said(
        f"at least {part} of the entitled in favour",
        f"au moins {part} des délégations habilitées en faveur",
    )


def explain(verdict: Verdict, names: LevelNames | None = None) -> Said:
    """Why the verdict is what it is, in one sentence."""
    names = names or {}
    match verdict.outcome:
        case Outcome.ADOPTED:
            why = _why_adopted(verdict, names)
            return Said(f"Adopted: {why.en}.", f"Adopté : {why.fr}.")
        case Outcome.NOT_ADOPTED:
            why = _lacks(verdict.missing, names)
            return Said(f"Not adopted: {why.en}.", f"Non adopté : {why.fr}.")
        case Outcome.INCONCLUSIVE:
            why = _lacks(verdict.missing, names)
            return Said(f"Inconclusive: {why.en}.", f"Non concluant : {why.fr}.")
        case Outcome.ESCALATED:
            why = _lacks(verdict.missing, names)
            return Said(
                f"Silence was broken ({why.en}); the item goes to a meeting.",
                f"Le silence a été rompu ({why.fr}) ; le point est renvoyé à une séance.",
            )
        case Outcome.OPINION_GIVEN:
            return _opinions(verdict.tallies[0])
        case Outcome.WITHDRAWN:
            return Said(
                "Withdrawn before it was closed; nothing was counted.",
                "Retiré avant la clôture ; rien n’a été compté.",
            )


def explain_missing(item: Missing, names: LevelNames | None = None) -> Said:
    """One thing that stands in the way, as a sentence of its own."""
    said = _lack(item, names or {})
    return Said(_capital(said.en) + ".", _capital(said.fr) + ".")


def _why_adopted(verdict: Verdict, names: LevelNames) -> Said:
    rule, overall = verdict.rule, verdict.tallies[0]
    if rule.code is RuleCode.PER_LEVEL_ASSENT:
        assert rule.inner is not None
        levels, inner = _levels(rule.levels, names), _rule(rule.inner, names)
        return Said(
            f"every level assents: {levels.en} ({inner.en})",
            f"chaque niveau donne son accord : {levels.fr} ({inner.fr})",
        )
    if rule.code is RuleCode.SILENCE_PROCEDURE:
        return Said(
            "nobody objected by the deadline; silence had been declared as assent",
            "personne ne s’est opposé avant l’échéance ; le silence valait accord",
        )
    numbers = _numbers(overall)
    asked = _rule(rule, names)
    return Said(f"{numbers.en} ({asked.en})", f"{numbers.fr} ({asked.fr})")


def _numbers(tally: Tally) -> Said:
    return Said(
        f"{tally.in_favour} for, {tally.against} against, {tally.abstain} abstaining, "
        f"of {tally.entitled} entitled",
        f"{tally.in_favour} pour, {tally.against} contre, {tally.abstain} abstention(s), "
        f"sur {tally.entitled} habilitée(s)",
    )


def _opinions(tally: Tally) -> Said:
    return Said(
        f"Opinions given: {tally.in_favour} favourable, {tally.against} not favourable or on "
        f"conditions, {tally.abstain} abstaining.",
        f"Avis rendus : {tally.in_favour} favorable(s), {tally.against} non favorable(s) ou sous "
        f"conditions, {tally.abstain} abstention(s).",
    )


def _lacks(items: Sequence[Missing], names: LevelNames) -> Said:
    parts = [_lack(item, names) for item in items]
    return Said("; ".join(part.en for part in parts), " ; ".join(part.fr for part in parts))


def _lack(item: Missing, names: LevelNames) -> Said:
    one, several = _LACKS[item.lack]
    pattern = several if item.number > 1 else one
    said = Said(pattern.en.format(item.number), pattern.fr.format(item.number))
    if item.level is None:
        return said
    name = _levels([item.level], names)
    return Said(f"{name.en}: {said.en}", f"{name.fr} : {said.fr}")


_LACKS: dict[Lack, tuple[Said, Said]] = {
    Lack.NOBODY_ENTITLED: (
        Said("no delegation is entitled to decide", "aucune délégation n’est habilitée à décider"),
        Said("no delegation is entitled to decide", "aucune délégation n’est habilitée à décider"),
    ),
    Lack.NOBODY_SPOKE: (
        Said(
            "nobody has taken a position, and silence is not assent",
            "personne n’a pris position, et le silence ne vaut pas accord",
        ),
        Said(
            "nobody has taken a position, and silence is not assent",
            "personne n’a pris position, et le silence ne vaut pas accord",
        ),
    ),
    Lack.QUORUM: (
        Said(
            "no quorum: {} more must speak",
            "quorum non atteint : il manque {} prise de position",
        ),
        Said(
            "no quorum: {} more must speak",
            "quorum non atteint : il manque {} prises de position",
        ),
    ),
    Lack.SUPPORT: (
        Said("{} more in favour needed", "il manque {} voix en faveur"),
        Said("{} more in favour needed", "il manque {} voix en faveur"),
    ),
    Lack.OBJECTIONS: (
        Said("{} objection stands", "{} objection subsiste"),
        Said("{} objections stand", "{} objections subsistent"),
    ),
}
"""Each lack for one, and for several; a number that is missing is at least one."""


def _levels(codes: Sequence[str], names: LevelNames) -> Said:
    def named(language: str) -> str:
        return ", ".join(_name(code, names, language) for code in codes)

    return Said(named("en"), named("fr"))


def _name(code: str, names: LevelNames, language: str) -> str:
    known = names.get(code, {})
    return known.get(language) or known.get("en") or code


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
