"""What a document costs and reads: each field with its origin, its rule of access and its rows."""

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    validate,
    visit,
)

from policylab.api import loading
from policylab.api.declare import Published, declaration
from policylab.api.limits import check_document, check_text
from policylab.api.schema import schema

READS = {"root", "to_one", "edge", "connection"}
"""Kinds of fields behind which a loader reads rows, many parents in one statement."""


class BadDocument(ValueError):
    """The document can't be run here; the message says why."""


def plan(text: str) -> str:
    """The plan of a document in lines: one for each field, and one for the rows behind it."""
    check_text(text)
    try:
        document = parse(text)
    except GraphQLError as error:
        raise BadDocument(error.message) from error
    check_document(document)
    problems = validate(schema._schema, document)  # pyright: ignore[reportPrivateUsage]
    if problems:
        raise BadDocument("\n".join(problem.message for problem in problems))
    return "\n".join(_lines(document))


def _lines(document: DocumentNode) -> list[str]:
    types = TypeInfo(schema._schema)  # pyright: ignore[reportPrivateUsage]
    found: list[str] = []
    depth = 0

    class Walk(Visitor):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
            found.append(f"{node.operation.value} {node.name.value if node.name else ''}".rstrip())

        def enter_field(self, node: FieldNode, *_: object) -> None:
            nonlocal depth
            depth += 1
            found.extend(_of_field(types, node, "  " * depth))

        def leave_field(self, *_: object) -> None:
            nonlocal depth
            depth -= 1

    visit(document, TypeInfoVisitor(types, Walk()))
    return found


def _of_field(types: TypeInfo, node: FieldNode, margin: str) -> list[str]:
    definition, kind = types.get_field_def(), types.get_type()
    own = definition.extensions.get("strawberry-definition") if definition else None
    declared = declaration(own)
    if declared is None:
        return [f"{margin}{node.name.value}"]
    lines = [f"{margin}{node.name.value}  ({declared.kind}; {declared.access})"]
    name = get_named_type(kind).name if kind else ""
    target = Published.registry.get(name.removesuffix("Connection"))
    if declared.kind in READS and target is not None:
        scope = target.source.scope.on("t")
        lines.append(f"{margin}  {loading.select(target.name)} WHERE … AND {scope}")
    return lines
