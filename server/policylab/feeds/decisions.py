"""The feed of published decisions: of the whole house, or of one dialogue. Names no person."""

from __future__ import annotations

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from policylab.decisions import PublicRecord, PublicRecords, published_records
from policylab.feeds import atom
from policylab.feeds.rules import BEGINNING, PAGE, PageAsked, worded
from policylab.feeds.words import WORDS, in_words, titled
from policylab.kit.errors import not_found
from policylab.kit.ids import to_global
from policylab.kit.late import late

ZIP = "application/zip"


async def decisions_feed(
    session: AsyncSession,
    *,
    base: str,
    language: str,
    page: PageAsked,
    dialogue_id: UUID | None = None,
) -> tuple[bytes, PublicRecords]:
    """A page of the feed, and the records on it.

    A dialogue in which nothing was published has no feed: it is answered like one that is not.
    """
    found = await published_records(session, dialogue_id=dialogue_id, skip=page.skip, most=PAGE)
    if dialogue_id is not None and not found.total:
        raise not_found()
    page.check(found.total)
    await late("policylab.feeds.atom_xml")
    from policylab.feeds.atom_xml import written

    return written(
        _feed(found, base, language, page, dialogue_id),
        (_item(record, base, language) for record in found.records),
    ), found


def _feed(
    found: PublicRecords, base: str, language: str, page: PageAsked, dialogue_id: UUID | None
) -> atom.Feed:
    path, title = "/feeds/decisions.atom", in_words("feed.title", language)
    if dialogue_id is not None:
        question = found.records[0].content["dialogue"]["questions"]
        path = f"/feeds/dialogues/{to_global('Dialogue', dialogue_id)}/decisions.atom"
        title = titled("feed.title", worded(question, language)[0], language)
    return atom.Feed(
        base=base,
        path=path,
        title=title,
        subtitle=in_words("feed.subtitle", language),
        language=language,
        updated=found.changed_at or BEGINNING,
        page=page,
        total=found.total,
        query={} if language == "en" else {"language": language},
    )


def package_address(base: str, record_id: UUID) -> str:
    """Where the package of a record is fetched."""
    return f"{base}/files/records/{to_global('DecisionRecord', record_id)}.zip"


def _item(record: PublicRecord, base: str, language: str) -> atom.Item:
    said = record.content
    document, tag = worded(said["subject"]["document"]["titles"], language)
    verdict = worded(said["outcome"]["sentence"], language)
    package = package_address(base, record.record_id)
    log_entry = f"{base}/log/entries/{record.leaf_index}"
    return atom.Item(
        id=record.record_id.urn,
        title=(f"{said['identifier']}: {document}", tag),
        updated=record.updated_at,
        published=record.published_at,
        author=worded(said["lab"]["names"], language)[0] or "Policy Lab",
        summary=verdict,
        paragraphs=_paragraphs(record, verdict, language),
        links=[
            ("alternate", package, ZIP, in_words("package", language)),
            ("related", log_entry, "application/json", in_words("log entry", language)),
        ],
        terms=_terms(record, language),
    )


def _paragraphs(record: PublicRecord, verdict: atom.Words, language: str) -> list[atom.Words]:
    said = record.content
    paragraphs: list[atom.Words] = []
    if said["illustrative"]:
        paragraphs.append((in_words("illustrative", language), language))
    paragraphs += [worded(said["dialogue"]["questions"], language), verdict]
    paragraphs.append(worded(said["ruleSentence"], language))
    if said["reasons"]:
        paragraphs.append((f"{in_words('reasons', language)} {said['reasons']}", language))
    sealed = f"{in_words('sealed', language)} {said['sealedAt']}; SHA-256 {record.hash}"
    return [*paragraphs, (sealed, language)]


def _terms(record: PublicRecord, language: str) -> list[tuple[str, str]]:
    outcome = str(record.content["outcome"]["verdict"]["outcome"])
    label = WORDS.get(outcome)
    terms = [(outcome, label.within(language) if label else outcome)]
    if record.content["illustrative"]:
        terms.append(("ILLUSTRATIVE", in_words("illustrative", language)))
    return terms
