"""What a request may be, before any document is looked at; and which documents are kept."""

from typing import Any, cast

import pytest
from graphql import DocumentNode

from policylab.api import execution
from policylab.api.context import Context
from policylab.api.execution import BadRequest, Executor, fingerprint_of, read_request
from policylab.kit.viewer import ANONYMOUS

GOOD = {"query": "{ service { name } }"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"query": 1},
        {"query": "{ a }", "variables": []},
        {"query": "{ a }", "operationName": 1},
        {"query": "{ a }", "variables": {"input": {"texts": ["good", "a\0b"]}}},
        {"query": "{ a }", "variables": {"a\0b": 1}},
        {"query": '{ search(text: "a\\u0000b") { totalCount } }'},
        {"query": '{ search(text: "a\\u{0}b") { totalCount } }'},
        {"extensions": {"persistedQuery": {"sha256Hash": 1}}},
        GOOD | {"extensions": {"persistedQuery": {"sha256Hash": "0" * 64}}},
    ],
)
def test_what_is_no_request_is_told_so(body: Any) -> None:
    with pytest.raises(BadRequest):
        read_request(body)


def test_a_request_passes_with_or_without_variables() -> None:
    assert read_request(GOOD).query == GOOD["query"]
    assert read_request(GOOD | {"variables": {"a": ["b", {"c": 1}]}}).variables


def test_a_document_is_known_by_its_own_fingerprint_whether_it_is_sent_along_or_not() -> None:
    fingerprint = read_request(GOOD).fingerprint
    assert fingerprint == fingerprint_of(GOOD["query"])
    claimed = {"extensions": {"persistedQuery": {"sha256Hash": fingerprint}}}
    assert read_request(GOOD | claimed).fingerprint == fingerprint


def _document(executor: Executor, number: int) -> DocumentNode:
    text = f"query Q{number} {{ viewer {{ locale }} }}" + " " * 200
    return executor.document(execution.Request(query=text), Context(cast("Any", None), ANONYMOUS))


def test_of_the_documents_that_were_asked_for_few_characters_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executor = Executor(free_documents=True)
    first = [_document(executor, number) for number in range(8)]
    assert [_document(executor, number) is first[number] for number in range(8)] == [True] * 8
    monkeypatch.setattr(execution, "CACHED_CHARACTERS", 1_000)
    _document(executor, 8)
    assert _document(executor, 7) is first[7]
    assert _document(executor, 0) is not first[0]
    assert len(executor._documents._found) == 4
