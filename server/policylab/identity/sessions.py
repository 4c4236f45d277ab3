"""How people come in and go out: browser sessions, codes, accounts of providers, slow guessing."""

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update

from policylab.identity.events import SessionsEnded
from policylab.identity.rules import TokenScope
from policylab.identity.service import check_administrator, hash_secret
from policylab.identity.tables import (
    AccessToken,
    IdentityLink,
    Person,
    SignInCode,
    SignInFailure,
    SpentSignIn,
    WebSession,
)
from policylab.kit.db import Database, UnitOfWork
from policylab.kit.errors import RefusalCode, Refused, not_found
from policylab.kit.ids import uuid7
from policylab.kit.viewer import ANONYMOUS, Viewer

SEEN_EVERY = timedelta(minutes=1)
"""How exactly "last seen" is kept: a write for every request would be one too many."""
FAILURES_A_MINUTE = 10
LONGEST_AGENT = 200
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 26  # of 31 letters: 128 bits


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account at an identity provider, as the provider has just proved it."""

    issuer: str
    subject: str
    session: str | None = None
    assurance: str | None = None


async def open_session(
    uow: UnitOfWork,
    *,
    person_id: UUID,
    life: timedelta,
    user_agent: str | None = None,
    account: Account | None = None,
) -> str:
    """Sign a person in; the answer is the secret for her cookie, always a new one."""
    person = await uow.session.get(Person, person_id)
    if person is None or person.suspended_at is not None:
        raise Refused(RefusalCode.NOT_ALLOWED, "This account is closed. Ask an administrator.")
    secret = secrets.token_urlsafe(32)
    session = WebSession(
        secret_hash=hash_secret(secret),
        person_id=person_id,
        signed_in_at=uow.now,
        last_seen_at=uow.now,
        expires_at=uow.now + life,
        user_agent=(user_agent or "")[:LONGEST_AGENT] or None,
        created_by=person_id,
        provider_issuer=account.issuer if account else None,
        provider_subject=account.subject if account else None,
        provider_session=account.session if account else None,
        assurance=account.assurance if account else None,
    )
    uow.session.add(session)
    uow.audit(action="session.opened", object_type="WebSession", object_id=session.id)
    return secret


async def close_session(uow: UnitOfWork, *, secret: str) -> bool:
    """Sign one browser out by its cookie's secret; False when there was nothing to end."""
    return bool(await _end(uow, col(WebSession.secret_hash) == hash_secret(secret)))


async def close_provider_sessions(
    uow: UnitOfWork, *, issuer: str, subject: str | None, session: str | None
) -> int:
    """End what a provider's back-channel logout names; how many sessions that were."""
    conditions = [col(WebSession.provider_issuer) == issuer]
    if subject is not None:
        conditions.append(col(WebSession.provider_subject) == subject)
    if session is not None:
        conditions.append(col(WebSession.provider_session) == session)
    if len(conditions) == 1:
        return 0
    return len(await _end(uow, *conditions))


async def _end(uow: UnitOfWork, *conditions: object) -> list[UUID]:
    ending = (
        update(WebSession)
        .where(*conditions, col(WebSession.ended_at).is_(None))  # pyright: ignore[reportArgumentType]
        .values(ended_at=uow.now)
        .returning(col(WebSession.id), col(WebSession.person_id))
    )
    ended = list(await uow.session.exec(ending))
    for session_id, _ in ended:
        uow.audit(action="session.ended", object_type="WebSession", object_id=session_id)
    people = tuple({person_id for _, person_id in ended})
    if people:
        uow.announce(SessionsEnded(person_ids=people))
    return [session_id for session_id, _ in ended]


_VIEWERS_OF_SESSIONS = """
SELECT who.secret_hash, who.id, who.person_id, who.signed_in_at, who.administrator, who.locale,
       who.last_seen_at < now() - $2::interval AS stale,
       extract(epoch FROM who.expires_at - now())::float8 AS ends_in{more}
FROM policylab_session who
WHERE who.secret_hash = ANY($1) AND who.expires_at > now()
      AND who.last_seen_at > now() - $3::interval
"""
_VIEWERS_OF_TOKENS = """
SELECT who.secret_hash, who.id, who.person_id, who.scopes, who.administrator, who.locale,
       coalesce(who.last_used_at < now() - $2::interval, true) AS stale,
       extract(epoch FROM who.expires_at - now())::float8 AS ends_in{more}
FROM policylab_token who
WHERE who.secret_hash = ANY($1) AND who.expires_at > now()
"""
_SEEN = "UPDATE web_session SET last_seen_at = now() WHERE id = ANY($1::uuid[])"
_USED = "UPDATE access_token SET last_used_at = now() WHERE id = ANY($1::uuid[])"


