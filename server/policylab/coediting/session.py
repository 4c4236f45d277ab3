"""Who may write what: each message of a connection judged against what the text knows.

No sockets and no database: an update and its reader's findings in, a verdict out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Final, TypeAlias
from uuid import UUID

from policylab.coediting.lib0 import BadBytes
from policylab.coediting.placing import Spots
from policylab.coediting.protocol import Change
from policylab.coediting.reader import Update, read_update
from policylab.coediting.rules import Right, Standing
from policylab.coediting.shape import Shape, signature
from policylab.kit.errors import RefusalCode

MAX_NEW_IDS: Final = 8
MAX_ASKED: Final = 5

Owner: TypeAlias = tuple[UUID | None, UUID | None]
"""Person and capacity."""


@dataclass(slots=True)
class Session:
    """One connection: in which capacity, what it has sent, and what became of it."""

    standing: Standing
    own_frames: bool = False
    since: int | None = None
    """The log position up to which it says that it has everything."""
    resumed: bool = False
    """It has been brought what came after that, and asks all the same, as its wire does."""
    ends_at: float = inf
    """When what it came in with ends, on the clock of this process's loop."""
    tell: Callable[[str], str] = str
    """Puts what is said to it into its language."""
    clients: set[int] = field(default_factory=set[int])
    """The client ids it shows presence under."""
    new_ids: int = 0
    count: int = 0
    """Updates received."""
    stored: int = 0
    """Of these, how many of the first ones are durable."""
    asked: int = 0
    """How often it was asked for what is missing."""
    asking: bool = True
    """The server's question is on its way: each connection begins with one."""
    hole: bool = False
    """Something it sent was left out because what goes before it is missing."""
    refused: bool = False

    owner: Owner = field(init=False)
    key: str = field(init=False)
    """The owner as something that is quickly looked up."""

    def __post_init__(self) -> None:
        self.owner = self.standing.person_id, self.standing.capacity_id
        self.key = f"{self.owner[0]} {self.owner[1]}"


@dataclass(slots=True)
class Knowledge:
    """What a text knows by id, kept in step with the live document."""

    shape: Shape = field(default_factory=Shape)
    known: dict[int, int] = field(default_factory=dict[int, int])
    """How far each client is known, what is being judged included."""
    committed: dict[int, int] = field(default_factory=dict[int, int])
    """How far each client is durable."""
    owners: dict[int, Owner] = field(default_factory=dict[int, Owner])

    def reach(self, client: int, owner: Owner) -> int:
        """How far a client is known to this owner: what others wrote counts once it is durable."""
        whose = self.owners.get(client)
        own = whose is None or whose is owner or whose == owner
        return (self.known if own else self.committed).get(client, 0)


@dataclass(slots=True)
class Accepted:
    update: Update
    claims: tuple[int, ...]
    """Client ids that nobody had used before."""
    codes: Spots
    """What the shape learns from it."""
    adds: bool
    """It holds words or blocks that are new here."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What goes before it is not known here."""


@dataclass(frozen=True, slots=True)
class Refusal:
    code: RefusalCode
    message: str


Verdict: TypeAlias = Accepted | Missing | Refusal


def judge(session: Session, change: Change, knowledge: Knowledge) -> Verdict:
    """May this connection make this change? Everything but what only a shadow copy can tell."""
    try:
        return _judge(session, change.update or read_update(change.data), knowledge)
    except BadBytes as error:
        code = RefusalCode.TOO_LARGE if error.too_large else RefusalCode.INVALID_INPUT
        return Refusal(code, error.message)


def _judge(session: Session, update: Update, knowledge: Knowledge) -> Verdict:
    owner, owners = session.owner, knowledge.owners
    if is_missing(owner, update, knowledge):
        return Missing()
    adds = False
    claims: tuple[int, ...] = ()
    for client, _, end in update.sections:
        if end <= knowledge.reach(client, owner):
            continue
        adds = True
        whose = owners.get(client)
        if whose is None:
            claims = (*claims, client)
        elif whose != owner:
            return NOT_YOURS
    if adds and session.standing.right is Right.READ:
        return READ_ONLY
    if claims and session.new_ids + len(claims) > MAX_NEW_IDS:
        return Refusal(RefusalCode.TOO_LARGE, "This connection writes under too many client ids.")
    codes = knowledge.shape.judge(update, knowledge.known)
    for value in update.signed:
        own = value["capacity"] == str(session.standing.capacity_id)
        if not own and signature(value) not in knowledge.shape.signatures:
            message = "A suggestion carries the name of somebody else."
            return Refusal(RefusalCode.NOT_ALLOWED, message)
    return Accepted(update, claims, codes, adds)


NOT_YOURS: Final = Refusal(
    RefusalCode.NOT_YOUR_ROLE,
    "These words stand under somebody else's name, or under your earlier capacity.",
)
READ_ONLY: Final = Refusal(RefusalCode.NOT_ALLOWED, "You may read this text but not change it.")


def is_missing(owner: Owner, update: Update, knowledge: Knowledge) -> bool:
    """Does the update build on what is not here?"""
    if update.holes:
        return True
    ends: dict[int, int] = {}
    for client, start, end in update.sections:
        ends[client] = end
        if start and start > knowledge.reach(client, owner):
            return True
    for client, need in update.needs.items():
        if need > ends.get(client, 0) and need > knowledge.reach(client, owner):
            return True
    for client, _, end in update.deletes:
        if end > ends.get(client, 0) and end > knowledge.reach(client, owner):
            return True
    return False


def take_in(session: Session, accepted: Accepted, knowledge: Knowledge) -> None:
    """Let what follows in the same batch build on an accepted update."""
    known = knowledge.known
    knowledge.shape.add(accepted.update, accepted.codes, known)
    for client in accepted.claims:
        knowledge.owners[client] = session.owner
    session.new_ids += len(accepted.claims)
    for client, _, end in accepted.update.sections:
        if end > known.get(client, 0):
            known[client] = end
