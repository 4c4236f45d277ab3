"""Who may come to which address, said once; an address that says nothing stops the house (A3)."""

from collections.abc import Iterable

from starlette.routing import BaseRoute, Route, WebSocketRoute

EVERYBODY = "everybody: it tells nothing about anybody"
VIEWER = "each answer is what its viewer may see"

ACCESS: dict[str, str] = {
    "/healthz": EVERYBODY,
    "/readyz": EVERYBODY,
    "/graphql": VIEWER,
    "/graphql/stream": VIEWER,
    "/coedit/{draft_id}": "who may read the draft; each update is judged by the right to write it",
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
    "/files/records/{record_id}.zip": "who may read the dialogue that decided",
    "/files/attachments/{attachment_id}": "who may read the text",
    "/{path:path}": "everybody: the web app's own files, the same for all",
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
