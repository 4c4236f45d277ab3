"""Tags: whether what a client has been answered is still true, told from a few counters.

A tag stands for the operation, its variables, the permission class and the revisions of all that
the viewer can see; it also names the moment at which these were read. They are read before the
rows: an answer may be newer than its tag says, never older, so no tag holds beyond the change that
it does not know. Whether time alone has changed something since is looked up when the
tag comes back, for most never do. The permission class is the viewer herself: every row is there
for her or not there (design.md 15.20).
"""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
from graphql import DocumentNode, FieldNode, TypeInfo, TypeInfoVisitor, Visitor, visit

from policylab import __version__, published
from policylab.api.context import Context
from policylab.api.execution import Request
from policylab.api.moments import NEXT_MOMENT
from policylab.api.schema import print_schema, schema
from policylab.kit.db import Database
from policylab.kit.ledger import HOUSE
from policylab.kit.viewer import SYSTEM, Viewer

EPOCH = datetime.fromtimestamp(0, UTC)
LONGEST_LIFE = timedelta(minutes=15)
"""No tag holds beyond the next quarter of an hour, whatever else is known of moments to come."""
REMEMBERED = 4_000

UNTAGGED: Mapping[str, frozenset[str]] = {
    "Draft": frozenset(
        {
            "content",
            "suggestions",
            "writtenBy",
            "history",
            "textAt",
            "changes",
            "authorship",
            "removals",
        }
    ),
    "EditingSpell": frozenset({"*"}),
    "Section": frozenset({"writtenBy"}),
    "Thread": frozenset({"orphaned"}),
    "AccessToken": frozenset({"lastUsedAt"}),
    "Viewer": frozenset({"sessions"}),
}
"""Fields that change without a revision: what hangs on keystrokes, and when something was last
used. An answer with one of them has no tag."""

_STANDING = f"""
(SELECT md5(string_agg(concat_ws(' ', r.key, r.revision, r.bumped_by), ',' ORDER BY r.key))
   FROM policylab_revision r WHERE r.key = ANY (ARRAY(
     SELECT '{HOUSE}'::uuid
     UNION ALL SELECT policylab_own_revision({{person}})
     UNION ALL SELECT p.lab_id FROM policylab_place p WHERE p.person_id = {{person}}))) AS key,
now() AS at
"""  # noqa: S608 our own names
"""Everything a viewer can see belongs to her labs, to herself or to the whole house. One statement
is one snapshot: a change is in it whole, with its rows, or not at all."""
REVISIONS = f"SELECT {_STANDING.format(person='$1::uuid')}"
ABOUT = _STANDING.format(person="who.person_id")
"""The same for the statement that says who is asking (identity.sessions)."""


SETTINGS = ("demo_mode", "sign_in_name", "base_url", "graphiql")
"""What answers tell of the settings."""


@dataclass(frozen=True)
class Standing:
    """The revisions of all that a viewer can see, at one moment of the database."""

    key: str
    at: datetime


async def standing(database: Database, viewer: Viewer) -> Standing:
    """How things stand for this viewer: told with who she is, or asked by a statement of its own,
    without a transaction."""
    row = viewer.told
    if row is None or "key" not in row:
        (row,) = await database.desk.ask(REVISIONS, viewer.person_id)
    return Standing(row["key"] or "", row["at"])