@cache
def _with(statement: str, about: str | None) -> str:
    return statement.format(more=f", {about}" if about else "")


async def viewers_of_sessions(
    database: Database, secrets: Sequence[str], *, idle: timedelta, about: str | None = None
) -> list[Viewer]:
    """Who each cookie's secret stands for; nobody for an unknown, ended or forgotten one.

    `about`: columns in SQL that the same statement tells of each person, `who.person_id`.
    """
    statement = _with(_VIEWERS_OF_SESSIONS, about)
    found = await _found(database, secrets, _SEEN, statement, SEEN_EVERY, idle)
    return [ANONYMOUS if row is None else _of_session(row) for row in found]


async def viewer_of_session(database: Database, secret: str, *, idle: timedelta) -> Viewer:
    """Who a cookie's secret stands for; nobody for an unknown, ended or forgotten one."""
    return (await viewers_of_sessions(database, [secret], idle=idle))[0]


async def viewers_of_access_tokens(
    database: Database, secrets: Sequence[str], *, calendar: bool = False, about: str | None = None
) -> list[Viewer]:
    """Who each personal access token stands for, and what it may; nobody for an ended one.

    The secret of a calendar's address is in the hands of other people's servers: it is nobody
    here, and other tokens are nobody where calendars are asked for (promise A10). `about`: as for
    sessions.
    """
    statement = _with(_VIEWERS_OF_TOKENS, about)
    found = await _found(database, secrets, _USED, statement, SEEN_EVERY)
    return [_of_token(row, calendar=calendar) for row in found]


async def viewer_of_access_token(
    database: Database, secret: str, *, about: str | None = None
) -> Viewer:
    """The same for one token."""
    statement = _with(_VIEWERS_OF_TOKENS, about)
    row = await database.desk.row(statement, hash_secret(secret), SEEN_EVERY)
    if row is not None and row["stale"]:
        await _note(database, _USED, [row["id"]])
    return _of_token(row)


async def viewer_of_calendar(database: Database, secret: str) -> Viewer:
    """Whose calendar a secret address opens; nobody for any other token (promise A10)."""
    return (await viewers_of_access_tokens(database, [secret], calendar=True))[0]


async def _found(
    database: Database, secrets: Sequence[str], seen: str, statement: str, *arguments: Any
) -> list[Any]:
    """The row behind each secret, and a note that it was used, if the last one is old."""
    ask = database.desk.row
    if len(secrets) == 1:
        rows = [await ask(statement, hash_secret(secrets[0]), *arguments)]
    else:
        found = (ask(statement, hash_secret(each), *arguments) for each in secrets)
        rows = await asyncio.gather(*found)
    stale = [row["id"] for row in rows if row is not None and row["stale"]]
    if stale:
        await _note(database, seen, stale)
    return rows


async def _note(database: Database, seen: str, stale: list[UUID]) -> None:
    async with database.raw() as connection:
        await connection.execute(seen, stale)


def _of_session(row: Any) -> Viewer:
    return Viewer(
        person_id=row["person_id"],
        administrator=row["administrator"],
        signed_in_at=row["signed_in_at"],
        locale=row["locale"],
        session_id=row["id"],
        ends_in=row["ends_in"],
        told=row,
    )


def _of_token(row: Any, *, calendar: bool = False) -> Viewer:
    if row is None or (TokenScope.CALENDAR in row["scopes"]) is not calendar:
        return ANONYMOUS
    return Viewer(
        person_id=row["person_id"],
        administrator=row["administrator"] and "admin" in row["scopes"],
        scopes=frozenset(row["scopes"]),
        locale=row["locale"],
        ends_in=row["ends_in"],
        told=row,
    )


async def person_of_account(uow: UnitOfWork, account: Account) -> UUID | None:
    """Whose account it is: by issuer and subject alone, never by a mail address."""
    found = await uow.session.exec(
        select(IdentityLink.person_id).where(
            col(IdentityLink.issuer) == account.issuer,
            col(IdentityLink.subject) == account.subject,
        )
    )
    return found.first()


