"""What is allowed now, what is not and why, what opens next and when. Pure: one function of the
template, the situation and somebody's roles; every verb asks it and every screen shows it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from policylab.kit.errors import RefusalCode, Refused
from policylab.process.conditions import ConditionState, judge
from policylab.process.rules import Action, ConditionKind, FactKind, Role, Said
from policylab.process.situation import Situation
from policylab.process.template import Condition, Permit, Phase, Template
from policylab.process.words import ACTIONS, ROLES


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why somebody may not do something now, and what would open the way."""

    action: Action
    code: RefusalCode
    said: Said
    opens: Said | None = None
    opens_at: datetime | None = None

    def refusal(self, locale: str) -> Refused:
        """The same as what a verb refuses with, in the person's language."""
        words = [self.said, self.opens] if self.opens else [self.said]
        return Refused(self.code, " ".join(said.within(locale) for said in words))


@dataclass(frozen=True, slots=True)
class Due:
    """An action that falls due again and again, and when next."""

    action: Action
    at: datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that follows for somebody from where the dialogue stands."""

    phase: Phase
    allowed: frozenset[Action]
    refused: tuple[WhyNot, ...]
    exits: tuple[ConditionState, ...]
    next_phase: Phase | None
    next_opens_at: datetime | None
    """When time alone will open the next phase; None when it is open or waits for people."""
    due: Due | None = None

    @property
    def may_advance(self) -> bool:
        """Whether the dialogue could go on to the next phase now."""
        return self.next_phase is not None and all(state.met for state in self.exits)

    def why_not(self, action: Action) -> WhyNot | None:
        """Why this is not allowed now; None when it is."""
        return next((why for why in self.refused if why.action is action), None)

    def require(self, action: Action, *, locale: str = "en") -> None:
        """Refuse, in the person's language, what is not allowed now."""
        why = self.why_not(action)
        if why is not None:
            raise why.refusal(locale)


def outlook(template: Template, situation: Situation, roles: Collection[Role]) -> Outlook:
    """What follows for somebody with these roles in this situation."""
    phase = template.phase(situation.phase_id)
    refused = tuple(
        why for action in Action if (why := _why_not(template, phase, situation, roles, action))
    )
    exits = exit_states(template, situation)
    return Outlook(
        phase=phase,
        allowed=frozenset(Action) - {why.action for why in refused},
        refused=refused,
        exits=exits,
        next_phase=template.after(phase),
        next_opens_at=_opens_by_time(exits),
        due=_due(phase, situation),
    )


def settled(
    template: Template, phase_id: str, roles: Collection[Role], actions: Iterable[Action]
) -> dict[Action, WhyNot | None] | None:
    """What stands in the way of these actions, where phase and roles alone decide over them.

    None where conditions have a say: then it takes the whole situation.
    """
    phase = template.phase(phase_id)
    found: dict[Action, WhyNot | None] = {}
    for action in actions:
        permits = phase.permits(roles, action)
        if action is Action.READ or any(not (p.needs or p.until) for p in permits):
            found[action] = None
        elif permits:
            return None
        else:
            found[action] = _not_here(template, phase, roles, action)
    return found


def exit_states(template: Template, situation: Situation) -> tuple[ConditionState, ...]:
    """How each condition stands that the way to the next phase asks for, each named once.

    These are the phase's exit conditions, the next one's entry conditions, and for the first phase
    its own entry conditions, which nothing before it could ask for.
    """
    phase = template.phase(situation.phase_id)
    following = template.after(phase)
    wanted: list[Condition] = [*phase.enter] if phase.number == 1 else []
    wanted += phase.exit
    if phase.min_days:
        wanted.append(Condition(ConditionKind.DAYS_PASSED, (("days", phase.min_days),)))
    if following:
        wanted += following.enter
    return tuple(judge(condition, situation) for condition in dict.fromkeys(wanted))


def check_move(
    template: Template,
    situation: Situation,
    roles: Collection[Role],
    to: str,
    *,
    reason: str = "",
    locale: str = "en",
) -> Phase:
    """The phase that is moved to, or a refusal.

    Forward one phase once all exit conditions are met; back any number with a reason; both by
    somebody who runs the process (invariant 16: going back needs a moderator).
    """
    view = outlook(template, situation, roles)
    view.require(Action.MODERATE, locale=locale)
    target = _target(template, to)
    if target.number < view.phase.number:
        _check_back(roles, reason, locale)
        return target
    if target != view.next_phase:
        said = Said(
            "A dialogue goes forward one phase at a time.",
            "Un dialogue avance d’une phase à la fois.",
        )
        raise Refused(RefusalCode.INVALID_INPUT, said.within(locale), field="to")
    open_states = [state for state in view.exits if not state.met]
    if open_states:
        sentences = " ".join(state.said.within(locale) for state in open_states)
        raise Refused(RefusalCode.CONDITIONS_NOT_MET, sentences)
    return target


