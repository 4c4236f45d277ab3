"""The web app's operations: read from schema/operations, checked, and given their fingerprints."""

import hashlib
from pathlib import Path

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from policylab.api.schema import schema


class _AddTypeNames(Visitor):
    """Every selection names its type, as the web app's cache wants it; root fields need not."""

    def leave_selection_set(
        self, node: SelectionSetNode, _key: object, parent: object, *_: object
    ) -> SelectionSetNode | None:
        if isinstance(parent, OperationDefinitionNode):
            return None
        names = [s.name.value for s in node.selections if isinstance(s, FieldNode)]
        if "__typename" in names:
            return None
        added = FieldNode(
            name=NameNode(value="__typename"),
            alias=None,
            arguments=(),
            directives=(),
            selection_set=None,
        )
        return SelectionSetNode(selections=(*node.selections, added))


def persisted(folder: Path) -> dict[str, dict[str, str]]:
    """Operation name → its fingerprint and the text that stands for it."""
    definitions = [
        definition
        for file in sorted(folder.glob("*.graphql"))
        for definition in parse(file.read_text("utf-8"), no_location=True).definitions
    ]
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
    found: dict[str, dict[str, str]] = {}
    for operation in definitions:
        if isinstance(operation, OperationDefinitionNode):
            if operation.name is None or operation.name.value in found:
                raise ValueError("Each operation has a name of its own.")
            found[operation.name.value] = _entry(operation, fragments)
    return found


def _entry(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> dict[str, str]:
    used = sorted(_spreads(operation, fragments, set()))
    document = DocumentNode(definitions=(operation, *(fragments[name] for name in used)))
    problems = validate(schema._schema, document)  # pyright: ignore[reportPrivateUsage]
    if problems:
        name = operation.name.value if operation.name else "?"
        raise ValueError(f"{name}: " + "; ".join(problem.message for problem in problems))
    text = print_ast(visit(document, _AddTypeNames()))
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}


def _spreads(
    node: OperationDefinitionNode | FragmentDefinitionNode,
    fragments: dict[str, FragmentDefinitionNode],
    seen: set[str],
) -> set[str]:
    class Collect(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            name = spread.name.value
            if name not in seen:
                seen.add(name)
                if name not in fragments:
                    raise ValueError(f"There is no fragment {name}.")
                _spreads(fragments[name], fragments, seen)

    visit(node, Collect())
    return seen


def print_persisted(folder: Path) -> str:
    """What schema/persisted.json holds."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps(persisted(folder), option=option).decode() + "\n"
