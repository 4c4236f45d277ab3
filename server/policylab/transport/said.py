"""What a client says in the headers of a request: read once, for all layers that look."""

from typing import Final

from starlette.types import Scope

_KEPT: Final = "policylab.said"


def said(scope: Scope) -> dict[str, str]:
    """Headers by their names in small letters; of several of one name the first."""
    found: dict[str, str] | None = scope.get(_KEPT)
    if found is None:
        found = scope[_KEPT] = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in reversed(scope["headers"])
        }
    return found