def _target(template: Template, to: str) -> Phase:
    try:
        return template.phase(to)
    except KeyError as error:
        raise Refused(RefusalCode.NOT_FOUND, "There is no such phase.", field="to") from error


def _check_back(roles: Collection[Role], reason: str, locale: str) -> None:
    if Role.MODERATOR not in roles:
        said = Said(
            "Only a moderator takes a dialogue back to an earlier phase.",
            "Seul·e un·e modérateur·rice ramène un dialogue à une phase antérieure.",
        )
        raise Refused(RefusalCode.NOT_YOUR_ROLE, said.within(locale))
    if not reason.strip():
        said = Said(
            "Say why the dialogue goes back; the reason is kept.",
            "Indiquez pourquoi le dialogue revient en arrière ; le motif est conservé.",
        )
        raise Refused(RefusalCode.STATEMENT_REQUIRED, said.within(locale), field="reason")


def _why_not(
    template: Template,
    phase: Phase,
    situation: Situation,
    roles: Collection[Role],
    action: Action,
) -> WhyNot | None:
    if action is Action.READ:
        return None
    permits = phase.permits(roles, action)
    if not permits:
        return _not_here(template, phase, roles, action)
    verdicts = [_judge_permit(permit, situation) for permit in permits]
    if None in verdicts:
        return None
    return verdicts[0]


def _judge_permit(permit: Permit, situation: Situation) -> WhyNot | None:
    """What stands in the way of this permit, if anything."""
    unmet = [state for need in permit.needs if not (state := judge(need, situation)).met]
    if unmet:
        said = _joined(state.said for state in unmet)
        opens_at = _opens_by_time(unmet)
        return WhyNot(permit.action, RefusalCode.CONDITIONS_NOT_MET, said, None, opens_at)
    over = [state for end in permit.until if (state := judge(end, situation)).met]
    if over:
        return WhyNot(permit.action, RefusalCode.CLOSED, _joined(state.said for state in over))
    return None


def _not_here(template: Template, phase: Phase, roles: Collection[Role], action: Action) -> WhyNot:
    """Nobody does this in this phase, or others do. It follows from the template alone, which
    therefore keeps what was said."""
    place = (phase.number, frozenset(roles), action)
    if place not in template.said:
        template.said[place] = _said_of_others(template, phase, roles, action)
    return template.said[place]


def _said_of_others(
    template: Template, phase: Phase, roles: Collection[Role], action: Action
) -> WhyNot:
    name, others = ACTIONS[action], phase.roles_for(action)
    if others:
        code = RefusalCode.NOT_YOUR_ROLE
        said = Said(
            f"“{name.en}” is in this phase for: {_titles(others, 'en')}.",
            f"Dans cette phase, « {name.fr} » revient à : {_titles(others, 'fr')}.",
        )
    else:
        code = RefusalCode.NOT_IN_THIS_PHASE
        said = Said(
            f"“{name.en}” is not open in the phase “{phase.title.en}”.",
            f"« {name.fr} » n’est pas ouvert dans la phase « {phase.title.fr} ».",
        )
    return WhyNot(action, code, said, _way(template, phase, roles, action))


def _way(template: Template, phase: Phase, roles: Collection[Role], action: Action) -> Said | None:
    """When this opens to somebody with these roles: later, or by going back."""
    for later in template.phases[phase.number :]:
        if later.permits(roles, action):
            return Said(
                f"It opens to you in phase {later.number}, “{later.title.en}”.",
                f"Cela s’ouvrira pour vous à la phase {later.number}, « {later.title.fr} ».",
            )
    for earlier in reversed(template.before(phase)):
        if earlier.permits(roles, action):
            return Said(
                f"It was open to you in phase {earlier.number}, “{earlier.title.en}”; "
                "a moderator may go back there, with a reason.",
                f"C’était ouvert pour vous à la phase {earlier.number}, « {earlier.title.fr} » ; "
                "un·e modérateur·rice peut y revenir, en le motivant.",
            )
    return None


def _titles(roles: Iterable[Role], locale: str) -> str:
    return ", ".join(ROLES[role].within(locale) for role in roles)


def _joined(sentences: Iterable[Said]) -> Said:
    parts = list(sentences)
    return Said(" ".join(part.en for part in parts), " ".join(part.fr for part in parts))


def _opens_by_time(states: Iterable[ConditionState]) -> datetime | None:
    """When these will all be met if nothing but time passes."""
    moments = [state.opens_at for state in states if not state.met]
    known = [moment for moment in moments if moment]
    return max(known) if known and len(known) == len(moments) else None


def _due(phase: Phase, situation: Situation) -> Due | None:
    """When the phase's regular action falls due next."""
    if phase.rhythm is None:
        return None
    last = situation.last(FactKind.REPORT_FILED, here=True)
    start = last.at if last else situation.entered_at
    return Due(phase.rhythm.action, start + situation.days(phase.rhythm.every))
