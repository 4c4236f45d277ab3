"""The words of a process: actions, roles, facts, conditions. Pure.

`template.py` says what a template holds, `engine.py` what follows from one at a given moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What somebody may do in a dialogue. The phase and the role decide; every verb asks."""

    READ = "READ"
    """See what is shared in the dialogue; nobody who has a part in it is refused."""
    COMMENT = "COMMENT"
    """Make or answer a remark that everybody in the dialogue can read."""
    NOTE = "NOTE"
    """Write a closed note that only one's own delegation sees."""
    SUGGEST = "SUGGEST"
    """Propose changes inside the working draft, as suggestions."""
    EDIT = "EDIT"
    """Write the working draft, import a text into it, accept suggestions."""
    LINK_EVIDENCE = "LINK_EVIDENCE"
    """Link a clause or a measure to a recommendation, or confirm such a link."""
    SUBMIT_EVIDENCE = "SUBMIT_EVIDENCE"
    """Bring facts to the table, such as an INDEX result whose advice then waits for answers."""
    RECORD_EVIDENCE = "RECORD_EVIDENCE"
    """Record scores, recommendations and reports received."""
    RESPOND = "RESPOND"
    """Answer a recommendation: accepted, partly, declined with reasons, referred."""
    CHECK_RESPONSES = "CHECK_RESPONSES"
    """Look over the answers to recommendations, and the reasons given with them."""
    FREEZE = "FREEZE"
    """Make a numbered, immutable version of the working draft."""
    TABLE_AMENDMENT = "TABLE_AMENDMENT"
    """Propose other words for a clause of a frozen text, with reasons, for one's delegation."""
    ANSWER_AMENDMENT = "ANSWER_AMENDMENT"
    """Accept what became of one's amendment, or maintain it."""
    SETTLE_AMENDMENT = "SETTLE_AMENDMENT"
    """Group amendments, merge them into the text, or record that they fell."""
    DECLARE_READY = "DECLARE_READY"
    """Say that one's delegation has finished its consultation at home."""
    GIVE_OPINION = "GIVE_OPINION"
    """State the non-binding view of a consulted body."""
    TAKE_POSITION = "TAKE_POSITION"
    """State where one's delegation stands; its head clears and releases what is stated."""
    CONFIRM_POSITION = "CONFIRM_POSITION"
    """Confirm a position taken subject to confirmation, or on an earlier text."""
    OPEN_PROCEDURE = "OPEN_PROCEDURE"
    """Begin a decision; its subject, rule and deadline are fixed from then on."""
    CLOSE_PROCEDURE = "CLOSE_PROCEDURE"
    """End a decision; the rule gives the outcome of the positions that count."""
    ATTACH_STATEMENT = "ATTACH_STATEMENT"
    """Attach a dissenting statement to a decision."""
    REFER = "REFER"
    """Ask, once, that an item be taken up by one's principals."""
    RECORD = "RECORD"
    """Seal the decision record."""
    RECORD_ADOPTION = "RECORD_ADOPTION"
    """Record the act by which a council or government adopted the text."""
    PUBLISH = "PUBLISH"
    """Say who may read a sealed decision record."""
    FILE_REPORT = "FILE_REPORT"
    """File a progress report on measures one is responsible for."""
    FILE_MANDATE = "FILE_MANDATE"
    """Enter the authority that a body gave to one's delegation, or note that it was taken back."""
    INVITE = "INVITE"
    """Invite further delegations."""
    SEAT = "SEAT"
    """Seat delegates in a delegation, or end their seat."""
    GRANT_ROLE = "GRANT_ROLE"
    """Name moderators, rapporteurs, experts, observers, stakeholders; or end their role."""
    SEND_NOTICE = "SEND_NOTICE"
    """Send the dated invitation to a lab session."""
    TAKE_MINUTES = "TAKE_MINUTES"
    """Note who attends a lab session and what comes of each item, and write the account of it."""
    STATE_FACT = "STATE_FACT"
    """Record that something happened which no other part of the house records."""
    MODERATE = "MODERATE"
    """Run the process: meetings, threads, moving the dialogue from phase to phase."""


