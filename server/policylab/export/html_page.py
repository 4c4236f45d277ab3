"""The shell of an HTML package: no script, nothing fetched, fit for print."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from policylab.export import words
from policylab.export.cover import Cover, Fact, author, cover_of
from policylab.export.dossier import Dossier
from policylab.export.rules import direction, house_language

Entry = tuple[int, str, str, str]
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
_STYLE = Path(__file__).with_name("page.css")


def page(dossier: Dossier, body: str, contents: Sequence[tuple[str, Sequence[Entry]]]) -> bytes:
    """The whole page around the body that pandoc wrote."""
    main = dossier.languages[0]
    covers = [(language, cover_of(dossier, language)) for language in dossier.languages]
    title = " / ".join(dict.fromkeys(cover.title for _, cover in covers))
    kind = "two" if len(covers) > 1 else "one"
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{main}" dir="{direction(main)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f'<meta name="author" content="{escape(author(dossier, main))}">',
        f'<meta name="dcterms.date" content="{dossier.frozen_at.date().isoformat()}">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_STYLE.read_text('utf-8')}</style>",
        "</head>",
        f'<body class="{kind}">',
        '<header class="cover">',
        *(_cover(language, cover) for language, cover in covers),
        "</header>",
        '<div class="contents">',
        *(_contents(language, entries) for language, entries in contents if entries),
        "</div>",
        "<main>",
        body.strip(),
        "</main>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(parts).encode()


def _open(tag: str, language: str) -> str:
    return f'<{tag} lang="{language}" dir="{direction(language)}">'


def _cover(language: str, cover: Cover) -> str:
    lines = [
        _open("div", language),
        f'<p class="kicker">{escape(cover.kicker)}</p>',
        f"<h1>{escape(cover.title)}</h1>",
        f'<p class="subtitle">{escape(cover.subtitle)}</p>',
    ]
    if cover.notice:
        lines.append(f'<p class="notice">{escape(cover.notice)}</p>')
    return "\n".join([*lines, "<dl>", *(_fact(fact) for fact in cover.facts), "</dl>", "</div>"])


def _fact(fact: Fact) -> str:
    text = f"<code>{escape(fact.text)}</code>" if fact.code else escape(fact.text)
    return f"<dt>{escape(fact.label)}</dt><dd>{text}</dd>"


def _contents(language: str, entries: Sequence[Entry]) -> str:
    title = words.CONTENTS.within(house_language(language))
    label = f'{_open("nav", language)[:-1]} aria-label="{title}">'
    items = [
        f'<li class="depth{depth}"><a href="#{escape(place)}">'
        f'<span class="number">{escape(number)}</span> {escape(text)}</a></li>'
        for depth, number, text, place in entries
    ]
    return "\n".join([label, f"<h2>{title}</h2>", "<ul>", *items, "</ul>", "</nav>"])
