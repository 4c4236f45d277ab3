"""Texts in all their languages: what is being written, and the versions that never change."""

from policylab.documents.beside import Comparison, compare
from policylab.documents.comparing import (
    ChangeKind,
    Run,
    RunKind,
    SectionChange,
    compare_words,
    whole_words,
)
from policylab.documents.events import (
    DocumentCreated,
    DraftOpened,
    TextProjected,
    VersionFrozen,
)
from policylab.documents.freezing import freeze
from policylab.documents.gate import DraftGate, right_on, rights_on
from policylab.documents.importing import check_import, import_text
from policylab.documents.past import (
    PastSection,
    PastText,
    changes_between,
    drafts_behind,
    restore_draft,
    text_then,
    versions_in,
)
from policylab.documents.projection import project
from policylab.documents.projector import Projector, listen
from policylab.documents.reading import ReadFile, read_file
from policylab.documents.rules import DocumentKind, ImportMismatch
from policylab.documents.sections import Section, sections_of, text_hash
from policylab.documents.service import (
    create_document,
    document_of,
    draft_of,
    open_draft,
    open_drafts,
    replace_section,
    sections_in,
    set_of,
    set_text,
    texts_of,
)
from policylab.documents.tree import (
    BadText,
    mended,
    open_suggestions,
    plain_text,
    read_tree,
    walk,
)

__all__ = [
    "BadText",
    "ChangeKind",
    "Comparison",
    "DocumentCreated",
    "DocumentKind",
    "DraftGate",
    "DraftOpened",
    "ImportMismatch",
    "PastSection",
    "PastText",
    "Projector",
    "ReadFile",
    "Run",
    "RunKind",
    "Section",
    "SectionChange",
    "TextProjected",
    "VersionFrozen",
    "changes_between",
    "check_import",
    "compare",
    "compare_words",
    "create_document",
    "document_of",
    "draft_of",
    "drafts_behind",
    "freeze",
    "import_text",
    "listen",
    "mended",
    "open_draft",
    "open_drafts",
    "open_suggestions",
    "plain_text",
    "project",
    "read_file",
    "read_tree",
    "replace_section",
    "restore_draft",
    "right_on",
    "rights_on",
    "sections_in",
    "sections_of",
    "set_of",
    "set_text",
    "text_hash",
    "text_then",
    "texts_of",
    "versions_in",
    "walk",
    "whole_words",
]
