"""What a workflow template holds. Pure: made from the plain data that a YAML file carries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policylab.process.rules import Action, ConditionKind, Role, Said

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so; `of` holds the alternatives of an ANY."""

    kind: ConditionKind
    params: tuple[tuple[str, Any], ...] = ()
    of: tuple["Condition", ...] = ()

    def param(self, name: str, default: Any = None) -> Any:
        """The parameter of this name, or the default."""
        return dict(self.params).get(name, default)


@dataclass(frozen=True, slots=True)
class Permit:
    """One action that a phase opens, perhaps only once `needs` hold and before `until` does."""

    action: Action
    needs: tuple[Condition, ...] = ()
    until: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that each dialogue may set for itself, within bounds, when it is created."""

    key: str
    label: Said
    default: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Output:
    """What a phase leaves behind."""

    id: str
    title: Said


@dataclass(frozen=True, slots=True)
class Rhythm:
    """An action that falls due again and again."""

    action: Action
    every: str


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a dialogue: what lets it begin, who may do what, what ends it."""

    id: str
    number: int
    title: Said
    explanation: Said
    enter: tuple[Condition, ...]
    may: Mapping[Role, tuple[Permit, ...]]
    exit: tuple[Condition, ...]
    outputs: tuple[Output, ...]
    min_days: str | None = None
    rhythm: Rhythm | None = None

    def permits(self, roles: Iterable[Role], action: Action) -> list[Permit]:
        """Every permit by which somebody with these roles may do this here."""
        return [p for role in roles for p in self.may.get(role, ()) if p.action is action]

    def roles_for(self, action: Action) -> list[Role]:
        """The roles that may do this here, in the template's order."""
        return [
            role for role, permits in self.may.items() if any(p.action is action for p in permits)
        ]


@dataclass(frozen=True, slots=True)
class Template:
    """How a kind of dialogue proceeds. A running dialogue keeps the copy it began with."""

    id: str
    version: int
    title: Said
    summary: Said
    levels: tuple[str, ...]
    roles: Mapping[Role, Said]
    rule: Data
    settings: Mapping[str, Setting]
    phases: tuple[Phase, ...]
    said: dict[Any, Any] = field(
        default_factory=dict[Any, Any], init=False, compare=False, repr=False
    )
    """What the engine has already put into words about it."""

    def phase(self, phase_id: str) -> Phase:
        """The phase of this id; KeyError for one the template doesn't have."""
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise KeyError(phase_id)

    def after(self, phase: Phase) -> Phase | None:
        """The phase that follows, or None after the last."""
        return self.phases[phase.number] if phase.number < len(self.phases) else None

    def before(self, phase: Phase) -> tuple[Phase, ...]:
        """The phases a moderator may go back to."""
        return self.phases[: phase.number - 1]


def read_template(data: Data) -> Template:
    """The template that plain data describes; the data has passed the JSON schema."""
    always = _may(data.get("always", {}))
    return Template(
        id=data["id"],
        version=data["version"],
        title=Said.of(data["title"]),
        summary=Said.of(data["summary"]),
        levels=tuple(data["levels"]),
        roles={Role(item["role"]): Said.of(item["explanation"]) for item in data["roles"]},
        rule=data["rule"],
        settings={key: _setting(key, item) for key, item in data["settings"].items()},
        phases=tuple(_phase(i, item, always) for i, item in enumerate(data["phases"], start=1)),
    )


def _setting(key: str, data: Data) -> Setting:
    return Setting(key, Said.of(data["label"]), data["default"], data["minimum"], data["maximum"])


def _phase(number: int, data: Data, always: Mapping[Role, tuple[Permit, ...]]) -> Phase:
    own = _may(data.get("may", {}))
    rhythm = data.get("rhythm")
    return Phase(
        id=data["id"],
        number=number,
        title=Said.of(data["title"]),
        explanation=Said.of(data["explanation"]),
        enter=_conditions(data.get("enter", ())),
        may={
            role: always.get(role, ()) + own.get(role, ()) for role in [*own, *_only(always, own)]
        },
        exit=_conditions(data.get("exit", ())),
        outputs=tuple(Output(o["id"], Said.of(o["title"])) for o in data.get("outputs", ())),
        min_days=data.get("minDays"),
        rhythm=Rhythm(Action(rhythm["action"]), rhythm["every"]) if rhythm else None,
    )


def _only(first: Mapping[Role, Any], second: Mapping[Role, Any]) -> list[Role]:
    return [role for role in first if role not in second]


def _may(data: Mapping[str, Iterable[Any]]) -> dict[Role, tuple[Permit, ...]]:
    return {Role(role): tuple(_permit(item) for item in items) for role, items in data.items()}


def _permit(data: str | Data) -> Permit:
    if isinstance(data, str):
        return Permit(Action(data))
    needs, until = _conditions(data.get("needs", ())), _conditions(data.get("until", ()))
    return Permit(Action(data["action"]), needs, until)


def _conditions(items: Iterable[str | Data]) -> tuple[Condition, ...]:
    return tuple(_condition(item) for item in items)


def _condition(data: str | Data) -> Condition:
    if isinstance(data, str):
        return Condition(ConditionKind(data))
    [(name, value)] = data.items()
    kind = ConditionKind(name)
    if kind is ConditionKind.ANY:
        return Condition(kind, of=_conditions(value))
    return Condition(kind, tuple(sorted((key, _frozen(item)) for key, item in value.items())))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
