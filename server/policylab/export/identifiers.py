"""What a text is called in the world of laws: ELI-shaped paths, ours and not official. Pure."""

from __future__ import annotations

from policylab.export.dossier import Dossier, within
from policylab.export.rules import slug

UNKNOWN = "zz"
"""ISO 3166 leaves it to its users: a jurisdiction that we were not told."""


def work_path(dossier: Dossier) -> str:
    """The work, in all its versions: /eli/{jurisdiction}/{body}/{kind}/{year}/{number}."""
    given = dossier.identifier or ""
    if given.startswith("/eli/") and all(slug(part) == part for part in given[5:].split("/")):
        return given
    year = dossier.frozen_at.year
    body = slug(within(dossier.lab, "en"), 40) or "lab"
    name = slug(given) or dossier.document_id.hex[-8:]
    return f"/eli/{jurisdiction(dossier)}/{body}/{slug(dossier.kind)}/{year}/{name}"


def set_path(dossier: Dossier) -> str:
    """One numbered version of it."""
    return f"{work_path(dossier)}/{dossier.number}"


def path_of(dossier: Dossier, language: str) -> str:
    """One version in one language."""
    return f"{set_path(dossier)}/{language.lower()}"


def jurisdiction(dossier: Dossier) -> str:
    """The country's code out of the identifier; `zz` where nobody said."""
    parts = (dossier.identifier or "").split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "eli" and parts[2] else UNKNOWN
