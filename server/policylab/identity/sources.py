"""Who may read about people and bodies."""

from policylab.identity.tables import (
    AccessToken,
    Competence,
    IdentityLink,
    Membership,
    Organisation,
    Person,
    SignInCode,
    SignInFailure,
    SpentSignIn,
    Territory,
    WebSession,
)
from policylab.kit.sources import Scope, Source

# Organisations and places are an address book that any signed-in person may look up.
_SHARED_LAB = Scope(
    "{t}.id IN (SELECT other.person_id FROM policylab_participation other WHERE "  # noqa: S608
    + Scope.lab("lab_id").on("other")
    + ")"
)
_PERSON = Scope.any(Scope.person("id"), _SHARED_LAB, Scope.administrator())
_OF_PERSON = Scope(
    "{t}.person_id IN (SELECT p.id FROM person p WHERE " + _PERSON.on("p") + ")"  # noqa: S608
)

TERRITORY = Source(Territory, Scope.public())
ORGANISATION = Source(Organisation, Scope.public())
COMPETENCE = Source(Competence, Scope.public())
PERSON = Source(Person, _PERSON)
MEMBERSHIP = Source(Membership, _OF_PERSON)
IDENTITY_LINK = Source(IdentityLink, Scope.person("person_id"), leaves_with="person_id")
WEB_SESSION = Source(WebSession, Scope.person("person_id"), leaves_with="person_id")
ACCESS_TOKEN = Source(AccessToken, Scope.person("person_id"), leaves_with="person_id")
SIGN_IN_CODE = Source(SignInCode, Scope.system(), leaves_with="person_id")
SIGN_IN_FAILURE = Source(SignInFailure, Scope.system())
SPENT_SIGN_IN = Source(SpentSignIn, Scope.system())
