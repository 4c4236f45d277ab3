"""What the house itself says in a package, in English and French."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date

from policylab.process.rules import Said

COLON = Said(":", "\u00a0:")
"""Between a label and its words; a space follows."""
KINDS = {
    "strategy": Said("Strategy", "Stratégie"),
    "position_paper": Said("Position paper", "Document de position"),
    "protocol": Said("Protocol", "Protocole"),
    "plan": Said("Plan", "Plan"),
    "minutes": Said("Minutes", "Procès-verbal"),
    "profile": Said("Profile", "Profil"),
    "note": Said("Note", "Note"),
}
VERSION = Said("Version {}", "Version {}")
FROZEN = Said("Frozen on {}", "Version figée le {}")
FICTION = Said(
    "Illustrative: the state, bodies and words in this document are invented.",
    "Exemple fictif : l’État, les organismes et les propos de ce document sont inventés.",
)
FICTION_MARK = Said("Illustrative", "Exemple fictif")
QUESTION = Said("Question", "Question")
AUTHORS = Said("Delegations", "Délégations")
IDENTIFIER = Said("Identifier", "Identifiant")
FINGERPRINT = Said("Fingerprint (SHA-256)", "Empreinte (SHA-256)")
CONTENTS = Said("Contents", "Table des matières")
PAGE = Said("Page", "Page")
PICTURE = Said("Picture", "Image")
MISSING_PICTURE = Said("Picture left out", "Image non reprise")
ANNEX = Said("Annex {}", "Annexe {}")

OWNER = Said("Responsible body", "Organisme responsable")
PARTNERS = Said("Partners", "Partenaires")
LEVEL = Said("Level of government", "Niveau de gouvernement")
PERIOD = Said("Period", "Période")
MEANS = Said("Means", "Moyens")
INDICATORS = Said("Indicators", "Indicateurs")

DECISION = Said("Decision", "Décision")
NO_DECISION = Said(
    "No decision has been put to the delegations on this version.",
    "Aucune décision n’a été soumise aux délégations sur cette version.",
)
SUBJECT = Said("Subject", "Objet")
WHOLE = Said("the whole text", "l’ensemble du texte")
CLAUSE = Said("clause {}", "clause {}")
AMENDMENT = Said("an amendment", "un amendement")
RULE = Said("Rule", "Règle")
OUTCOME = Said("Outcome", "Résultat")
PENDING = Said("Open until {}.", "Ouverte jusqu’au {}.")
RECORD = Said("Decision record", "Relevé de décision")
NOT_SEALED = Said("not yet sealed", "pas encore scellé")
SEALED = Said("Sealed on", "Scellé le")
SEAL = Said("Seal (SHA-256)", "Sceau (SHA-256)")
LOG_ENTRY = Said("Entry in the public log", "Entrée dans le registre public")
SIGNER = Said("Key of the signer", "Clé du signataire")
CORRIGENDUM = Said("Corrigendum {}", "Rectificatif {}")
ADOPTION = Said("Formal adoption", "Adoption formelle")
OUTCOMES = {
    "ADOPTED": Said("Adopted", "Adopté"),
    "NOT_ADOPTED": Said("Not adopted", "Non adopté"),
    "INCONCLUSIVE": Said("Inconclusive", "Non concluant"),
    "OPINION_GIVEN": Said("Opinion given", "Avis rendu"),
    "ESCALATED": Said("Referred to a meeting", "Renvoyé à une séance"),
    "WITHDRAWN": Said("Withdrawn", "Retiré"),
}

POSITIONS = Said("Positions by level", "Positions par niveau")
DELEGATION = Said("Delegation", "Délégation")
STANCE = Said("Position", "Position")
STATEMENT = Said("Statement", "Déclaration")
NO_POSITIONS = Said("No delegation sits in this dialogue.", "Aucune délégation ne siège ici.")
NO_POSITION = Said("No position", "Pas de position")
AD_REFERENDUM = Said("ad referendum", "ad referendum")
CONFIRMED_SINCE = Said("confirmed since", "confirmée depuis")
HEARD = Said("heard, not counted", "entendue, sans voix")
STANCES = {
    "SUPPORT": Said("Support", "Soutien"),
    "SUPPORT_WITH_RESERVATION": Said("Support with reservation", "Soutien avec réserve"),
    "CONDITIONAL": Said("Support on condition", "Soutien sous condition"),
    "ABSTAIN": Said("Abstain", "Abstention"),
    "OBJECT": Said("Object", "Objection"),
    "NOT_COMPETENT": Said("Outside our powers", "Hors de nos compétences"),
}

RESERVATIONS = Said(
    "Reservations, conditions and dissenting statements",
    "Réserves, conditions et déclarations dissidentes",
)
RESERVATION = Said("Reservation", "Réserve")
CONDITION = Said("Condition", "Condition")
OBJECTION = Said("Objection", "Objection")
DISSENT = Said("Dissenting statement", "Déclaration dissidente")
MET = Said("met and confirmed", "remplie et confirmée")
MET_ONLY = Said("met, to be confirmed by the delegation", "remplie, à confirmer par la délégation")
NOT_MET = Said("not met", "non remplie")
NATURE = Said("Nature", "Nature")
NONE_STATED = Said("None has been stated.", "Aucune n’a été formulée.")

COVERAGE = Said("Recommendations and where they are answered", "Recommandations et suites données")
NUMBER_OF_ADVICE = Said("No.", "N°")
RECOMMENDATION = Said("Recommendation", "Recommandation")
WHERE = Said("Answered in", "Traitée dans")
HOW_FAR = Said("State", "État")
NO_COVERAGE = Said(
    "This dialogue works on no recommendation.", "Ce dialogue ne porte sur aucune recommandation."
)
NOWHERE = Said("no clause", "aucune clause")
TO_CONFIRM = Said("to be confirmed", "à confirmer")
STATES = {
    "ANSWERED": Said("Answered", "Traitée"),
    "PARTLY": Said("Partly answered", "Partiellement traitée"),
    "OPEN": Said("Open", "En attente"),
    "DECLINED": Said("Declined", "Écartée"),
    "REFERRED": Said("Referred", "Renvoyée"),
}
LINKS = {
    "PARTLY": Said("partly", "en partie"),
    "CONTRADICTS": Said("contradicts", "contredit"),
}
ANSWERS = {
    "ACCEPTED": Said("Accepted", "Acceptée"),
    "PARTLY": Said("Accepted in part", "Acceptée en partie"),
    "DECLINED": Said("Declined", "Écartée"),
    "REFERRED": Said("Referred to another level", "Renvoyée à un autre niveau"),
}

PROVENANCE = Said("Provenance and how to verify", "Provenance et vérification")
FROZEN_WHEN = Said("Frozen", "Figée")
FROZEN_BY = Said("Frozen by", "Figée par")
OF_SET = Said("Version {}, all languages", "Version {}, toutes langues")
LANGUAGE = Said("Language", "Langue")
AUTHENTIC = Said("authentic", "faisant foi")
TRANSLATION = Said("translation", "traduction")
CLAUSES = Said("Fingerprints of the clauses", "Empreintes des clauses")
NUMBER = Said("Clause", "Clause")
PREAMBLE = Said("Opening", "Préambule")
VERIFY = Said(
    "A fingerprint is the SHA-256 of the canonical JSON (RFC 8785, text in Unicode NFC) of the "
    "frozen text, of one language of it, or of one clause. Changing one letter changes it. The "
    "record package of a sealed decision holds the exact text and a program that checks "
    "fingerprint, signature and place in the public log, offline and without this service.",
    "Une empreinte est le SHA-256 du JSON canonique (RFC 8785, texte en Unicode NFC) du texte "
    "figé, d’une de ses langues ou d’une clause. Changer une lettre la change. Le dossier d’une "
    "décision scellée contient le texte exact et un programme qui vérifie l’empreinte, la "
    "signature et la place dans le registre public, hors ligne et sans ce service.",
)
ADOPTS = Said(
    "This lab agrees texts; councils, governments and ministers adopt them under their own law.",
    "Ce laboratoire convient de textes ; conseils, gouvernements et ministres les adoptent selon "
    "leur propre droit.",
)


def day(moment: datetime | date, language: str) -> str:
    """A date written out in the language of our headings."""
    if language != "fr":
        return format_date(moment, "long", locale="en_GB")
    written = format_date(moment, "long", locale="fr")
    return "1er" + written[1:] if moment.day == 1 else written


def value(said: Said, language: str, *values: object) -> str:
    """The sentence in one language, its gaps filled."""
    return said.within(language).format(*values)
