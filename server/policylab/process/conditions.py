"""Whether a condition is met, said in a sentence, and when time alone will meet it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from policylab.process.rules import ConditionKind, FactKind, Said
from policylab.process.situation import Fact, SeatMandate, Situation, unpaired
from policylab.process.template import Condition

K, F = ConditionKind, FactKind


@dataclass(frozen=True, slots=True)
class ConditionState:
    """How one condition stands. `opens_at` is set where nothing but time is missing."""

    code: ConditionKind
    met: bool
    said: Said
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Happened:
    """A condition that one fact meets; `here` when it must fall in this run of the phase."""

    fact: FactKind
    met: Said
    unmet: Said
    here: bool = False


HAPPENED: dict[ConditionKind, _Happened] = {
    K.QUESTION_SET: _Happened(
        F.QUESTION_SET,
        Said("The policy question is set.", "La question à traiter est posée."),
        Said("The policy question has not been set.", "La question à traiter n’est pas posée."),
    ),
    K.INTENT_STATED: _Happened(
        F.INTENT_STATED,
        Said("The city has stated its intent.", "La ville a déclaré son intention."),
        Said(
            "A statement of intent or the mayor’s request is missing.",
            "Il manque une déclaration d’intention ou la demande du ou de la maire.",
        ),
    ),
    K.NOTICE_SENT: _Happened(
        F.NOTICE_SENT,
        Said("The notice of meeting has been sent.", "La convocation est envoyée."),
        Said(
            "The notice of meeting has not been sent.",
            "La convocation n’a pas encore été envoyée.",
        ),
    ),
    K.ANSWERS_APPROVED: _Happened(
        F.ANSWERS_APPROVED,
        Said(
            "The competent body has approved the answers.",
            "L’organe compétent a approuvé les réponses.",
        ),
        Said(
            "The competent body has not approved the answers yet.",
            "L’organe compétent n’a pas encore approuvé les réponses.",
        ),
    ),
    K.REPORT_RECEIVED: _Happened(
        F.REPORT_RECEIVED,
        Said("The INDEX report has been received.", "Le rapport INDEX est reçu."),
        Said("The INDEX report has not been received.", "Le rapport INDEX n’est pas encore reçu."),
    ),
    K.ASSESSMENT_RECORDED: _Happened(
        F.ASSESSMENT_RECORDED,
        Said("The INDEX result is recorded.", "Le résultat de l’INDEX est enregistré."),
        Said(
            "No INDEX result has been recorded yet.",
            "Aucun résultat de l’INDEX n’est encore enregistré.",
        ),
    ),
    K.COUNCIL_NOTED: _Happened(
        F.COUNCIL_NOTED,
        Said("The council has taken note.", "Le conseil a pris acte."),
        Said("The council has not taken note yet.", "Le conseil n’a pas encore pris acte."),
    ),
    K.FRAMING_SETTLED: _Happened(
        F.FRAMING_SETTLED,
        Said("The framing note is final.", "La note de cadrage est arrêtée."),
        Said("The framing note is not final yet.", "La note de cadrage n’est pas encore arrêtée."),
        here=True,
    ),
    K.MEETING_HELD: _Happened(
        F.MEETING_HELD,
        Said("The lab session has been held.", "La séance a eu lieu."),
        Said("The lab session has not been held.", "La séance n’a pas encore eu lieu."),
        here=True,
    ),
    K.OPTIONS_AGREED: _Happened(
        F.OPTIONS_AGREED,
        Said("The list of options is agreed.", "La liste des options est convenue."),
        Said(
            "The list of options has not been agreed.",
            "La liste des options n’est pas encore convenue.",
        ),
        here=True,
    ),
    K.FEEDBACK_PUBLISHED: _Happened(
        F.FEEDBACK_PUBLISHED,
        Said(
            "The feedback on the consultation is published.",
            "Le retour sur la consultation est publié.",
        ),
        Said(
            "The feedback on the consultation has not been published.",
            "Le retour sur la consultation n’est pas encore publié.",
        ),
        here=True,
    ),
    K.RECORD_SEALED: _Happened(
        F.RECORD_SEALED,
        Said("The decision record is sealed.", "Le relevé de décision est scellé."),
        Said(
            "The decision record has not been sealed.",
            "Le relevé de décision n’est pas encore scellé.",
        ),
        here=True,
    ),
    K.PACKAGE_PUBLISHED: _Happened(
        F.PACKAGE_PUBLISHED,
        Said("The export package is published.", "Le dossier d’export est publié."),
        Said(
            "The export package has not been published.",
            "Le dossier d’export n’est pas encore publié.",
        ),
    ),
    K.ADOPTION_RECORDED: _Happened(
        F.ADOPTION_RECORDED,
        Said("The formal adoption is recorded.", "L’adoption formelle est consignée."),
        Said(
            "The formal adoption has not been recorded.",
            "L’adoption formelle n’est pas encore consignée.",
        ),
    ),
    K.REPORT_FILED: _Happened(
        F.REPORT_FILED,
        Said("A progress report has been filed.", "Un rapport de suivi est déposé."),
        Said(
            "No progress report has been filed yet.",
            "Aucun rapport de suivi n’est encore déposé.",
        ),
        here=True,
    ),
}


def judge(condition: Condition, situation: Situation) -> ConditionState:
    """How this condition stands in this situation."""
    if condition.kind is K.ANY:
        return _any(condition, situation)
    if condition.kind in HAPPENED:
        return _happened(condition, situation)
    return JUDGES[condition.kind](condition, situation)


def _state(
    condition: Condition, met: bool, said: Said, opens: datetime | None = None
) -> ConditionState:
    return ConditionState(condition.kind, met, said, None if met else opens)


def _any(condition: Condition, situation: Situation) -> ConditionState:
    """Met by the first that is met; else it opens when the earliest of them does."""
    states = [judge(each, situation) for each in condition.of]
    for state in states:
        if state.met:
            return ConditionState(state.code, True, state.said)
    moments = [state.opens_at for state in states if state.opens_at]
    said = Said(
        " Or: ".join(state.said.en for state in states),
        " Ou : ".join(state.said.fr for state in states),
    )
    return ConditionState(K.ANY, False, said, min(moments, default=None))


def _happened(condition: Condition, situation: Situation) -> ConditionState:
    shape = HAPPENED[condition.kind]
    here = bool(condition.param("here", shape.here))
    met = situation.last(shape.fact, here=here) is not None
    return _state(condition, met, shape.met if met else shape.unmet)


def _group_formed(condition: Condition, situation: Situation) -> ConditionState:
    wanted = condition.param("min", 1)
    needed = wanted if isinstance(wanted, int) else situation.settings[wanted]
    seated = len(situation.occupied())
    said = Said(
        f"Delegations seated: {seated} of at least {needed}.",
        f"Délégations installées : {seated} sur {needed} au moins.",
    )
    return _state(condition, seated >= needed, said)


def _mandates_valid(condition: Condition, situation: Situation) -> ConditionState:
    good = {SeatMandate.VALID}
    if condition.param("adReferendum", False):
        good.add(SeatMandate.AD_REFERENDUM)
    seats = situation.occupied()
    held = sum(seat.mandate in good for seat in seats)
    needed = condition.param("atLeast") or max(len(seats), 1)
    said = Said(
        f"Delegations with a valid mandate or marked subject to confirmation: {held} of {needed}."
        if SeatMandate.AD_REFERENDUM in good
        else f"Valid mandates: {held} of {needed}.",
        f"Délégations munies d’un mandat valable ou siégeant ad referendum : {held} sur {needed}."
        if SeatMandate.AD_REFERENDUM in good
        else f"Mandats valables : {held} sur {needed}.",
    )
    return _state(condition, held >= needed, said)


def _days_since(
    start: datetime | None, condition: Condition, situation: Situation
) -> datetime | None:
    return start + situation.days(condition.param("days")) if start else None


def _run(
    condition: Condition, situation: Situation, start: datetime | None, said: Callable[[str], Said]
) -> ConditionState:
    """A stretch of time that begins at `start`; not begun, it opens at no known moment."""
    opens = _days_since(start, condition, situation)
    met = opens is not None and situation.now >= opens
    days = situation.days(condition.param("days")).days
    return _state(condition, met, said(str(days)), opens)


def _days_passed(condition: Condition, situation: Situation) -> ConditionState:
    return _run(
        condition,
        situation,
        situation.entered_at,
        lambda days: Said(
            f"Days that this phase lasts at least: {days}.",
            f"Durée minimale de cette phase, en jours : {days}.",
        ),
    )


def _notice_run(condition: Condition, situation: Situation) -> ConditionState:
    notice = situation.last(F.NOTICE_SENT)
    return _run(
        condition,
        situation,
        notice.at if notice else None,
        lambda days: Said(
            f"Days between the notice of meeting and the session, at least: {days}.",
            f"Délai minimal entre la convocation et la séance, en jours : {days}.",
        ),
    )


def _statements_run(condition: Condition, situation: Situation) -> ConditionState:
    closed = _closed(situation)
    return _run(
        condition,
        situation,
        closed.at if closed else None,
        lambda days: Said(
            f"Days for statements after the decision is closed: {days}.",
            f"Délai pour joindre une déclaration après la clôture, en jours : {days}.",
        ),
    )


def _responses_complete(condition: Condition, situation: Situation) -> ConditionState:
    last = situation.last(F.RESPONSES_COMPLETE, F.RESPONSES_INCOMPLETE)
    met = last is not None and last.kind is F.RESPONSES_COMPLETE
    said = (
        Said("Every recommendation has a response.", "Chaque recommandation a reçu une suite.")
        if met
        else Said(
            "Not every recommendation has a response yet.",
            "Toutes les recommandations n’ont pas encore reçu une suite.",
        )
    )
    return _state(condition, met, said)


def _quorum_by_level(condition: Condition, situation: Situation) -> ConditionState:
    held = situation.last(F.MEETING_HELD, here=True)
    present = set(held.detail.get("levels", ())) if held else set[str]()
    return _levels(
        condition,
        situation,
        present,
        Said("Every level had its quorum.", "Chaque niveau a réuni le quorum."),
        Said("Levels without quorum at the session", "Niveaux sans quorum à la séance"),
    )


def _levels(
    condition: Condition, situation: Situation, present: set[str], met: Said, missing: Said
) -> ConditionState:
    absent = [level for level in situation.levels if level not in present]
    if not absent and situation.levels:
        return _state(condition, True, met)
    names = ", ".join(absent) or "–"
    return _state(condition, False, Said(f"{missing.en}: {names}.", f"{missing.fr} : {names}."))


def _draft_frozen(condition: Condition, situation: Situation) -> ConditionState:
    wanted = set(condition.param("languages", situation.languages))
    done = any(
        wanted <= set(fact.detail.get("languages", ()))
        for fact in situation.of(F.DRAFT_FROZEN, here=True)
    )
    languages = ", ".join(sorted(wanted))
    said = (
        Said(f"The text is frozen in: {languages}.", f"Le texte est arrêté en : {languages}.")
        if done
        else Said(
            f"The text has not been frozen in this phase in: {languages}.",
            f"Le texte n’a pas été arrêté durant cette phase en : {languages}.",
        )
    )
    return _state(condition, done, said)


def _levels_ready(condition: Condition, situation: Situation) -> ConditionState:
    ready = {
        str(f.detail.get("delegation_id")) for f in situation.of(F.DELEGATION_READY, here=True)
    }
    seats = [seat for seat in situation.occupied() if seat.voting]
    done = sum(seat.delegation_id in ready for seat in seats)
    said = Said(
        f"Delegations that have declared themselves ready: {done} of {len(seats)}.",
        f"Délégations qui se sont déclarées prêtes : {done} sur {len(seats)}.",
    )
    return _state(condition, bool(seats) and done == len(seats), said)


def _consultation_closed(condition: Condition, situation: Situation) -> ConditionState:
    opened = situation.last(F.CONSULTATION_OPENED, here=True)
    closed = situation.last(F.CONSULTATION_CLOSED, here=True)
    closes = _moment(opened.detail.get("closes_at")) if opened else None
    met = closed is not None or (closes is not None and situation.now >= closes)
    said = (
        Said("The consultation is closed.", "La consultation est close.")
        if met
        else Said("The consultation is not closed yet.", "La consultation n’est pas encore close.")
    )
    return _state(condition, met, said, closes)


def _amendments_settled(condition: Condition, situation: Situation) -> ConditionState:
    facts = situation.of(F.AMENDMENT_TABLED, F.AMENDMENT_SETTLED)
    waiting = len(unpaired(facts, F.AMENDMENT_TABLED, "amendment_id"))
    said = Said(
        f"Amendments still to be settled: {waiting}.", f"Amendements restant à régler : {waiting}."
    )
    return _state(condition, waiting == 0, said)


def _powers_cleared(condition: Condition, situation: Situation) -> ConditionState:
    facts = situation.of(F.MEASURE_OUTSIDE_POWERS, F.MEASURE_CLEARED)
    waiting = len(unpaired(facts, F.MEASURE_OUTSIDE_POWERS, "measure_id"))
    said = Said(
        f"Measures outside the body’s powers, neither assented nor referred: {waiting}.",
        f"Mesures hors des compétences de l’organisme, sans accord ni renvoi : {waiting}.",
    )
    return _state(condition, waiting == 0, said)


def _procedure_open(condition: Condition, situation: Situation) -> ConditionState:
    facts = situation.of(F.PROCEDURE_OPENED, F.PROCEDURE_CLOSED)
    met = bool(unpaired(facts, F.PROCEDURE_OPENED, "procedure_id"))
    said = (
        Said("A decision is open.", "Une décision est ouverte.")
        if met
        else Said("No decision is open.", "Aucune décision n’est ouverte.")
    )
    return _state(condition, met, said)


def _positions_in(condition: Condition, situation: Situation) -> ConditionState:
    released = situation.of(F.POSITION_RELEASED, here=True)
    present = {str(fact.detail.get("level")) for fact in released}
    return _levels(
        condition,
        situation,
        present,
        Said(
            "Positions are in from every level.",
            "Des positions sont parvenues de chaque niveau.",
        ),
        Said("Levels without a position", "Niveaux sans position"),
    )


def _deadline_passed(condition: Condition, situation: Situation) -> ConditionState:
    opened = situation.last(F.PROCEDURE_OPENED, F.PROCEDURE_REFERRED)
    closes = _moment(opened.detail.get("closes_at")) if opened else None
    met = closes is not None and situation.now >= closes
    said = (
        Said("The deadline for positions has passed.", "Le délai pour les positions est écoulé.")
        if met
        else Said("The deadline for positions is running.", "Le délai pour les positions court.")
        if closes
        else Said("No decision has been opened.", "Aucune décision n’a été ouverte.")
    )
    return _state(condition, met, said, closes)


def _procedure_closed(condition: Condition, situation: Situation) -> ConditionState:
    wanted = condition.param("outcome", ())
    outcomes = {wanted} if isinstance(wanted, str) else set(wanted)
    closed = _closed(situation)
    met = closed is not None and (not outcomes or str(closed.detail.get("outcome")) in outcomes)
    said = (
        Said("The decision is closed.", "La décision est close.")
        if met
        else Said("The decision has not been closed.", "La décision n’est pas encore close.")
    )
    return _state(condition, met, said)


def _closed(situation: Situation) -> Fact | None:
    """The latest procedure's closing, unless another has been opened since."""
    last = situation.last(F.PROCEDURE_OPENED, F.PROCEDURE_CLOSED)
    return last if last and last.kind is F.PROCEDURE_CLOSED else None


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


JUDGES: dict[ConditionKind, Callable[[Condition, Situation], ConditionState]] = {
    K.GROUP_FORMED: _group_formed,
    K.MANDATES_VALID: _mandates_valid,
    K.NOTICE_RUN: _notice_run,
    K.RESPONSES_COMPLETE: _responses_complete,
    K.QUORUM_BY_LEVEL: _quorum_by_level,
    K.DRAFT_FROZEN: _draft_frozen,
    K.LEVELS_READY: _levels_ready,
    K.CONSULTATION_CLOSED: _consultation_closed,
    K.AMENDMENTS_SETTLED: _amendments_settled,
    K.POWERS_CLEARED: _powers_cleared,
    K.PROCEDURE_OPEN: _procedure_open,
    K.POSITIONS_IN: _positions_in,
    K.DEADLINE_PASSED: _deadline_passed,
    K.PROCEDURE_CLOSED: _procedure_closed,
    K.STATEMENTS_RUN: _statements_run,
    K.DAYS_PASSED: _days_passed,
}
