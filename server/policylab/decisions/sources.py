"""Who may read about decisions. The log is public: it holds hashes and nothing else."""

from policylab.decisions.tables import (
    Closing,
    Corrigendum,
    DecisionRecord,
    DissentingStatement,
    Entitled,
    FormalAdoption,
    LogLeaf,
    Procedure,
    RecordPublication,
    RecordSeal,
    Referral,
    TreeHead,
)
from policylab.kit.sources import Scope, Source

_DIALOGUE = Scope.dialogue("dialogue_id")

PROCEDURE = Source(Procedure, _DIALOGUE, order=("opens_at", "id"), append_only=True)
ENTITLED = Source(Entitled, _DIALOGUE, order=("level", "id"), append_only=True)
REFERRAL = Source(Referral, _DIALOGUE, order=("at", "id"), append_only=True)
CLOSING = Source(Closing, _DIALOGUE, append_only=True)
DECISION_RECORD = Source(DecisionRecord, _DIALOGUE, order=("created_at", "id"), append_only=True)
DISSENTING_STATEMENT = Source(
    DissentingStatement, _DIALOGUE, order=("created_at", "id"), append_only=True
)
RECORD_SEAL = Source(RecordSeal, _DIALOGUE, append_only=True)
CORRIGENDUM = Source(Corrigendum, _DIALOGUE, order=("number",), append_only=True)
FORMAL_ADOPTION = Source(FormalAdoption, _DIALOGUE, order=("adopted_on", "id"), append_only=True)
RECORD_PUBLICATION = Source(RecordPublication, _DIALOGUE, order=("at", "id"), append_only=True)
LOG_LEAF = Source(LogLeaf, Scope.open(), order=("index",), append_only=True)
TREE_HEAD = Source(TreeHead, Scope.open(), order=("size",), append_only=True)
