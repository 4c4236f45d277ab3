"""Every environment variable: its name, default and meaning, declared once.

`policylab settings` prints this list with the values in force.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from policylab.published import CHECKOUT

PREFIX = "POLICYLAB_"
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1", "[::1]"}


class BadSettings(ValueError):
    """The settings contradict each other or are unsafe; the message says what to change."""


def default_data_folder() -> Path:
    """`.lab/` of a checkout, else a folder where the program was started."""
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / ".lab"
    return Path.cwd() / "policylab-data"


class Settings(BaseSettings):
    """What the operator decides. Each field is the variable POLICYLAB_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    database_url: str = Field(
        default="",
        repr=False,
        description="The database as the service's role: postgresql+asyncpg://policylab_service:…@"
        "host/policylab. Without it the embedded PostgreSQL in the data folder is used.",
    )
    owner_database_url: str = Field(
        default="",
        repr=False,
        description="The same database as the owner's role, for migrations, backup and restore.",
    )
    data_folder: Path = Field(
        default_factory=default_data_folder,
        description="Where the embedded database and generated keys are kept.",
    )
    host: str = Field(default="127.0.0.1", description="The address the service listens on.")
    port: int = Field(
        default=8800, ge=0, le=65535, description="The one port the service listens on; 0: any."
    )
    base_url: str = Field(
        default_factory=lambda data: f"http://localhost:{data.get('port', 8800)}",
        description="How browsers reach the service, e.g. https://lab.example.org. Sign-in, links"
        " and the check of origins rest on it.",
    )
    allow_plain_http: bool = Field(
        default=False,
        description="Serve beyond this machine without https. Cookies can then be read on the way.",
    )
    demo_mode: bool = Field(
        default=False,
        description="Let anybody sign in as one of the demo people. Never with real data.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="The identity provider's issuer address (OpenID Connect)."
    )
    oidc_client_id: str | None = Field(default=None, description="Our client id at the provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Our client secret at the provider."
    )
    oidc_name: str = Field(
        default="your organisation's account", description="What the sign-in button names."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs the state of a sign-in that is under way; the same on every replica."
        " Without it one is made and kept in the data folder.",
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="The Ed25519 key that seals records, as PEM. Without it one is made and kept"
        " in the data folder.",
    )
    session_idle_minutes: int = Field(
        default=120, ge=5, description="A session ends after so many minutes without a request."
    )
    session_hours: int = Field(
        default=12, ge=1, description="A session ends after so many hours in any case."
    )
    persisted_only: bool = Field(
        default_factory=lambda data: not _only_here(data),
        description="Browsers may run the web app's own operations only; tokens are free to ask."
        " Without it, so may whoever is signed in. By default only where this machine alone is"
        " served (development) it is off.",
    )
    graphiql: bool = Field(
        default_factory=lambda data: not data.get("persisted_only", True),
        description="Offer GraphiQL, for trying the API by hand, to signed-in people at /graphiql."
        " It sends documents of their own, so POLICYLAB_PERSISTED_ONLY=false has to allow them;"
        " by default it is offered wherever they are allowed.",
    )
    query_budget: int = Field(
        default=1_000_000,
        ge=0,
        description="Cost of GraphQL operations that a person may spend in a minute, by process; "
        "0: as much as she likes.",
    )
    work: bool = Field(
        default=True, description="Do the background work in the serving process as well."
    )
    pool_size: int = Field(
        default=6,
        ge=2,
        description="Database connections of a process for changes, and as many for reads; a few "
        "more for what it asks on its own.",
    )
    live_texts_mb: int = Field(
        default=512,
        ge=16,
        description="Megabytes that the live texts of a process may take together; those that were "
        "changed longest ago are put to rest first.",
    )
    metrics_address: str | None = Field(
        default=None, description="host:port where /metrics is served, apart from everything else."
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Whose forwarded-for headers are believed: addresses, with commas between.",
    )
    unsafe_database: bool = Field(
        default=False,
        description="Work on a database that may lose what it has acknowledged, or in which the"
        " service may do everything. For tests only.",
    )
    log_json: bool = Field(
        default=False,
        description="Write the log as JSON lines, and one for every request: method, path, status,"
        " milliseconds, and the id of the person, never her name; and one for every connection.",
    )

    @field_validator("base_url", "oidc_issuer")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("must be an address such as https://lab.example.org")
        return value.rstrip("/")

    @property
    def https(self) -> bool:
        """Whether browsers come over https (perhaps ended by a proxy in front of us)."""
        return self.base_url.startswith("https://")

    @property
    def local(self) -> bool:
        """Whether only this machine can reach the service."""
        return _only_here({"host": self.host, "base_url": self.base_url})

    @cached_property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may change something here with a person's cookie."""
        origins = {self.base_url}
        if self.local:
            scheme, port = urlsplit(self.base_url).scheme, urlsplit(self.base_url).port
            origins |= {f"{scheme}://{name}:{port}" for name in ("localhost", "127.0.0.1")}
        return frozenset(origins)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names in a Host header that are ours."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used."""
        return not self.database_url

    def check(self) -> None:
        """Refuse to start in a way that would give people's cookies or accounts away."""
        if not self.local and not self.https and not self.allow_plain_http:
            raise BadSettings(
                "Beyond this machine Policy Lab is served over https only. Set"
                " POLICYLAB_BASE_URL=https://… (a proxy in front ends https), or, on a"
                " closed network, POLICYLAB_ALLOW_PLAIN_HTTP=true."
            )
        if self.oidc_issuer and not self.oidc_client_id:
            raise BadSettings("POLICYLAB_OIDC_ISSUER needs POLICYLAB_OIDC_CLIENT_ID as well.")
        if self.graphiql and self.persisted_only:
            raise BadSettings(
                "GraphiQL sends documents that people write themselves. Set"
                " POLICYLAB_PERSISTED_ONLY=false to allow them, or POLICYLAB_GRAPHIQL=false."
            )

    def signing_key(self) -> Path:
        """The file with the key that seals records."""
        return self.signing_key_file or self.data_folder / "signing-key.pem"

    def secret(self) -> str:
        """The key that signs a sign-in under way: as set, else made once and kept."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return kept_secret(self.data_folder / "secret-key")


def kept_secret(path: Path) -> str:
    """The secret in a file, made on first use and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was first: its secret is ours
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def _only_here(data: Mapping[str, Any]) -> bool:
    """Whether host and address are such that only this machine can reach the service."""
    name = urlsplit(data.get("base_url", "")).hostname or ""
    return _is_loopback(data.get("host", "")) and name in LOCAL_NAMES


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOCAL_NAMES
