"""What a JSON schema can't see in a template: names that lead nowhere, bounds, dead ends. Pure."""

from collections import Counter
from collections.abc import Iterator

from policylab.process.rules import Action, Role
from policylab.process.template import Condition, Phase, Template


def findings(template: Template) -> list[str]:
    """What is wrong with a template, one sentence each."""
    return [
        *_doubles(template),
        *_settings(template),
        *_roles(template),
        *(f"{phase.id}: {text}" for phase in template.phases for text in _phase(template, phase)),
    ]


def _doubles(template: Template) -> Iterator[str]:
    counts = Counter(phase.id for phase in template.phases)
    yield from (f"phase {name} is there twice" for name, count in counts.items() if count > 1)


def _settings(template: Template) -> Iterator[str]:
    for setting in template.settings.values():
        if not setting.minimum <= setting.default <= setting.maximum:
            yield f"setting {setting.key}: the default lies outside its bounds"


def _roles(template: Template) -> Iterator[str]:
    used = {role for phase in template.phases for role in phase.may}
    for role in sorted(used - set(template.roles)):
        yield f"role {role} is used and not explained"
    if not any(phase.permits([Role.MODERATOR], Action.MODERATE) for phase in template.phases):
        yield "no moderator can run the process"


def _phase(template: Template, phase: Phase) -> Iterator[str]:
    for condition in conditions_of(phase):
        for name in _named_settings(condition):
            if name not in template.settings:
                yield f"{condition.kind} names the setting {name}, which is not there"
    for name in filter(None, (phase.min_days, phase.rhythm.every if phase.rhythm else None)):
        if name not in template.settings:
            yield f"names the setting {name}, which is not there"
    if not phase.permits([Role.MODERATOR], Action.MODERATE):
        yield "no moderator can lead out of it"


def conditions_of(phase: Phase) -> Iterator[Condition]:
    """Every condition that a phase names, those inside others included."""
    permits = [permit for permits in phase.may.values() for permit in permits]
    conditions = [*phase.enter, *phase.exit]
    conditions += [each for permit in permits for each in (*permit.needs, *permit.until)]
    while conditions:
        condition = conditions.pop()
        conditions += condition.of
        yield condition


def _named_settings(condition: Condition) -> list[str]:
    return [
        value
        for key, value in condition.params
        if key in {"days", "min"} and isinstance(value, str)
    ]
