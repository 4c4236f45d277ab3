"""What the docs say of the API is what the API does."""

from dataclasses import asdict
from pathlib import Path

from policylab.api import reference
from policylab.api.limits import LIMITS
from policylab.kit.errors import RefusalCode

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "graphql.md").read_text("utf-8")


def test_every_refusal_code_is_published() -> None:
    page = (DOCS / "reference" / "errors.md").read_text("utf-8")
    assert [code for code in RefusalCode if f"| `{code}` |" not in page] == []
    assert [code for code, meaning in reference.meanings().items() if not meaning] == []


def test_every_limit_is_published() -> None:
    numbers = {name: f"{limit:,}" for name, limit in asdict(LIMITS).items()}
    assert [name for name, number in numbers.items() if f" {number}" not in PAGE] == []
