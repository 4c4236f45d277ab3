"""Who may come to which address, said once; an address that says nothing stops the house (A3)."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route, WebSocketRoute

EVERYBODY = "everybody: it tells nothing about anybody"
PUBLISHED = "everybody: it tells what was made public and nothing else"
VIEWER = "each answer is what its viewer may see"

ACCESS: dict[str, str] = {
    "/healthz": EVERYBODY,
    "/readyz": EVERYBODY,
    "/graphql": VIEWER,
    "/graphql/stream": VIEWER,
    "/graphiql": "who is signed in, where the settings offer it",
    "/coedit/{draft_id}": "who may read the draft; each update is judged by the right to write it",
    "/coedit/{draft_id}/poll": "the same: whoever opened it, with each request anew",
    "/coedit/{draft_id}/ticket": "who may read the draft",
    "/signin": EVERYBODY,
    "/signin/callback": "the browser that began this sign-in",
    "/signin/code": "whoever holds a code that has not been used",
    "/signin/backchannel": "the identity provider, by its signature",
    "/signin/style.css": EVERYBODY,
    "/signin/demo": "everybody, in demo mode only",
    "/signout": "whose session it is",
    "/import": "who may edit the document",
    "/files/exports/{set_id}/{kind}": "who may read the text; all in it is what its viewer may see",
    "/files/records/{record_id}.zip": "who may read the dialogue that decided; everybody once the "
    "record is public",
    "/files/attachments/{attachment_id}": "who may read the text",
    "/{path:path}": "everybody: the web app's own files, the same for all",
    "/feeds/decisions.atom": PUBLISHED,
    "/feeds/dialogues/{dialogue_id}/decisions.atom": PUBLISHED,
    "/feeds/log.atom": EVERYBODY,
    "/catalogue": PUBLISHED,
    "/catalogue/index/{name}": EVERYBODY,
    "/calendar/me.ics": VIEWER,
    "/calendar/meetings/{meeting_id}.ics": "who may read the dialogue that meets",
    "/calendar/{secret}.ics": "whoever holds the address; all in it is what its person may see",
    "/log/key": EVERYBODY,
    "/log/head": EVERYBODY,
    "/log/leaves": EVERYBODY,
    "/log/entries/{index}": EVERYBODY,
    "/log/inclusion": EVERYBODY,
    "/log/consistency": EVERYBODY,
}
"""The rule of every address, by its path."""


def check_declared(routes: Iterable[BaseRoute]) -> None:
    """Refuse to build a house with an address whose rule nobody has written down."""
    paths = {route.path for route in routes if isinstance(route, Route | WebSocketRoute)}
    others = [route for route in routes if not isinstance(route, Route | WebSocketRoute)]
    missing = sorted(paths - ACCESS.keys())
    if missing or others:
        raise RuntimeError(f"These addresses have no rule of access: {missing} {others}")
