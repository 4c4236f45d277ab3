"""The few pages that are there before the web app is: choosing who to be, codes, signing out.

Plain HTML without scripts, in English and French; everything from the database is escaped.
"""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from policylab.identity import Entry

STYLE = Path(__file__).with_name("signin.css").read_text(encoding="utf-8")

WORDS = {
    "en": {
        "name": "Policy Lab",
        "demo.title": "Choose who to be",
        "demo.warning": "Demo mode. The people, places and texts of Arvenia are invented, and"
        " anybody can sign in as anybody. Never put real data here.",
        "demo.level": "Level: {level}",
        "demo.other": "Everybody else",
        "demo.enter": "Sign in as {name}, {function}, {body}",
        "demo.nobody": "There are no demo people yet. Start with ./lab up, or load them with"
        " policylab seed.",
        "administrator": "administrator of the service",
        "code.title": "Sign in with a code",
        "code.hint": "The code you were given. Blanks, dashes and small letters do not matter.",
        "code.label": "Code",
        "code.enter": "Sign in",
        "code.account": "Your account with {provider} is not known here yet. Enter the code of"
        " your invitation once; from then on your account will do.",
        "out.title": "Sign out",
        "out.text": "This ends your session in this browser.",
        "out.enter": "Sign out",
        "provider": "Sign in with {provider}",
        "code.instead": "Sign in with a code",
        "demo.instead": "Sign in as a demo person",
        "failed.title": "You are not signed in",
        "failed.again": "Try again",
        "failed.provider": "The identity provider did not confirm who you are. Nothing was"
        " changed; please begin again.",
        "failed.state": "This sign-in was not begun in this browser, took too long, or was used"
        " before. Please begin again.",
        "failed.away": "The identity provider does not answer at the moment. Please try again"
        " in a few minutes.",
        "failed.denied": "The sign-in was cancelled at the identity provider.",
        "failed.many": "Too many tries. Please wait {seconds} seconds.",
        "failed.code": "This code is not known, was used before or is too old. Ask for a new one.",
        "failed.person": "This account is closed, or not there. Ask an administrator.",
        "graphiql.title": "GraphiQL is not offered here",
        "graphiql.text": "Whoever runs this service has not switched it on. Programs can use the"
        " API with a personal access token, which you make in the settings.",
        "home": "To the start page",
    },
    "fr": {
        "name": "Policy Lab",
        "demo.title": "Choisissez qui vous êtes",
        "demo.warning": "Mode démonstration. Les personnes, les lieux et les textes d'Arvenia sont"
        " inventés, et chacun peut se connecter au nom de chacun. N'y mettez aucune donnée réelle.",
        "demo.level": "Niveau : {level}",
        "demo.other": "Les autres",
        "demo.enter": "Se connecter comme {name}, {function}, {body}",
        "demo.nobody": "Il n'y a pas encore de personnes de démonstration. Lancez ./lab up, ou"
        " chargez-les avec policylab seed.",
        "administrator": "administration du service",
        "code.title": "Se connecter avec un code",
        "code.hint": "Le code reçu. Espaces, tirets et minuscules n'ont pas d'importance.",
        "code.label": "Code",
        "code.enter": "Se connecter",
        "code.account": "Votre compte auprès de {provider} n'est pas encore connu ici. Saisissez"
        " une fois le code de votre invitation ; ensuite, votre compte suffira.",
        "out.title": "Se déconnecter",
        "out.text": "Ceci met fin à votre session dans ce navigateur.",
        "out.enter": "Se déconnecter",
        "provider": "Se connecter avec {provider}",
        "code.instead": "Se connecter avec un code",
        "demo.instead": "Se connecter comme une personne de démonstration",
        "failed.title": "Vous n'êtes pas connecté",
        "failed.again": "Réessayer",
        "failed.provider": "Le fournisseur d'identité n'a pas confirmé qui vous êtes. Rien n'a été"
        " modifié ; veuillez recommencer.",
        "failed.state": "Cette connexion n'a pas été commencée dans ce navigateur, a pris trop de"
        " temps ou a déjà servi. Veuillez recommencer.",
        "failed.away": "Le fournisseur d'identité ne répond pas pour le moment. Veuillez réessayer"
        " dans quelques minutes.",
        "failed.denied": "La connexion a été annulée auprès du fournisseur d'identité.",
        "failed.many": "Trop de tentatives. Veuillez attendre {seconds} secondes.",
        "failed.code": "Ce code est inconnu, a déjà servi ou a expiré. Demandez-en un nouveau.",
        "failed.person": "Ce compte est fermé ou n'existe pas. Adressez-vous à l'administration.",
        "graphiql.title": "GraphiQL n'est pas proposé ici",
        "graphiql.text": "Les responsables de ce service ne l'ont pas activé. Les programmes"
        " utilisent l'API avec un jeton d'accès personnel, que vous créez dans les réglages.",
        "home": "Vers la page d'accueil",
    },
}
MARKS = {"local": "●", "regional": "◆", "national": "■"}


