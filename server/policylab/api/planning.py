"""What a document costs and reads: each field with its origin and its rule of access, each
statement with its scope, and the functions that shape the rows; or why graphql-core must run it."""

from collections.abc import Iterator

from graphql import GraphQLError, OperationDefinitionNode, parse, validate

from policylab.api.compiled.compiler import CORE, NotUnderstood, Root
from policylab.api.compiled.operation import Compiled
from policylab.api.compiled.shapes import Shape, Step
from policylab.api.declare import Declared, declaration
from policylab.api.limits import check_document, check_text


class BadDocument(ValueError):
    """The document can't be run here; the message says why."""


def plan(text: str) -> str:
    """The plans of a document's operations, in lines."""
    check_text(text)
    try:
        document = parse(text)
    except GraphQLError as error:
        raise BadDocument(error.message) from error
    check_document(document)
    problems = validate(CORE, document)
    if problems:
        raise BadDocument("\n".join(problem.message for problem in problems))
    compiled = Compiled(document)
    found: list[str] = []
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            found += _operation(compiled, each)
    return "\n".join(found)


def _operation(compiled: Compiled, operation: OperationDefinitionNode) -> Iterator[str]:
    name = operation.name.value if operation.name else None
    title = f"{operation.operation.value} {name or ''}".rstrip()
    try:
        root = compiled.plan(name)
    except NotUnderstood as reason:
        yield f"{title}  run by graphql-core: {reason}"
        return
    steps = list(_root(operation, root))
    statements = sum(line.lstrip().startswith("SELECT") for line in steps)
    yield f"{title}  compiled; {statements} statements of its own"
    yield from steps
    shapes: dict[str, Shape] = {}
    for _, relation in root.fields:
        _collect(relation, shapes)
    for source, shape in shapes.items():
        yield ""
        yield f"# {shape.name}"
        yield source


def _root(operation: OperationDefinitionNode, root: Root) -> Iterator[str]:
    of = CORE.get_root_type(operation.operation)
    assert of is not None
    names = {
        (each.alias or each.name).value: each.name.value  # type: ignore[attr-defined]
        for each in operation.selection_set.selections
        if hasattr(each, "name") and each.kind == "field"
    }
    for key, relation in root.fields:
        field = of.fields.get(names.get(key, key))
        own = field.extensions.get("strawberry-definition") if field else None
        step = None if isinstance(relation, str) else relation
        yield from _field(key, declaration(own), step, "  ")


def _field(key: str, declared: Declared | None, step: Step | None, margin: str) -> Iterator[str]:
    if declared is None:
        yield f"{margin}{key}"
        return
    yield f"{margin}{key}  ({declared.kind}; {declared.access})"
    if step is not None:
        yield from (f"{margin}  {' '.join(line.split())}" for line in step.told())
        for shape in step.shapes:
            several = len(step.shapes) > 1
            if several:
                yield f"{margin}  … on {shape.name}"
            yield from _shape(shape, margin + ("    " if several else "  "))


def _shape(shape: Shape, margin: str) -> Iterator[str]:
    for key, declared in shape.fields:
        yield from _field(key, declared, shape.relations.get(key), margin)


def _collect(relation: Step | str, found: dict[str, Shape]) -> None:
    if not isinstance(relation, str):
        for shape in relation.shapes:
            found.setdefault(shape.source, shape)
            for each in shape.relations.values():
                _collect(each, found)
