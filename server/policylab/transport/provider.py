"""Our side of OpenID Connect: what we send to an identity provider, and what we believe of it.

authlib makes the requests. What it answers is judged here, because a provider may be broken, or
lie: every claim of a token is checked, sizes and times are bounded, and whatever is wrong becomes
`ProviderFailed`, never a crash (promises S1, S2, S5).
"""

import asyncio
import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256, sha384, sha512
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from policylab.identity import Account
from policylab.settings import Settings
from policylab.transport.pending import Pending, ProviderFailed

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key that only the provider has; none of those that we could make ourselves."""
HASHES = {"256": sha256, "384": sha384, "512": sha512}
SENT_BY_ATTACKERS = {"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip"}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
SCOPE = "openid"
LEEWAY_SECONDS = 60
OLDEST_TOKEN_SECONDS = 900
LARGEST_ANSWER = 262_144
UNCOMPRESSED = {"accept-encoding": "identity"}
PATIENCE_SECONDS = 8.0
METADATA_SECONDS = 3600.0
KEYS_SECONDS = 60.0


class Provider:
    """The one identity provider of the settings."""

    def __init__(
        self, settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self.issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        secret = settings.oidc_client_secret
        self._secret = secret.get_secret_value() if secret else None
        self._redirect = settings.base_url + "/signin/callback"
        self._transport = transport
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._metadata_at = self._keys_at = float("-inf")

    async def begin(self, *, next_page: str, fresh: bool) -> tuple[str, Pending]:
        """Where to send the browser, and what to remember until it comes back."""
        metadata = await self.metadata()
        pending = Pending(
            state=generate_token(43),
            nonce=generate_token(43),
            verifier=generate_token(64),
            next=next_page,
            begun=int(time.time()),
            fresh=fresh,
        )
        more = {"prompt": "login", "max_age": "0"} if fresh else {}
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(  # pyright: ignore[reportUnknownMemberType]
                metadata["authorization_endpoint"],
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
                **more,
            )
        return str(url), pending

    async def finish(self, answer: Mapping[str, str], pending: Pending) -> Account:
        """Whom the callback proves; ProviderFailed for anything that is not exactly right."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._finish(answer, pending)
        except ProviderFailed:
            raise
        except Exception as error:  # whatever a provider sends, nobody gets in by it
            raise ProviderFailed(f"{type(error).__name__}: {error}") from error

    async def _finish(self, answer: Mapping[str, str], pending: Pending) -> Account:
        metadata = await self.metadata()
        _check(hmac.compare_digest(answer.get("state", ""), pending.state), "state")
        needs_issuer = metadata.get("authorization_response_iss_parameter_supported") is True
        _check(answer.get("iss", None if needs_issuer else self.issuer) == self.issuer, "iss")
        code = answer.get("code", "")
        _check(0 < len(code) <= 4096, "code")
        async with self._client(metadata) as client:
            token: Any = await client.fetch_token(  # pyright: ignore[reportUnknownMemberType]
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.verifier,
            )
        claims = await self._read(token.get("id_token"), kinds={None, "jwt"})
        self._check_identity(claims.claims, pending)
        _check_at_hash(claims, token.get("access_token"))
        return Account(
            issuer=self.issuer,
            subject=claims.claims["sub"],
            session=_text(claims.claims.get("sid")),
            assurance=_text(claims.claims.get("acr")),
        )

    async def read_logout(self, token: str) -> tuple[str | None, str | None]:
        """Subject and provider session that a back-channel logout names."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                claims = (await self._read(token, kinds={None, "jwt", "logout+jwt"})).claims
        except ProviderFailed:
            raise
        except Exception as error:  # a forged token must not end anybody's session
            raise ProviderFailed(f"{type(error).__name__}: {error}") from error
        self._check_common(claims)
        events: Any = claims.get("events")
        _check(type(events) is dict and events.get(LOGOUT_EVENT) == {}, "events")
        _check("nonce" not in claims, "nonce")
        _check(bool(_text(claims.get("jti"))), "jti")
        subject, session = _text(claims.get("sub")), _text(claims.get("sid"))
        _check(bool(subject or session), "sub")
        return subject, session

    async def metadata(self) -> dict[str, Any]:
        """What the provider says of itself, read again every hour."""
        if time.monotonic() - self._metadata_at > METADATA_SECONDS:
            found = await self._fetch(self.issuer + "/.well-known/openid-configuration")
            _check(found.get("issuer") == self.issuer, "issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check_endpoint(found.get(name))
            self._metadata, self._metadata_at = found, time.monotonic()
        return self._metadata

    async def _read(self, token: object, *, kinds: set[str | None]) -> jwt.Token:
        """A token whose signature is the provider's, by a key of the provider's own list."""
        if not isinstance(token, str) or not 0 < len(token) <= 65_536:
            raise ProviderFailed("no token, or one of absurd size")
        try:
            read = self._decode(token, await self._key_set(fresh=False))
        except Exception:  # perhaps the provider has new keys: look again, at most once a minute
            if time.monotonic() - self._keys_at < KEYS_SECONDS:
                raise
            read = self._decode(token, await self._key_set(fresh=True))
        _check(not SENT_BY_ATTACKERS & set(read.header), "header")
        kind = read.header.get("typ")
        _check((kind.lower() if isinstance(kind, str) else kind) in kinds, "typ")
        return read

    def _decode(self, token: str, keys: KeySet) -> jwt.Token:
        offered = self._metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        admitted = [name for name in ALGORITHMS if name in offered]
        registry = JWSRegistry(algorithms=admitted, strict_check_header=False)
        return jwt.decode(token, keys, registry=registry)

    async def _key_set(self, *, fresh: bool) -> KeySet:
        if self._keys is None or fresh:
            metadata = await self.metadata()
            found = await self._fetch(metadata["jwks_uri"])
            public = [key for key in found.get("keys", []) if key.get("kty") in {"RSA", "EC"}]
            keys = [key for key in public if key.get("use", "sig") == "sig"]
            self._keys, self._keys_at = KeySet.import_key_set({"keys": keys}), time.monotonic()
        return self._keys

    def _check_common(self, claims: Mapping[str, Any]) -> None:
        now = time.time()
        _check(claims.get("iss") == self.issuer, "iss")
        audience = claims.get("aud")
        audiences: list[Any] = audience if isinstance(audience, list) else [audience]  # pyright: ignore[reportUnknownVariableType]
        _check(self._client_id in audiences, "aud")
        _check(len(audiences) == 1 or "azp" in claims, "azp")
        _check(claims.get("azp", self._client_id) == self._client_id, "azp")
        issued = _moment(claims.get("iat"), "iat")
        _check(now - OLDEST_TOKEN_SECONDS <= issued <= now + LEEWAY_SECONDS, "iat")
        if "exp" in claims:
            _check(_moment(claims["exp"], "exp") > now - LEEWAY_SECONDS, "exp")
        if "nbf" in claims:
            _check(_moment(claims["nbf"], "nbf") <= now + LEEWAY_SECONDS, "nbf")

    def _check_identity(self, claims: Mapping[str, Any], pending: Pending) -> None:
        self._check_common(claims)
        _check("exp" in claims, "exp")
        _check("events" not in claims, "events")
        nonce = claims.get("nonce")
        _check(isinstance(nonce, str) and hmac.compare_digest(nonce, pending.nonce), "nonce")
        subject = claims.get("sub")
        _check(isinstance(subject, str) and 0 < len(subject) <= 255, "sub")
        if pending.fresh:
            when = _moment(claims.get("auth_time"), "auth_time")
            _check(when >= pending.begun - LEEWAY_SECONDS, "auth_time")

    def _check_endpoint(self, address: object) -> None:
        """https, unless the provider itself is on plain http (development on one machine)."""
        scheme = urlsplit(self.issuer).scheme
        admitted = isinstance(address, str) and urlsplit(address).scheme in {"https", scheme}
        _check(admitted, "endpoint")

    async def _fetch(self, url: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._http() as client:
                answer = await client.get(url, headers={"accept": "application/json"})
            _check(answer.status_code == 200, f"status {answer.status_code}")
            found = answer.json()
        except ProviderFailed:
            raise
        except Exception as error:  # unreachable, slow, too long, not JSON: all the same to us
            raise ProviderFailed(f"{url}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ProviderFailed(f"{url}: no object")
        return found  # pyright: ignore[reportUnknownVariableType]

    def _http(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=_Bounded(self._transport), timeout=PATIENCE_SECONDS, headers=UNCOMPRESSED
        )

    def _client(self, metadata: Mapping[str, Any]) -> Any:
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        usable = [name for name in ("client_secret_basic", "client_secret_post") if name in methods]
        method = "none" if self._secret is None else (usable or ["client_secret_basic"])[0]
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=method,
            scope=SCOPE,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            transport=_Bounded(self._transport),
            timeout=PATIENCE_SECONDS,
            headers=UNCOMPRESSED,
        )


class _Bounded(httpx2.AsyncBaseTransport):
    """Reads no answer beyond a size that an honest provider needs."""

    def __init__(self, inner: httpx2.AsyncBaseTransport | None) -> None:
        self._inner = inner or httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inner.handle_async_request(request)
        body = bytearray()
        try:
            _check(answer.headers.get("content-encoding", "identity") == "identity", "encoding")
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise ProviderFailed("an answer of absurd size")
        finally:
            await answer.aclose()
        headers = [(name, value) for name, value in answer.headers.raw if name != b"content-length"]
        return httpx2.Response(answer.status_code, headers=headers, content=bytes(body))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _check(holds: object, what: str) -> None:
    if not holds:
        raise ProviderFailed(f"{what} is wrong")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 255 else None


def _moment(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderFailed(f"{what} is wrong")
    return float(value)


def _check_at_hash(token: jwt.Token, access_token: object) -> None:
    """The access token that came along is the one that the ID token speaks of, if it does."""
    expected = token.claims.get("at_hash")
    if expected is None:
        return
    make = HASHES[str(token.header["alg"])[-3:]]
    digest = make(str(access_token).encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    _check(isinstance(expected, str) and hmac.compare_digest(expected, half), "at_hash")
