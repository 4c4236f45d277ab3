"""Carries schema/, workflows/ and the built web app in the wheel; a checkout needs no copy."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = {
    "schema": "policylab/_published/schema",
    "workflows": "policylab/_published/workflows",
    "web/dist": "policylab/_web",
}


class CarryPublishedFiles(BuildHookInterface):
    """Runs before each wheel is built; does nothing for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"].update(CARRIED)
