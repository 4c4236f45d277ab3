"""What would break a client of the last release: a change of the contract, unless it says why.

`schema/released.graphql` is the schema of the last release. A change that breaks clients of it is
named in `schema/breaking.json` with its reason, or does not go in. A release copies schema.graphql
to released.graphql and empties breaking.json.
"""

import json
from pathlib import Path

from graphql import GraphQLSchema, build_schema, find_breaking_changes


def unexplained(folder: Path, schema: str) -> list[str]:
    """What breaks clients of the last release without a reason; and reasons for nothing."""
    released = build_schema((folder / "released.graphql").read_text("utf-8"))
    reasons: dict[str, str] = json.loads((folder / "breaking.json").read_text("utf-8"))
    return differences(released, build_schema(schema), reasons)


def differences(old: GraphQLSchema, new: GraphQLSchema, reasons: dict[str, str]) -> list[str]:
    """The same of two schemas."""
    found = [change.description for change in find_breaking_changes(old, new)]
    wrong = [f"{each} Give the reason in schema/breaking.json." for each in found]
    wrong = [text for text, each in zip(wrong, found, strict=True) if not reasons.get(each)]
    return wrong + [f"No longer so: {each}" for each in reasons if each not in found]
