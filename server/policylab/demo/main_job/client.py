"""A program that uses a house from outside, with tokens, as anybody's program may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

PATIENCE = 60.0


class StepFailed(Exception):
    """The house refused something, or answered something else than it should."""


@dataclass(frozen=True)
class Caller:
    """Somebody with a token."""

    id: str
    token: str
    name: str


@dataclass
class Client:
    """The public interfaces of one house: GraphQL, uploads, downloads."""

    http: httpx2.AsyncClient
    url: str

    async def ask(self, who: Caller | None, document: str, **variables: Any) -> dict[str, Any]:
        """What a query or mutation answers."""
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {"content-type": "application/json", **_bearer(who)}
        answer = await self.http.post(f"{self.url}/graphql", content=body, headers=headers)
        said = answer.json()
        if said.get("errors") or not said.get("data"):
            raise StepFailed(f"{answer.status_code}: {orjson.dumps(said).decode()[:600]}")
        return said["data"]

    async def do(self, who: Caller, mutation: str, wanted: str, **given: Any) -> dict[str, Any]:
        """One change. `wanted` is the type that it answers with its fields, as `Lab { id }`."""
        name = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename"
            f" ... on {wanted} ... on Refusal {{ code message }} }} }}"
        )
        answer = (await self.ask(who, document, input=given))[mutation]
        if answer["__typename"] == "Refusal":
            raise StepFailed(f"{mutation} by {who.name}: {answer['message']} ({answer['code']})")
        return answer

    async def upload(self, who: Caller, *, name: str, data: bytes, **fields: str) -> dict[str, Any]:
        """A text brought in as a file."""
        answer = await self.http.post(
            f"{self.url}/import", data=fields, files={"file": (name, data)}, headers=_bearer(who)
        )
        if answer.status_code != 200:
            raise StepFailed(f"/import: {answer.status_code} {answer.text[:600]}")
        return answer.json()

    async def download(self, who: Caller | None, address: str) -> bytes:
        """A file that the house gives."""
        url = address if address.startswith("http") else f"{self.url}{address}"
        answer = await self.http.get(url, headers=_bearer(who))
        if answer.status_code != 200:
            raise StepFailed(f"{address}: {answer.status_code} {answer.text[:600]}")
        return answer.content


def _bearer(who: Caller | None) -> dict[str, str]:
    return {"authorization": f"Bearer {who.token}"} if who else {}
