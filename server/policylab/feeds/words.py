"""What feeds and calendars say of their own, in both languages of the house."""

from policylab.process import Said

WORDS = {
    "feed.title": Said("Published decisions", "Décisions publiées"),
    "feed.subtitle": Said(
        "Decisions of policy labs whose records are public. Each can be verified offline.",
        "Décisions de laboratoires de politiques dont le relevé est public. Chacune peut être "
        "vérifiée hors ligne.",
    ),
    "package": Said(
        "The record, with all that is needed to verify it", "Le relevé et de quoi le vérifier"
    ),
    "log entry": Said("Its entry in the public log", "Son inscription au journal public"),
    "illustrative": Said("A fictional example.", "Un exemple fictif."),
    "reasons": Said("Reasons:", "Motifs\u00a0:"),
    "sealed": Said("Sealed at", "Scellé le"),
    "ADOPTED": Said("Adopted", "Adoptée"),
    "NOT_ADOPTED": Said("Not adopted", "Non adoptée"),
    "INCONCLUSIVE": Said("Inconclusive", "Sans résultat"),
    "OPINION_GIVEN": Said("Opinion given", "Avis rendu"),
    "ESCALATED": Said("Referred to a meeting", "Renvoyée en séance"),
    "WITHDRAWN": Said("Withdrawn", "Retirée"),
    "catalogue.title": Said("Open data of Policy Lab", "Données ouvertes de Policy Lab"),
    "catalogue.about": Said(
        "The INDEX reference data that comes with the service, the decisions and texts that policy "
        "labs have made public, and the log that proves them.",
        "Les données de référence de l’INDEX fournies avec le service, les décisions et les textes "
        "rendus publics par les laboratoires de politiques, et le journal qui les prouve.",
    ),
    "index.title": Said(
        "Intercultural Cities INDEX: published results and recommendations",
        "INDEX des Cités interculturelles\u00a0: résultats et recommandations publiés",
    ),
    "index.about": Said(
        "Public facts about the INDEX, summarised in our own words, each with its source; "
        "sources.json lists them. Not an official Council of Europe data set.",
        "Faits publics sur l’INDEX, résumés par nos soins, chacun avec sa source\u00a0; "
        "sources.json en donne la liste. Ce n’est pas un jeu de données officiel du Conseil de "
        "l’Europe.",
    ),
    "decision.about": Said(
        "The sealed record of one decision, with the exact text that was decided on.",
        "Le relevé scellé d’une décision, avec le texte exact sur lequel elle porte.",
    ),
    "text.about": Said(
        "The text that was decided on, in every language, as text.json in the package.",
        "Le texte sur lequel porte la décision, dans chaque langue\u00a0: text.json dans le "
        "dossier.",
    ),
    "log.title": Said("The record log", "Le journal des relevés"),
    "log.about": Said(
        "Signed heads and hashes of every sealed record; no content.",
        "Têtes signées et empreintes de chaque relevé scellé\u00a0; aucun contenu.",
    ),
    "text": Said("Text", "Texte"),
    "version": Said("version", "version"),
    "calendar.title": Said(
        "Policy Lab: meetings and deadlines", "Policy Lab : séances et échéances"
    ),
    "deadline": Said("Positions close", "Clôture des positions"),
    "phase": Said("The next phase may open", "La phase suivante peut s’ouvrir"),
    "due": Said("A report falls due", "Un rapport est attendu"),
    "agenda": Said("Agenda", "Ordre du jour"),
    "video": Said("Video room:", "Salle vidéo\u00a0:"),
}


def in_words(key: str, language: str) -> str:
    """The sentence in this language."""
    return WORDS[key].within(language)


def titled(key: str, words: str, language: str) -> str:
    """The sentence, and after a colon what it is about."""
    colon = "\u00a0: " if language.startswith("fr") else ": "
    return in_words(key, language) + colon + words