def language_of(request: Request) -> str:
    """English or French, as the browser prefers."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in WORDS:
            return tag
    return "en"


def say(language: str, key: str, **values: object) -> str:
    """One sentence, escaped."""
    return escape(WORDS[language][key].format(**values))


def page(
    language: str,
    title: str,
    body: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """A whole page. Nothing about who signs in is ever kept by a cache."""
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title} · {say(language, 'name')}</title>"
        '<link rel="icon" href="/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/signin/style.css"></head>'
        f'<body><main><p class="name">{say(language, "name")}</p>'
        f"<h1>{title}</h1>{body}</main></body></html>"
    )
    kept = {"cache-control": "no-store", "vary": "accept-language"} | (headers or {})
    return HTMLResponse(html, status, headers=kept)


def demo_page(
    language: str, people: Sequence[Entry], *, next_page: str, links: str
) -> HTMLResponse:
    """The demo people by level, each a button that says function and body first."""
    sections: list[str] = []
    for level, group in groupby(people, key=lambda person: person.level):
        sections.append(_section(language, level, list(group), next_page))
    body = f'<p class="warning" role="note">{say(language, "demo.warning")}</p>'
    body += "".join(sections) or f"<p>{say(language, 'demo.nobody')}</p>"
    return page(language, say(language, "demo.title"), body + links)


def _section(language: str, level: str, people: list[Entry], next_page: str) -> str:
    mark = f'<span class="mark level-{escape(level)}" aria-hidden="true">{_mark(level)}</span> '
    heading = say(language, "demo.level", level=level) if level else say(language, "demo.other")
    cards = "".join(_card(language, person, next_page) for person in people)
    return f"<section><h2>{mark if level else ''}{heading}</h2><ul>{cards}</ul></section>"


def _mark(level: str) -> str:
    return MARKS.get(level, "▲")


def _card(language: str, person: Entry, next_page: str) -> str:
    function = person.function(language)
    if person.administrator:
        administrator = WORDS[language]["administrator"]
        function = f"{function}, {administrator}" if function else administrator
    label = say(
        language,
        "demo.enter",
        name=person.display_name,
        function=function,
        body=person.body(language),
    )
    return (
        '<li><form method="post" action="/signin/demo">'
        f'<input type="hidden" name="next" value="{escape(next_page)}">'
        f'<button name="person" value="{person.id}" aria-label="{label}">'
        f'<span class="function">{escape(function)}</span>'
        f'<span class="body">{escape(person.body(language))}</span>'
        f'<span class="person">{escape(person.display_name)}</span></button></form></li>'
    )


def code_page(
    language: str,
    *,
    next_page: str,
    code: str = "",
    problem: str = "",
    account_at: str | None = None,
    links: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """Where a code is entered: the first administrator's, or an invited person's."""
    lead = f"<p>{say(language, 'code.account', provider=account_at)}</p>" if account_at else ""
    wrong = f'<p class="problem" id="problem" role="alert">{problem}</p>' if problem else ""
    described = "hint problem" if problem else "hint"
    body = (
        f'{lead}<form method="post" action="/signin/code" class="code">'
        f'<input type="hidden" name="next" value="{escape(next_page)}">'
        f'<label for="code">{say(language, "code.label")}</label>'
        f'<p class="hint" id="hint">{say(language, "code.hint")}</p>{wrong}'
        f'<input id="code" name="code" value="{escape(code)}" required autocomplete="one-time-code"'
        f' autocapitalize="characters" spellcheck="false" maxlength="80"'
        f' aria-describedby="{described}"{" aria-invalid=true" if problem else ""}>'
        f'<button class="primary">{say(language, "code.enter")}</button></form>{links}'
    )
    return page(language, say(language, "code.title"), body, status=status, headers=headers)


def out_page(language: str) -> HTMLResponse:
    """Asks before it signs somebody out: a link alone must not."""
    body = (
        f"<p>{say(language, 'out.text')}</p>"
        f'<form method="post" action="/signout"><button class="primary">'
        f"{say(language, 'out.enter')}</button></form>"
    )
    return page(language, say(language, "out.title"), body)


def failed_page(
    language: str, key: str, *, status: int, headers: dict[str, str] | None = None, **values: object
) -> HTMLResponse:
    """Why nobody was signed in, and the way to begin again."""
    body = (
        f'<p role="alert">{say(language, key, **values)}</p>'
        f'<p><a class="primary" href="/signin">{say(language, "failed.again")}</a></p>'
    )
    return page(language, say(language, "failed.title"), body, status=status, headers=headers)


def graphiql_page(language: str) -> HTMLResponse:
    """Why there is no GraphiQL at its address."""
    body = (
        f"<p>{say(language, 'graphiql.text')}</p>"
        f'<p><a class="primary" href="/">{say(language, "home")}</a></p>'
    )
    return page(language, say(language, "graphiql.title"), body, status=404)


def other_ways(language: str, *, provider: str | None, demo: bool, code: bool) -> str:
    """Links to the other ways of signing in."""
    links: list[str] = []
    if provider:
        text = say(language, "provider", provider=provider)
        links.append(f'<a href="/signin?with=provider">{text}</a>')
    if demo:
        links.append(f'<a href="/signin/demo">{say(language, "demo.instead")}</a>')
    if code:
        links.append(f'<a href="/signin/code">{say(language, "code.instead")}</a>')
    return f'<p class="ways">{" · ".join(links)}</p>' if links else ""