class Tags:
    """Makes and judges tags; remembers for how long time alone changes nothing."""

    def __init__(self) -> None:
        self._edition = _edition()
        self._steady: dict[str, bool] = {}
        self._quiet: OrderedDict[tuple[UUID | None, str], tuple[datetime, datetime]] = OrderedDict()
        """From when until when time alone changes nothing, by viewer and revisions."""

    def about(self, request: Request) -> str | None:
        """What to ask about whoever asks this, with who she is; None where no tag is known to be
        of use."""
        return ABOUT if self._steady.get(request.fingerprint or "") else None

    def may_tag(self, request: Request, document: DocumentNode) -> bool:
        """Whether an answer to this operation changes with its revisions alone."""
        if request.fingerprint is None:
            return False
        if request.fingerprint not in self._steady:
            if len(self._steady) >= REMEMBERED:
                self._steady.clear()
            self._steady[request.fingerprint] = _is_steady(document)
        return self._steady[request.fingerprint]

    def question(self, request: Request, context: Context, media: str) -> bytes:
        """What is asked, by whom and in which words: the part of a tag that no change moves."""
        viewer = context.viewer
        written = orjson.dumps(
            [
                request.fingerprint,
                request.operation,
                request.variables,
                media,
                context.locale,
                str(viewer.person_id),
                viewer.administrator,
                str(viewer.session_id),
                sorted(viewer.scopes) if viewer.scopes is not None else None,
                viewer.locale,
                [context.shared.get(name) for name in SETTINGS],
            ],
            option=orjson.OPT_SORT_KEYS,
        )
        return hashlib.blake2b(self._edition + written, digest_size=32).digest()

    def tag(self, question: bytes, seen: Standing) -> str:
        """The tag of an answer whose rows were read after `seen`."""
        return _tag(question, seen.key, seen.at)

    async def holding(
        self, claimed: str, question: bytes, context: Context, now: Standing
    ) -> str | None:
        """The tag of an `If-None-Match` header that still stands, if one does."""
        for each in claimed.split(","):
            tag = each.strip().removeprefix("W/")
            made = _made(tag)
            if tag != _tag(question, now.key, made):
                continue
            if _end_of_life(made) > now.at >= made:
                return tag if await self._quiet_until(context, now.key, made) > now.at else None
        return None

    async def _quiet_until(self, context: Context, key: str, made: datetime) -> datetime:
        """The first moment after this one at which time alone changes what the viewer sees."""
        place = (context.viewer.person_id, key)
        known = self._quiet.get(place)
        if known is not None and known[0] <= made < known[1]:
            return known[1]
        until = await _next_moment(context, made)
        self._quiet[place] = made, until
        if len(self._quiet) > REMEMBERED:
            self._quiet.popitem(last=False)
        return until


def _edition() -> bytes:
    """What answers depend on besides the database: the program, the contract, the workflows."""
    digest = hashlib.sha256(f"{__version__}{print_schema()}".encode())
    for file in sorted(published.workflows_folder().glob("*.yaml")):
        digest.update(file.read_bytes())
    return digest.digest()


async def _next_moment(context: Context, after: datetime) -> datetime:
    """Of all moments that lie ahead of a viewer the first, the next day's beginning included."""
    tomorrow = datetime.combine(
        after.astimezone(UTC).date() + timedelta(days=1), datetime.min.time()
    )
    async with context.database.rows(SYSTEM) as connection:
        found = await connection.fetchval(NEXT_MOMENT, context.viewer.person_id, after)
    midnight = tomorrow.replace(tzinfo=UTC)
    return midnight if found is None else min(found, midnight)


def _tag(question: bytes, key: str, made: datetime) -> str:
    since = (made - EPOCH) // timedelta(microseconds=1)
    text = b"%b %b %d" % (question, key.encode(), since)
    digest = base64.urlsafe_b64encode(hashlib.blake2b(text, digest_size=18).digest()).decode()
    return f'"{digest}.{since:x}"'


def _made(tag: str) -> datetime:
    """The moment that a tag names; long ago for what is no tag of ours."""
    end = tag.strip('"').rpartition(".")[2]
    known = 0 < len(end) <= 14 and all(c in "0123456789abcdef" for c in end)
    return EPOCH + timedelta(microseconds=int(end, 16) if known else 0)


def _end_of_life(made: datetime) -> datetime:
    return made + LONGEST_LIFE - (made - EPOCH) % LONGEST_LIFE


def _is_steady(document: DocumentNode) -> bool:
    types = TypeInfo(schema._schema)  # pyright: ignore[reportPrivateUsage]
    steady = True

    class Look(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            nonlocal steady
            parent = types.get_parent_type()
            unsteady = UNTAGGED.get(parent.name, frozenset()) if parent else frozenset[str]()
            steady &= not unsteady & {node.name.value, "*"}

    visit(document, TypeInfoVisitor(types, Look()))
    return steady
