"""Workflows as clients see them: templates, phases, what each role may do, how one decides."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any

from policylab import process
from policylab.api.context import Context
from policylab.api.declare import described_enum, plain, query, root, value
from policylab.decisions import Rule, RuleCode, explain_rule, rule_from_json
from policylab.decisions.words import LevelNames
from policylab.process import Action, Outlook, Phase, Role, Template

for kind in (Action, Role, RuleCode):
    described_enum(kind)

USUAL_NAMES: LevelNames = {
    "LOCAL": {"en": "local", "fr": "local"},
    "REGIONAL": {"en": "regional", "fr": "régional"},
    "NATIONAL": {"en": "national", "fr": "national"},
}
"""For templates, which belong to no lab; a lab gives its levels names of its own."""


class PhaseProgress(Enum):
    """Where a phase stands in the course of a dialogue."""

    DONE = "DONE"
    """It comes before the phase that the dialogue is in."""
    CURRENT = "CURRENT"
    """The dialogue is in it now."""
    AHEAD = "AHEAD"
    """It comes after the phase that the dialogue is in."""


described_enum(PhaseProgress)


@value
class RuleSpec:
    """How positions become an outcome, with the parameters of the rule."""

    code: RuleCode = plain("Which rule.")
    inner: RuleCode | None = plain("The rule that each level is judged by.", default=None)
    levels: list[str] | None = plain("The codes of the levels that must assent.", default=None)
    numerator: int | None = plain("The share that is needed: so many …", default=None)
    denominator: int | None = plain("… of so many.", default=None)
    base: str | None = plain("What it is a share of: ENTITLED or CAST.", default=None)
    days: int | None = plain("How long silence must last.", default=None)
    quorum_numerator: int | None = plain("The share that must speak: so many …", default=None)
    quorum_denominator: int | None = plain("… of so many entitled.", default=None)
    sentence: str = plain("The rule in one sentence.")


def rule_spec(rule: Rule, *, locale: str, names: LevelNames | None = None) -> RuleSpec:
    """A rule as clients see it; `names` is what the lab calls its levels."""
    quorum = rule.quorum or (None, None)
    return RuleSpec(
        code=rule.code,
        inner=rule.inner.code if rule.inner else None,
        levels=list(rule.levels) or None,
        numerator=rule.numerator,
        denominator=rule.denominator,
        base=rule.base.value if rule.base else None,
        days=rule.days,
        quorum_numerator=quorum[0],
        quorum_denominator=quorum[1],
        sentence=explain_rule(rule, names or USUAL_NAMES).within(locale),
    )


@value
class PhaseRight:
    """What one role may do in a phase."""

    role: Role = plain("Which role.")
    actions: list[Action] = plain("What it may do, some of it only once conditions are met.")


@value
class WorkflowPhase:
    """One stretch of a workflow."""

    id: str = plain("Its name in the template; `movePhase` takes it.")
    number: int = plain("Its place, from 1.")
    title: str = plain("What it is called.")
    explanation: str = plain("What happens in it.")
    may: list[PhaseRight] = plain("Who may do what in it; everybody reads.")
    outputs: list[str] = plain("What it leaves behind.")


@value
class DaySetting:
    """A number that each dialogue may set for itself when it is created."""

    key: str = plain("Its name in the template; `createDialogue` takes it.")
    label: str = plain("What it counts.")
    default: int = plain("What holds when nothing else is chosen.")
    minimum: int = plain("The least a dialogue may choose.")
    maximum: int = plain("The most a dialogue may choose.")
    value: int = plain("What this dialogue chose; in a template, the default.")


@value
class WorkflowTemplate:
    """How a kind of dialogue proceeds. A running dialogue keeps the copy it began with."""

    id: str = plain("Its name; `createDialogue` takes it.")
    version: int = plain("Which version of it.")
    title: str = plain("What it is called.")
    summary: str = plain("What it is for.")
    levels: list[str] = plain("The codes of the levels of government it is made for.")
    rule: RuleSpec = plain("How its decisions are taken unless a procedure says otherwise.")
    phases: list[WorkflowPhase] = plain("Its phases, in order.")
    day_settings: list[DaySetting] = plain("What a dialogue may set for itself.")


@value
class ConditionState:
    """One thing that the way to the next phase asks for, and whether it is so."""

    code: str = plain("What it is, as templates write it.")
    met: bool = plain("Whether it is so now.")
    sentence: str = plain("How it stands, in one sentence.")
    opens_at: datetime | None = plain("When time alone will meet it, if nothing else is missing.")


@value
class PhaseState:
    """Where a dialogue stands with one phase of its workflow."""

    phase: WorkflowPhase = plain("Which phase.")
    state: PhaseProgress = plain("Done, current or ahead.")
    entered_at: datetime | None = plain("When it was last entered.")
    left_at: datetime | None = plain("When it was last left; null while it runs.")
    exits: list[ConditionState] = plain(
        "What the way to the next phase asks for; empty where the dialogue is not."
    )


@value
class ActionPermission:
    """Whether the viewer may do something in a dialogue now; if not, why, and what opens it."""

    action: Action = plain("What it is about.")
    allowed: bool = plain("Whether she may do it now.")
    why_not: str | None = plain("Why not, in her language.", default=None)
    opens: str | None = plain("What would open it to her, where something will.", default=None)


def phase_shown(phase: Phase, locale: str) -> WorkflowPhase:
    """A phase in the language of who reads."""
    return WorkflowPhase(
        id=phase.id,
        number=phase.number,
        title=phase.title.within(locale),
        explanation=phase.explanation.within(locale),
        may=[
            PhaseRight(role=role, actions=list(dict.fromkeys(each.action for each in permits)))
            for role, permits in phase.may.items()
        ],
        outputs=[output.title.within(locale) for output in phase.outputs],
    )


def template_shown(
    template: Template,
    locale: str,
    *,
    settings: Mapping[str, int] | None = None,
    levels: Iterable[str] | None = None,
    names: LevelNames | None = None,
) -> WorkflowTemplate:
    """A template in the language of who reads; of a dialogue, with what it set for itself."""
    chosen = settings or {}
    rule = rule_from_json(template.rule)
    if rule.code is RuleCode.PER_LEVEL_ASSENT and not rule.levels:
        rule = replace(rule, levels=tuple(levels or template.levels))
    return WorkflowTemplate(
        id=template.id,
        version=template.version,
        title=template.title.within(locale),
        summary=template.summary.within(locale),
        levels=list(template.levels),
        rule=rule_spec(rule, locale=locale, names=names),
        phases=[phase_shown(phase, locale) for phase in template.phases],
        day_settings=[
            DaySetting(
                key=each.key,
                label=each.label.within(locale),
                default=each.default,
                minimum=each.minimum,
                maximum=each.maximum,
                value=chosen.get(each.key, each.default),
            )
            for each in template.settings.values()
        ],
    )


def exits_shown(states: Iterable[process.ConditionState], locale: str) -> list[ConditionState]:
    """Conditions in the language of who reads."""
    return [
        ConditionState(
            code=state.code.value,
            met=state.met,
            sentence=state.said.within(locale),
            opens_at=state.opens_at,
        )
        for state in states
    ]


def permissions_shown(outlook: Outlook, locale: str) -> list[ActionPermission]:
    """Every action there is: allowed, or why not and what would open it."""
    whys = {why.action: why for why in outlook.refused}
    return [_permission(action, whys.get(action), locale) for action in Action]


def _permission(action: Action, why: process.WhyNot | None, locale: str) -> ActionPermission:
    if why is None:
        return ActionPermission(action=action, allowed=True)
    return ActionPermission(
        action=action,
        allowed=False,
        why_not=why.said.within(locale),
        opens=why.opens.within(locale) if why.opens else None,
    )


async def find_templates(context: Context) -> list[Any]:
    """The templates that new dialogues may run on."""
    templates = map(process.template_of, (await process.shipped()).values())
    return [template_shown(each, context.locale) for each in templates]


@query
class ProcessQuery:
    workflow_templates: list[WorkflowTemplate] = root(
        "The workflows that a new dialogue may run on.", find_templates, access="everybody"
    )
