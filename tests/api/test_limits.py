"""What a document may ask for."""

import pytest
from graphql import parse

from policylab.api.limits import LIMITS, check_document, check_text
from policylab.kit.errors import RefusalCode, Refused


def judged(text: str) -> str | None:
    """The limit that a document breaks, in the sentence's own word; None when it passes."""
    try:
        check_text(text)
        check_document(parse(text))
    except Refused as refused:
        return f"{refused.code}: {refused.message}"
    return None


DOUBLING = (
    "query { ...F0 }"
    + "".join(f" fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(30))
    + " fragment F30 on Query { a }"
)

ABUSES = {
    "fields through doubling fragments": (DOUBLING, "fields"),
    "repeated fields": ("{ " + "a " * 60 + "}", "repeats"),
    "aliases": ("{ " + " ".join(f"x{i}: a" for i in range(101)) + " }", "aliases"),
    "depth": ("{ a" * 25 + "}" * 25, "depth"),
    "brackets": ("{ a" * 50_000 + "}" * 50_000, "characters"),
    "nesting below the length limit": ("{ a" * 200 + "}" * 200, "nested brackets"),
    "a circle of fragments": (
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "contains itself",
    ),
    "directives": ("{ a " + "@skip(if: false) " * 101 + "}", "directives"),
    "operations": (" ".join(f"query q{i} {{ a }}" for i in range(21)), "operations"),
    "variables": (
        "query(" + ", ".join(f"$v{i}: Int" for i in range(101)) + ") { a }",
        "variables",
    ),
    "pages of pages": ("{ a(first: 200) { b(first: 200) { c(first: 200) { d } } } }", "cost"),
}


@pytest.mark.parametrize("name", ABUSES)
def test_a_document_over_a_limit_is_refused_and_told_which(name: str) -> None:
    text, word = ABUSES[name]
    answer = judged(text) or ""
    assert answer.startswith(RefusalCode.QUERY_NOT_ALLOWED)
    assert word in answer


def test_a_document_within_the_limits_passes() -> None:
    fields = " ".join(f"f{i} {{ a b c }}" for i in range(200))
    assert judged("{ " + fields + " }") is None


def test_what_a_fragment_holds_counts_wherever_it_is_spread() -> None:
    aliases = " ".join(f"x{i}: a" for i in range(LIMITS.aliases // 2 + 1))
    once = f"{{ ...F }} fragment F on Query {{ {aliases} }}"
    twice = f"{{ n {{ ...F }} m {{ ...F }} }} fragment F on Query {{ {aliases} }}"
    assert judged(once) is None
    assert "aliases" in (judged(twice) or "")
