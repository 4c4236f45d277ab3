"""Where schema/ and workflows/ are: inside the wheel, or beside the package in a checkout."""

import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "_published"
CHECKOUT = PACKAGE.parent.parent


def schema_folder() -> Path:
    """The folder with schema.graphql and the web app's operations."""
    return _folder("schema")


def workflows_folder() -> Path:
    """The folder with the workflow templates."""
    return _folder("workflows")


def _folder(name: str) -> Path:
    for home in (BUNDLED, CHECKOUT):
        if (home / name).is_dir():
            return home / name
    raise FileNotFoundError(f"{name}/ is neither in the package nor in the checkout")


def persisted_operations() -> dict[str, str]:
    """Fingerprint → text of every operation that browsers may send; empty before the first."""
    file = schema_folder() / "persisted.json"
    if not file.exists():
        return {}
    entries = json.loads(file.read_text("utf-8"))
    return {entry["sha256"]: entry["text"] for entry in entries.values()}
