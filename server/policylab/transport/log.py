"""The record log, open to everybody: keys, signed heads, hashes and proofs (RFC 9162, section 2.1).

It holds no content: whoever has a record can prove that it is in the log, and whoever keeps a head
can prove later that nothing before it was rewritten. `docs/records.md` says how.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from policylab.decisions import KeyUnusable, log, merkle, open_signer
from policylab.kit.log import log as note
from policylab.kit.viewer import ANONYMOUS
from policylab.transport.house import House

NO_STORE = {"cache-control": "no-store"}
MOST_LEAVES = 1_000
LONGEST_NUMBER = 15
Answer = Callable[[AsyncSession, Request], Awaitable[Any]]


def routes(house: House) -> list[Route]:
    """`/log/…`: everybody may read all of it."""

    def public(path: str, answer: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                async with house.database.read(ANONYMOUS) as session:
                    value = await answer(session, request)
            except HTTPException as problem:
                sentence = {"error": problem.detail}
                return JSONResponse(sentence, problem.status_code, headers=NO_STORE)
            return JSONResponse(value, headers=NO_STORE)

        return Route(path, endpoint)

    async def key(request: Request) -> Response:
        return await _keys(house)

    return [
        Route("/log/key", key),
        public("/log/head", _head),
        public("/log/leaves", _leaves),
        public("/log/entries/{index}", _entry),
        public("/log/inclusion", _inclusion),
        public("/log/consistency", _consistency),
    ]


async def _keys(house: House) -> Response:
    """Every key that has signed here, one a line, the latest last."""
    async with house.database.read(ANONYMOUS) as session:
        keys = [str(entry.value["subject"]) for entry in await log.keys_of(session)]
    if not keys:  # nothing was ever sealed: the key that will be the first
        try:
            keys = [open_signer(house.settings.signing_key()).public]
        except (KeyUnusable, OSError) as error:
            note.error("signing.key_unusable", error=repr(error))
            return PlainTextResponse("There is no key yet.\n", 503, headers=NO_STORE)
    return PlainTextResponse("\n".join(keys) + "\n", headers=NO_STORE)


async def _head(session: AsyncSession, request: Request) -> Any:
    """The latest signed head, or the one that was signed at `size`."""
    size = _number(request, "size") if "size" in request.query_params else None
    head = await log.head_of(session, size)
    if head is None:
        raise HTTPException(404, "No head was signed at this size.")
    return {"head": head.value, "signature": head.signature}


async def _leaves(session: AsyncSession, request: Request) -> Any:
    """The hashes of the entries, in pages: from `start` on."""
    start = _number(request, "start") if "start" in request.query_params else 0
    size = await log.size_of(session)
    hashes = (await log.leaf_hashes(session, min(size, start + MOST_LEAVES)))[start:]
    return {"size": size, "start": start, "leaves": [leaf.hex() for leaf in hashes]}


async def _entry(session: AsyncSession, request: Request) -> Any:
    """One entry as it was signed."""
    entry = await log.entry_at(session, _whole(request.path_params["index"], "index"))
    if entry is None:
        raise HTTPException(404, "The log has no such entry.")
    leaf = merkle.leaf_hash(entry.data).hex()
    return {"entry": entry.value, "signature": entry.signature, "leaf": leaf}


async def _inclusion(session: AsyncSession, request: Request) -> Any:
    """What proves that the entry at `index` is in the log of `size` entries."""
    size = await _size(session, request, "size")
    index = _number(request, "index")
    if index >= size:
        raise HTTPException(404, "The log has no such entry at this size.")
    path = merkle.inclusion_path(index, await log.leaf_hashes(session, size))
    return {"index": index, "size": size, "path": [node.hex() for node in path]}


async def _consistency(session: AsyncSession, request: Request) -> Any:
    """What proves that the log of `first` entries is the beginning of the one of `second`."""
    second = await _size(session, request, "second")
    first = _number(request, "first")
    if not 0 < first <= second:
        raise HTTPException(404, "A log begins with 1 to `second` entries.")
    path = merkle.consistency_path(first, await log.leaf_hashes(session, second))
    return {"first": first, "second": second, "path": [node.hex() for node in path]}


async def _size(session: AsyncSession, request: Request, name: str) -> int:
    """The size asked for, as far as the log has come; the whole log without one."""
    there = await log.size_of(session)
    size = _number(request, name) if name in request.query_params else there
    if not 0 < size <= there:
        raise HTTPException(404, f"The log has {there} entries.")
    return size


def _number(request: Request, name: str) -> int:
    return _whole(request.query_params.get(name, ""), name)


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise HTTPException(400, f"{name} must be a whole number.")
    return int(text)
