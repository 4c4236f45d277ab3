"""How positions become an outcome, and how the outcome is kept so that anyone can check it."""

from policylab.decisions.audit import problems_of_log
from policylab.decisions.conduct import Account, Course, ProcedureState, RecordState
from policylab.decisions.content import record_content
from policylab.decisions.events import (
    AdoptionRecorded,
    ProcedureClosed,
    ProcedureOpened,
    ProcedureReferred,
    RecordCorrected,
    RecordPublished,
    RecordSealed,
    StatementAttached,
)
from policylab.decisions.forms import rule_as_json, rule_from_json, rule_from_words
from policylab.decisions.permits import Permit, procedure_permits, record_permits
from policylab.decisions.published import (
    PublicRecord,
    PublicRecords,
    heads_signed,
    is_published,
    published_records,
)
from policylab.decisions.reading import (
    Deadline,
    Judged,
    accounts_of,
    closings_of,
    courses_of,
    deadlines_in,
    publications_of,
    verdict_of,
)
from policylab.decisions.records import (
    add_corrigendum,
    attach_statement,
    publish_record,
    record_adoption,
    record_by_id,
    seal_record,
)
from policylab.decisions.rules import Base, Outcome, Rule, RuleCode, Verdict
from policylab.decisions.sealed import package_of, seals_of, verified
from policylab.decisions.service import (
    close_procedure,
    open_procedure,
    refer,
    withdraw_procedure,
)
from policylab.decisions.signing import KeyUnusable, Signer, open_signer
from policylab.decisions.tables import PublicationState
from policylab.decisions.words import explain_missing, explain_rule

__all__ = [
    "Account",
    "AdoptionRecorded",
    "Base",
    "Course",
    "Deadline",
    "Judged",
    "KeyUnusable",
    "Outcome",
    "Permit",
    "ProcedureClosed",
    "ProcedureOpened",
    "ProcedureReferred",
    "ProcedureState",
    "PublicRecord",
    "PublicRecords",
    "PublicationState",
    "RecordCorrected",
    "RecordPublished",
    "RecordSealed",
    "RecordState",
    "Rule",
    "RuleCode",
    "Signer",
    "StatementAttached",
    "Verdict",
    "accounts_of",
    "add_corrigendum",
    "attach_statement",
    "close_procedure",
    "closings_of",
    "courses_of",
    "deadlines_in",
    "explain_missing",
    "explain_rule",
    "heads_signed",
    "is_published",
    "open_procedure",
    "open_signer",
    "package_of",
    "problems_of_log",
    "procedure_permits",
    "publications_of",
    "publish_record",
    "published_records",
    "record_adoption",
    "record_by_id",
    "record_content",
    "record_permits",
    "refer",
    "rule_as_json",
    "rule_from_json",
    "rule_from_words",
    "seal_record",
    "seals_of",
    "verdict_of",
    "verified",
    "withdraw_procedure",
]
