"""What has happened, said in English and French. Pure."""

from collections.abc import Mapping

from policylab.process.rules import FactKind, Said

SERVICE = Said("The service", "Le service")
"""Who acts where no person did."""

HAPPENED: Mapping[FactKind, Said] = {
    FactKind.QUESTION_SET: Said("The policy question was set.", "La question a été posée."),
    FactKind.INTENT_STATED: Said(
        "{} recorded the city’s statement of intent.",
        "{} a consigné la déclaration d’intention de la ville.",
    ),
    FactKind.NOTICE_SENT: Said("{} sent the notice of meeting.", "{} a envoyé la convocation."),
    FactKind.ANSWERS_APPROVED: Said(
        "{} recorded that the competent body approved the answers.",
        "{} a consigné l’approbation des réponses par l’organe compétent.",
    ),
    FactKind.REPORT_RECEIVED: Said(
        "{} recorded that the INDEX report was received.",
        "{} a consigné la réception du rapport INDEX.",
    ),
    FactKind.ASSESSMENT_RECORDED: Said(
        "{} attached an INDEX result.", "{} a joint un résultat de l’INDEX."
    ),
    FactKind.COUNCIL_NOTED: Said(
        "{} recorded that the council took note.", "{} a consigné que le conseil a pris acte."
    ),
    FactKind.RESPONSES_COMPLETE: Said(
        "{} gave the last response: every recommendation has one.",
        "{} a donné la dernière suite : chaque recommandation en a une.",
    ),
    FactKind.RESPONSES_INCOMPLETE: Said(
        "A recommendation waits for a response.", "Une recommandation attend une suite."
    ),
    FactKind.FRAMING_SETTLED: Said(
        "{} declared the framing note final.", "{} a déclaré la note de cadrage arrêtée."
    ),
    FactKind.MEETING_HELD: Said("{} closed the lab session.", "{} a levé la séance."),
    FactKind.OPTIONS_AGREED: Said(
        "{} recorded that the options are agreed.", "{} a consigné l’accord sur les options."
    ),
    FactKind.DRAFT_FROZEN: Said("{} froze a version of the text.", "{} a arrêté une version."),
    FactKind.DELEGATION_READY: Said("{} declared itself ready.", "{} a fait savoir être prêt."),
    FactKind.CONSULTATION_OPENED: Said(
        "{} opened the consultation.", "{} a ouvert la consultation."
    ),
    FactKind.CONSULTATION_CLOSED: Said("{} closed the consultation.", "{} a clos la consultation."),
    FactKind.FEEDBACK_PUBLISHED: Said(
        "{} published the feedback on the consultation.",
        "{} a publié le retour sur la consultation.",
    ),
    FactKind.AMENDMENT_TABLED: Said("{} tabled an amendment.", "{} a déposé un amendement."),
    FactKind.AMENDMENT_SETTLED: Said("{} settled an amendment.", "{} a réglé un amendement."),
    FactKind.MEASURE_OUTSIDE_POWERS: Said(
        "A measure lies outside the powers of its responsible body.",
        "Une mesure sort des compétences de l’organisme responsable.",
    ),
    FactKind.MEASURE_CLEARED: Said(
        "{} cleared a measure that lay outside the powers of its body.",
        "{} a levé la réserve de compétence sur une mesure.",
    ),
    FactKind.PROCEDURE_OPENED: Said("{} opened a decision.", "{} a ouvert une décision."),
    FactKind.POSITION_RELEASED: Said("{} took a position.", "{} a pris position."),
    FactKind.PROCEDURE_REFERRED: Said(
        "{} referred a decision to its principals.",
        "{} a renvoyé une décision à ses mandants.",
    ),
    FactKind.PROCEDURE_CLOSED: Said("{} closed a decision.", "{} a clos une décision."),
    FactKind.RECORD_SEALED: Said(
        "{} sealed the decision record.", "{} a scellé le relevé de décision."
    ),
    FactKind.PACKAGE_PUBLISHED: Said("{} published the decision.", "{} a publié la décision."),
    FactKind.ADOPTION_RECORDED: Said(
        "{} recorded a formal adoption.", "{} a consigné une adoption formelle."
    ),
    FactKind.REPORT_FILED: Said("{} filed a progress report.", "{} a déposé un rapport de suivi."),
}
"""`{}` stands for who did it."""

SUBJECTS: Mapping[str, str] = {
    "record_id": "DecisionRecord",
    "procedure_id": "Procedure",
    "amendment_id": "Amendment",
    "meeting_id": "Meeting",
    "version_set_id": "VersionSet",
    "assessment_id": "Assessment",
    "report_id": "MonitoringReport",
    "adoption_id": "FormalAdoption",
    "delegation_id": "Delegation",
}
"""Which detail of a fact names the thing it happened to, the most telling first."""


def went(actor: Said, number: int, title: Said, *, backwards: bool, reason: str) -> Said:
    """That the dialogue entered a phase."""
    if backwards:
        return Said(
            f"{actor.en} took the dialogue back to phase {number}, “{title.en}”: {reason}",
            f"{actor.fr} a ramené le dialogue à la phase {number}, « {title.fr} » : {reason}",
        )
    return Said(
        f"{actor.en} took the dialogue on to phase {number}, “{title.en}”.",
        f"{actor.fr} a fait passer le dialogue à la phase {number}, « {title.fr} ».",
    )