class Role(StrEnum):
    """In what part somebody takes part in one dialogue. A person may have several."""

    MODERATOR = "MODERATOR"
    """Runs the process, and holds no seat in this dialogue."""
    RAPPORTEUR = "RAPPORTEUR"
    """Holds the pen for the draft and sums up."""
    DELEGATE = "DELEGATE"
    """Acts for one delegation at the table."""
    HEAD = "HEAD"
    """Head of a delegation: clears its positions, files its mandates, seats its delegates."""
    CONSULTED = "CONSULTED"
    """Delegate of a body that is heard and not counted: a seat without a vote."""
    EXPERT = "EXPERT"
    """Brings knowledge and facts without speaking for a delegation."""
    OBSERVER = "OBSERVER"
    """Reads along, speaks when invited, and takes no position."""
    STAKEHOLDER = "STAKEHOLDER"
    """Somebody from outside the authorities who is heard in consultations."""
    COORDINATOR = "COORDINATOR"
    """City co-ordinator."""
    SECRETARIAT = "SECRETARIAT"
    """Looks after the papers: publishes records, notes what councils and governments adopt."""
    ADMINISTRATOR = "ADMINISTRATOR"
    """Administrator of the lab; sets dialogues up and names who runs them."""
    READER = "READER"
    """Somebody of the same lab, in a dialogue that is open to its lab."""


SEAT_ROLES = frozenset({Role.DELEGATE, Role.HEAD, Role.CONSULTED})
"""Roles that come with a seat in a delegation and are never granted by name."""

GRANTED_ROLES = frozenset(
    {
        Role.MODERATOR,
        Role.RAPPORTEUR,
        Role.EXPERT,
        Role.OBSERVER,
        Role.STAKEHOLDER,
        Role.COORDINATOR,
        Role.SECRETARIAT,
    }
)
"""Roles that somebody is given in one dialogue by name."""


class FactKind(StrEnum):
    """What happened in a dialogue, as the process needs to know it. Details are ids and codes."""

    QUESTION_SET = "QUESTION_SET"
    INTENT_STATED = "INTENT_STATED"
    """Statement of intent, or the mayor's request."""
    NOTICE_SENT = "NOTICE_SENT"
    """detail: meeting_on (ISO date)."""
    ANSWERS_APPROVED = "ANSWERS_APPROVED"
    REPORT_RECEIVED = "REPORT_RECEIVED"
    ASSESSMENT_RECORDED = "ASSESSMENT_RECORDED"
    """detail: assessment_id."""
    COUNCIL_NOTED = "COUNCIL_NOTED"
    RESPONSES_COMPLETE = "RESPONSES_COMPLETE"
    """Every recommendation has a response now."""
    RESPONSES_INCOMPLETE = "RESPONSES_INCOMPLETE"
    """A recommendation came, or a response went: no longer complete."""
    FRAMING_SETTLED = "FRAMING_SETTLED"
    """The framing note is final."""
    MEETING_HELD = "MEETING_HELD"
    """detail: meeting_id, levels (codes of the levels with quorum)."""
    OPTIONS_AGREED = "OPTIONS_AGREED"
    DRAFT_FROZEN = "DRAFT_FROZEN"
    """detail: version_set_id, languages."""
    DELEGATION_READY = "DELEGATION_READY"
    """detail: delegation_id, level."""
    CONSULTATION_OPENED = "CONSULTATION_OPENED"
    """detail: consultation_id, closes_at (ISO moment)."""
    CONSULTATION_CLOSED = "CONSULTATION_CLOSED"
    """detail: consultation_id."""
    FEEDBACK_PUBLISHED = "FEEDBACK_PUBLISHED"
    AMENDMENT_TABLED = "AMENDMENT_TABLED"
    """detail: amendment_id."""
    AMENDMENT_SETTLED = "AMENDMENT_SETTLED"
    """detail: amendment_id. Merged, rejected or withdrawn."""
    MEASURE_OUTSIDE_POWERS = "MEASURE_OUTSIDE_POWERS"
    """detail: measure_id. Its responsible body lacks the powers (invariant 12)."""
    MEASURE_CLEARED = "MEASURE_CLEARED"
    """detail: measure_id. Assented by the body that has the powers, or referred to it."""
    PROCEDURE_OPENED = "PROCEDURE_OPENED"
    """detail: procedure_id, closes_at (ISO moment)."""
    PROCEDURE_REFERRED = "PROCEDURE_REFERRED"
    """detail: procedure_id, closes_at (ISO moment): the deadline that the referral has moved."""
    POSITION_RELEASED = "POSITION_RELEASED"
    """detail: delegation_id, level, procedure_id."""
    PROCEDURE_CLOSED = "PROCEDURE_CLOSED"
    """detail: procedure_id, outcome."""
    RECORD_SEALED = "RECORD_SEALED"
    """detail: record_id."""
    PACKAGE_PUBLISHED = "PACKAGE_PUBLISHED"
    """detail: record_id or version_set_id."""
    ADOPTION_RECORDED = "ADOPTION_RECORDED"
    """detail: adoption_id."""
    REPORT_FILED = "REPORT_FILED"
    """detail: report_id."""


