"""What notices say, in English and French. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from policylab.notices.rules import NoticeKind
from policylab.process.rules import Said

K = NoticeKind

ACTIONS: Mapping[NoticeKind, Said] = {
    K.POSITION_DUE: Said("Take a position", "Prendre position"),
    K.POSITION_TO_CLEAR: Said("Look at the position", "Examiner la position"),
    K.POSITION_TO_RELEASE: Said("Release the position", "Communiquer la position"),
    K.POSITION_TO_CONFIRM: Said("Confirm the position", "Confirmer la position"),
    K.TEXT_CHANGED: Said("Look at the positions", "Voir les positions"),
    K.MANDATE_MISSING: Said("File a mandate", "Déposer un mandat"),
    K.AMENDMENT_TO_SETTLE: Said("Look at the amendment", "Examiner l’amendement"),
    K.AMENDMENT_TO_ANSWER: Said("Answer", "Répondre"),
    K.MINUTES_TO_APPROVE: Said("Read the minutes", "Lire le procès-verbal"),
    K.PHASE_READY: Said("Open the dialogue", "Ouvrir le dialogue"),
    K.REPORT_DUE: Said("Open the dialogue", "Ouvrir le dialogue"),
    K.PHASE_MOVED: Said("Open the dialogue", "Ouvrir le dialogue"),
    K.NOTICE_OF_MEETING: Said("Look at the sessions", "Voir les séances"),
    K.ROLE_GIVEN: Said("Open the dialogue", "Ouvrir le dialogue"),
    K.RECORD_SEALED: Said("Read the record", "Lire le relevé"),
    K.RECOMMENDATION_REFERRED: Said("Look at the coverage", "Voir la couverture"),
}
"""What the button of each notice says."""


def within(question: Said, said: Said) -> Said:
    """A sentence with the dialogue it belongs to."""
    return Said(f"“{question.en}”: {said.en}", f"« {question.fr} » : {said.fr}")


POSITION_DUE = Said(
    "your delegation has not taken a position on “{}”.",
    "votre délégation n’a pas encore pris position sur « {} ».",
)
TO_CLEAR = Said(
    "a position that your delegation drafted waits for your clearance.",
    "une position préparée par votre délégation attend votre validation.",
)
TO_RELEASE = Said(
    "a position that you cleared has not been released.",
    "une position que vous avez validée n’a pas encore été communiquée.",
)
TO_CONFIRM = Said(
    "your delegation’s position on “{}” is subject to confirmation and does not count yet.",
    "la position de votre délégation sur « {} » est prise ad referendum et ne compte pas encore.",
)
TEXT_CHANGED = Said(
    "the text has changed since your delegation took its position on “{}”.",
    "le texte a changé depuis que votre délégation a pris position sur « {} ».",
)
MANDATE_MISSING = Said(
    "your delegation has no valid mandate.",
    "votre délégation n’est munie d’aucun mandat valable.",
)
TO_SETTLE = Said(
    "an amendment of {} waits for an answer.", "un amendement de {} attend une réponse."
)
TO_ANSWER: Mapping[str, Said] = {
    "MERGED": Said(
        "your delegation’s amendment was merged into the text; accept the result, or maintain it.",
        "l’amendement de votre délégation est intégré au texte ; acceptez le résultat ou "
        "maintenez-le.",
    ),
    "REJECTED": Said(
        "your delegation’s amendment was not taken up; accept that, or maintain it.",
        "l’amendement de votre délégation n’est pas retenu ; acceptez-le ou maintenez-le.",
    ),
}
TO_APPROVE = Said(
    "the minutes of “{}” have been written and wait for approval.",
    "le procès-verbal de « {} » est rédigé et attend d’être approuvé.",
)
REPORT_DUE = Said("a progress report falls due.", "un rapport de suivi arrive à échéance.")
RECORD_SEALED = Said("decision record {} was sealed.", "le relevé de décision {} est scellé.")
REFERRED = Said(
    "a recommendation was referred to your level of government.",
    "une recommandation est renvoyée à votre niveau de gouvernement.",
)
SEATED = Said("you have a seat for {}.", "vous siégez au nom de {}.")
ROLE_GIVEN = Said("you were given a role: {}.", "un rôle vous est attribué : {}.")
READY = Said(
    "nothing stands in the way of phase {}, “{}”; lead the dialogue on.",
    "plus rien ne s’oppose à la phase {}, « {} » ; faites avancer le dialogue.",
)


def filled(pattern: Said, *values: Said | str | int) -> Said:
    """A sentence with its blanks filled in, in each language."""
    english = [value.en if isinstance(value, Said) else str(value) for value in values]
    french = [value.fr if isinstance(value, Said) else str(value) for value in values]
    return Said(pattern.en.format(*english), pattern.fr.format(*french))


def entered(number: int, title: Said, actions: Sequence[Said]) -> Said:
    """That the dialogue is in a phase in which somebody may act."""
    english = ", ".join(_lower(action.en) for action in actions)
    french = ", ".join(_lower(action.fr) for action in actions)
    return Said(
        f"phase {number}, “{title.en}”, has begun; you may now: {english}.",
        f"la phase {number}, « {title.fr} », a commencé ; vous pouvez maintenant : {french}.",
    )


def convened(day: date, place: str) -> Said:
    """That a notice of meeting was sent."""
    where = f", {place}" if place else ""
    return Said(
        f"you are convened to the session of {day.isoformat()}{where}.",
        f"vous êtes convoqué·e à la séance du {day.strftime('%d.%m.%Y')}{where}.",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
