"""Who may read texts: whoever may read the dialogue they belong to."""

from policylab.documents.tables import (
    Attachment,
    Document,
    Draft,
    DraftSection,
    LanguageVersion,
    Version,
    VersionSection,
    VersionSet,
)
from policylab.kit.sources import Scope, Source

_DIALOGUE = Scope.dialogue("dialogue_id")

DOCUMENT = Source(Document, _DIALOGUE)
LANGUAGE_VERSION = Source(LanguageVersion, _DIALOGUE)
DRAFT = Source(Draft, _DIALOGUE)
DRAFT_SECTION = Source(DraftSection, _DIALOGUE, order=("place",))
VERSION_SET = Source(VersionSet, _DIALOGUE, append_only=True)
VERSION = Source(Version, _DIALOGUE, append_only=True)
VERSION_SECTION = Source(VersionSection, _DIALOGUE, order=("place",), append_only=True)
ATTACHMENT = Source(Attachment, _DIALOGUE, append_only=True)