async def link_account(uow: UnitOfWork, *, person_id: UUID, account: Account) -> IdentityLink:
    """Let an account of a provider sign this person in from now on. Her own act."""
    link = IdentityLink(
        person_id=person_id,
        issuer=account.issuer,
        subject=account.subject,
        created_by=person_id,
    )
    uow.session.add(link)
    await uow.session.flush()
    uow.audit(action="account.linked", object_type="IdentityLink", object_id=link.id)
    return link


async def create_sign_in_code(
    uow: UnitOfWork, viewer: Viewer, *, person_id: UUID, purpose: str, hours: int
) -> str:
    """A code that signs one person in once; told here and never stored. Older ones end."""
    check_administrator(viewer)
    if await uow.session.get(Person, person_id) is None:
        raise not_found()
    older = update(SignInCode).where(
        col(SignInCode.person_id) == person_id, col(SignInCode.used_at).is_(None)
    )
    await uow.session.exec(older.values(used_at=uow.now))
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = SignInCode(
        secret_hash=hash_secret(code),
        person_id=person_id,
        purpose=purpose,
        expires_at=uow.now + timedelta(hours=hours),
        created_by=viewer.person_id,
    )
    uow.session.add(row)
    uow.audit(action="code.created", object_type="SignInCode", object_id=row.id)
    return code


async def spend_sign_in_code(uow: UnitOfWork, *, code: str) -> UUID:
    """Whom the code signs in; it works once. Refused alike when unknown, spent or too old."""
    spending = (
        update(SignInCode)
        .where(
            col(SignInCode.secret_hash) == hash_secret(cleaned_code(code)),
            col(SignInCode.used_at).is_(None),
            col(SignInCode.expires_at) > uow.now,
        )
        .values(used_at=uow.now)
        .returning(col(SignInCode.id), col(SignInCode.person_id))
    )
    found = (await uow.session.exec(spending)).first()
    if found is None:
        message = "This code is not known, was used before or is too old. Ask for a new one."
        raise Refused(RefusalCode.NOT_ALLOWED, message, field="code")
    uow.audit(action="code.used", object_type="SignInCode", object_id=found[0])
    return found[1]


def cleaned_code(code: str) -> str:
    """The code as it was made, however it was typed: blanks, dashes and case do not matter."""
    return "".join(code.split()).replace("-", "").upper()


async def spend_sign_in(uow: UnitOfWork, *, state: str) -> None:
    """Refuse a provider's callback that has been used before, on whichever replica."""
    row = insert(SpentSignIn).values(id=uuid7(), state_hash=hash_secret(state))
    spent = await uow.session.exec(row.on_conflict_do_nothing().returning(col(SpentSignIn.id)))
    if spent.first() is None:
        raise Refused(RefusalCode.ALREADY_DONE, "This sign-in was used before. Begin again.")


async def note_failure(uow: UnitOfWork, *, buckets: Iterable[str]) -> None:
    """Count a failed try against the account and the address that it was made for and from."""
    for bucket in buckets:
        uow.session.add(SignInFailure(bucket=hash_secret(bucket).hex()))


async def seconds_to_wait(uow: UnitOfWork, *, buckets: Iterable[str]) -> int:
    """How long until the next try is admitted; 0 when it is admitted now."""
    window = uow.now - timedelta(minutes=1)
    waits = [0]
    for bucket in buckets:
        tries = (
            select(func.count(), func.min(SignInFailure.created_at))
            .where(col(SignInFailure.bucket) == hash_secret(bucket).hex())
            .where(col(SignInFailure.created_at) > window)
        )
        count, oldest = (await uow.session.exec(tries)).one()
        if count >= FAILURES_A_MINUTE:
            waits.append(_seconds_until(oldest + timedelta(minutes=1), uow.now))
    return max(waits)


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, int((moment - now).total_seconds()) + 1)


async def revoke_all(uow: UnitOfWork, *, person_id: UUID) -> None:
    """End every session and token of a person, for the command line."""
    await _end(uow, col(WebSession.person_id) == person_id)
    tokens = update(AccessToken).where(
        col(AccessToken.person_id) == person_id, col(AccessToken.revoked_at).is_(None)
    )
    await uow.session.exec(tokens.values(revoked_at=uow.now))
    uow.audit(action="tokens.revoked", object_type="Person", object_id=person_id)
    uow.announce(SessionsEnded(person_ids=(person_id,)))
