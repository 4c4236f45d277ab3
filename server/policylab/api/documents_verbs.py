"""What people do with texts: begin one, let a language be written, freeze."""

from uuid import UUID

import strawberry

from policylab import documents
from policylab.api.declare import described_input, plain
from policylab.api.documents import Document, Draft, VersionSet
from policylab.api.identity import LocalisedTextInput, as_texts
from policylab.api.verbs import VerbInput, verb, verbs
from policylab.documents import DocumentKind
from policylab.kit.db import UnitOfWork
from policylab.kit.ids import key_of


@described_input
class CreateDocumentInput(VerbInput):
    """A text for a dialogue to work on."""

    dialogue_id: strawberry.ID = plain("Which dialogue.")
    kind: DocumentKind = plain("What sort of text it is.")
    titles: list[LocalisedTextInput] = plain("Its title, in one language at least.")
    languages: list[str] = plain("Its languages, among those of the dialogue.")


@described_input
class OpenDraftInput(VerbInput):
    """A language in which to write."""

    language_version_id: strawberry.ID = plain("Which language of which document.")


@described_input
class FreezeInput(VerbInput):
    """A text to freeze in all its languages."""

    document_id: strawberry.ID = plain("Which document.")


@verbs
class DocumentsMutation:
    @verb(answers=Document)
    async def create_document(uow: UnitOfWork, input: CreateDocumentInput) -> UUID:
        """Begin a text; no draft is open yet."""
        row = await documents.create_document(
            uow,
            uow.viewer,
            dialogue_id=key_of(input.dialogue_id, "Dialogue"),
            kind=input.kind,
            titles=as_texts(input.titles),
            languages=input.languages,
        )
        return row.id

    @verb(answers=Draft)
    async def open_draft(uow: UnitOfWork, input: OpenDraftInput) -> UUID:
        """Let a language be written: from its latest frozen text, where there is one."""
        key = key_of(input.language_version_id, "LanguageVersion")
        row = await documents.open_draft(uow, uow.viewer, language_version_id=key)
        return row.id

    @verb(answers=VersionSet)
    async def freeze(uow: UnitOfWork, input: FreezeInput) -> UUID:
        """Freeze a text in all its languages, as one numbered set that never changes."""
        key = key_of(input.document_id, "Document")
        return (await documents.freeze(uow, uow.viewer, document_id=key)).id