class ConditionKind(StrEnum):
    """What a template may require before a phase is entered or left, or an action is open."""

    ANY = "any"
    """One of several conditions."""
    QUESTION_SET = "question.set"
    INTENT_STATED = "intent.stated"
    GROUP_FORMED = "group.formed"
    """min: name of a setting, or a number of seated delegations."""
    MANDATES_VALID = "mandates.valid"
    """atLeast: a number; without it every seated delegation. adReferendum: also counts."""
    NOTICE_SENT = "notice.sent"
    NOTICE_RUN = "notice.run"
    """days: since the notice was sent."""
    ANSWERS_APPROVED = "answers.approved"
    REPORT_RECEIVED = "report.received"
    ASSESSMENT_RECORDED = "assessment.recorded"
    COUNCIL_NOTED = "council.noted"
    RESPONSES_COMPLETE = "responses.complete"
    FRAMING_SETTLED = "framing.settled"
    MEETING_HELD = "meeting.held"
    QUORUM_BY_LEVEL = "quorum.byLevel"
    OPTIONS_AGREED = "options.agreed"
    DRAFT_FROZEN = "draft.frozen"
    """In this phase, in every language of the dialogue."""
    LEVELS_READY = "levels.ready"
    CONSULTATION_CLOSED = "consultation.closed"
    FEEDBACK_PUBLISHED = "feedback.published"
    AMENDMENTS_SETTLED = "amendments.settled"
    POWERS_CLEARED = "powers.cleared"
    PROCEDURE_OPEN = "procedure.open"
    POSITIONS_IN = "positions.in"
    DEADLINE_PASSED = "deadline.passed"
    """The deadline of the latest procedure."""
    PROCEDURE_CLOSED = "procedure.closed"
    """outcome: one or several outcomes; without it any."""
    STATEMENTS_RUN = "statements.run"
    """days: since the procedure was closed."""
    RECORD_SEALED = "record.sealed"
    PACKAGE_PUBLISHED = "package.published"
    ADOPTION_RECORDED = "adoption.recorded"
    DAYS_PASSED = "days.passed"
    """days: since the phase was entered."""
    REPORT_FILED = "report.filed"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages of the house."""

    en: str
    fr: str

    def within(self, locale: str) -> str:
        """The sentence in the person's language; English for a language we don't speak."""
        return self.fr if locale.lower().startswith("fr") else self.en

    def as_map(self) -> dict[str, str]:
        """As a localised text: a map from language to words."""
        return {"en": self.en, "fr": self.fr}

    @classmethod
    def of(cls, words: Mapping[str, str]) -> "Said":
        """From a map that has at least English and French."""
        return cls(en=words["en"], fr=words["fr"])
