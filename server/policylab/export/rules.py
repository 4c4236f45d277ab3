"""Which packages there are, in which languages, and what they are called. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from policylab.kit.errors import RefusalCode, Refused

MOST_LANGUAGES = 2
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ps", "ur", "yi"}
_PLAIN = re.compile(r"[^a-z0-9]+")


class Kind(StrEnum):
    """What a text can be taken away as."""

    PDF = "pdf"
    DOCX = "docx"
    ODT = "odt"
    HTML = "html"
    MARKDOWN = "markdown"
    AKOMA_NTOSO = "akoma-ntoso"
    JSON_LD = "json-ld"


KINDS = tuple(Kind)
MEDIA = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.ODT: "application/vnd.oasis.opendocument.text",
    Kind.HTML: "text/html; charset=utf-8",
    Kind.MARKDOWN: "text/markdown; charset=utf-8",
    Kind.AKOMA_NTOSO: "application/akn+xml",
    Kind.JSON_LD: "application/ld+json",
}
ENDINGS = {
    Kind.PDF: "pdf",
    Kind.DOCX: "docx",
    Kind.ODT: "odt",
    Kind.HTML: "html",
    Kind.MARKDOWN: "md",
    Kind.AKOMA_NTOSO: "akn.xml",
    Kind.JSON_LD: "jsonld",
}


def check_kind(kind: str) -> Kind:
    """The kind of this name, or a refusal that lists those there are."""
    try:
        return Kind(kind)
    except ValueError:
        message = f"Texts can be taken away as {', '.join(KINDS)}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="kind") from None


def check_languages(wanted: Sequence[str], there: Sequence[str]) -> list[str]:
    """The languages asked for, in that order; all there are (two at most) when none is named."""
    chosen = list(dict.fromkeys(wanted)) or list(there[:MOST_LANGUAGES])
    unknown = [language for language in chosen if language not in there]
    if unknown or not chosen:
        message = f"This text is there in {', '.join(there) or 'no language'}."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="languages")
    if len(chosen) > MOST_LANGUAGES:
        message = "A package holds one language, or two beside each other."
        raise Refused(RefusalCode.INVALID_INPUT, message, field="languages")
    return chosen


def language_tag(value: object) -> str | None:
    """A BCP 47 tag as readers of our files understand it, or None for anything else."""
    return value if isinstance(value, str) and _TAG.fullmatch(value) else None


def direction(language: str) -> str:
    """Which way a language is written."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def house_language(language: str) -> str:
    """The language of our own headings beside a text in this language."""
    return "fr" if language.lower().startswith("fr") else "en"


def slug(text: str, longest: int = 60) -> str:
    """A title as part of a file name or an address: plain letters, digits and hyphens."""
    straight = text.replace("’", "'")
    letters = unicodedata.normalize("NFKD", straight).encode("ascii", "ignore").decode().lower()
    return _PLAIN.sub("-", letters).strip("-")[:longest].strip("-")


def file_name(title: str, number: int, kind: Kind, languages: Sequence[str]) -> str:
    """What the file is called: title, version, languages."""
    stem = slug(title) or "text"
    return f"{stem}-v{number}-{'-'.join(slug(each) for each in languages)}.{ENDINGS[kind]}"
