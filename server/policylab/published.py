"""Where schema/, workflows/ and the built web app are: inside the wheel, or in the checkout."""

import json
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "_published"
BUNDLED_WEB = PACKAGE / "_web"
CHECKOUT = PACKAGE.parent.parent


def schema_folder() -> Path:
    """The folder with schema.graphql and the web app's operations."""
    return _folder("schema")


def workflows_folder() -> Path:
    """The folder with the workflow templates."""
    return _folder("workflows")


def web_folder() -> Path | None:
    """The folder with the built web app; None where nobody has built it."""
    for home in (BUNDLED_WEB, CHECKOUT / "web" / "dist"):
        if (home / "index.html").is_file():
            return home
    return None


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
