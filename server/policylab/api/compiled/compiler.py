"""From a checked document to a plan. Which fields are selected is asked of graphql-core itself, so
that fragments, aliases and directives are merged exactly as it merges them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from policylab.api import origins
from policylab.api.compiled import pages, relations
from policylab.api.compiled.given import conversion
from policylab.api.compiled.leaves import Unequal, identifier_writer, of_column, writer
from policylab.api.compiled.relations import Done, Given
from policylab.api.compiled.shapes import Output, Relation, Run, Shape, Thing
from policylab.api.compiled.writing import Writer
from policylab.api.declare import Published, declaration
from policylab.api.schema import schema

CORE = schema._schema  # pyright: ignore[reportPrivateUsage]
Nodes = list[FieldDetails]


BY_BATCH = origins.Batch | origins.Keys | origins.Searched | origins.AnyKeys


@dataclass
class Root:
    """The plan of one operation."""

    fields: list[tuple[str, Relation | Done | str]]
    """Key by key: how it is got; or the name of the root type, for `__typename`."""
    columns: Mapping[str, Collection[str]]
    """What is taken of each published type."""


class NotUnderstood(Exception):
    """Something that only graphql-core can run; the message says what."""


class Compiler:
    """Compiles one operation, for one answer of its variables to @skip and @include."""

    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
    ) -> None:
        self._operation = operation
        self._variables = variables
        self._fragments: dict[str, FragmentDetails] = {}
        self._named = _types_named(document)
        self._columns: dict[str, dict[str, None]] = {}
        self._ones: list[relations.One] = []
        self._lists: list[relations.Many] = []
        for part in document.definitions:
            if isinstance(part, FragmentDefinitionNode):
                if part.variable_definitions:
                    raise NotUnderstood("a fragment with variables of its own")
                self._fragments[part.name.value] = FragmentDetails(part)

    def root(self) -> Root:
        """The fields of the operation, in their order."""
        of = CORE.get_root_type(self._operation.operation)
        assert of is not None
        collected = collect_fields(CORE, self._fragments, self._variables, of, self._operation)
        if collected.new_defer_usages:
            raise NotUnderstood("@defer")
        found: list[tuple[str, Relation | Done | str]] = []
        for key, nodes in collected.grouped_field_set.items():
            if nodes[0].node.name.value == "__typename":
                found.append((key, of.name))
            else:
                field, own, origin = _origin(of, nodes[0].node)
                found.append((key, self._at_root(field, own, origin, nodes)))
        for each in self._lists:
            each.pointed_at = any(map(each.has, self._ones))
        return Root(found, self._columns)

    def shape(self, of: GraphQLObjectType, nodes: Nodes) -> Shape:
        """What a selection takes of one object type."""
        collected = collect_subfields(
            CORE, self._fragments, self._variables, self._operation, of, nodes
        )
        if collected.new_defer_usages:
            raise NotUnderstood("@defer")
        cls = of.extensions["strawberry-definition"].origin
        shape = Shape(of.name, of_rows="row" in cls.__dataclass_fields__)
        fields = _Fields(self, shape, Writer(), cls)
        for key, inner in collected.grouped_field_set.items():
            fields.add(of, key, inner)
        fields.close()
        self._columns.setdefault(of.name, {}).update(dict.fromkeys(shape.columns))
        return shape

    def output(self, kind: Any, nodes: Nodes) -> Output:
        """How values of a type are finished."""
        nullable = not is_non_null_type(kind)
        inner = kind if nullable else kind.of_type
        if is_list_type(inner):
            return Output(nullable, item=self.output(inner.of_type, nodes))
        if is_leaf_type(inner):
            return Output(nullable, leaf=writer(inner))
        return Output(nullable, thing=self._thing(inner, nodes))

    def _thing(self, kind: Any, nodes: Nodes) -> Thing:
        if not is_abstract_type(kind):
            shape = self.shape(kind, nodes)
            classes = _classes(kind.extensions["strawberry-definition"])
            return Thing(partial(_only, shape, classes), {classes[0]: shape})
        possible = {each.name: each for each in CORE.get_possible_types(kind)}
        known: dict[str, Shape] = {}

        def shape_for(cls: type[Any]) -> Shape:
            name = getattr(cls, "__strawberry_definition__", None) and cls.__name__
            if name not in possible or cls is not _classes(_definition(possible[name]))[0]:
                raise Unequal(f"{cls.__name__} is no {kind.name}")
            if name not in known:
                known[name] = self.shape(possible[name], nodes)
            return known[name]

        thing = Thing(shape_for)
        for name in possible.keys() & self._named:
            cls = _classes(_definition(possible[name]))[0]
            thing.shapes[cls] = shape_for(cls)
        return thing

    def _at_root(
        self, field: GraphQLField, own: StrawberryField, origin: origins.Origin, nodes: Nodes
    ) -> Relation | Done:
        if not isinstance(origin, origins.Verb):
            return self._relation(field, own, origin, nodes)
        given, output = _given(field, own, nodes[0].node), self.output(field.type, nodes)
        return Done(origin, given, output)

    def _relation(
        self, field: GraphQLField, own: StrawberryField, origin: origins.Origin, nodes: Nodes
    ) -> Relation:
        given = _given(field, own, nodes[0].node)
        nullable = not is_non_null_type(field.type)
        match origin:
            case origins.ToOne():
                shape = self._shape_of(field, nodes)
                self._ones.append(relations.One(origin.target, shape, nullable, origin.by))
                return self._ones[-1]
            case origins.ById():
                shape = self._shape_of(field, nodes)
                return relations.Named(origin.target, shape, nullable, given)
            case origins.Rows():
                shape = self._shape_of(field, nodes)
                self._lists.append(relations.Many(origin.plan, origin.key, shape))
                return self._lists[-1]
            case origins.Keys():
                shape = self._shape_of(field, nodes)
                return relations.Led(origin.target, shape, nullable, origin.function, given)
            case origins.Searched():
                shape = self._shape_of(field, nodes)
                return relations.Sought(origin.target, shape, origin.function, given)
            case origins.Pages():
                return self._paged(origin, given, self._shape_of(field, nodes))
            case _:
                return self._finished(origin, own, given, self.output(field.type, nodes))

    def _finished(
        self, origin: origins.Origin, own: StrawberryField, given: Given, output: Output
    ) -> Relation:
        match origin:
            case origins.Batch():
                return relations.Answered(origin.function, given, output)
            case origins.AnyKeys():
                return relations.LedAnywhere(origin.function, given, output)
            case origins.Call():
                return relations.Called(origin.function, given, output)
            case origins.Attribute():
                return relations.Held(own.python_name, output)
            case origins.Count():
                return pages.Counted(output)
            case origins.AllWords():
                return relations.Said(origin.read, output)
            case _:
                raise NotUnderstood(f"fields that come from {type(origin).__name__}")

    def _shape_of(self, field: GraphQLField, nodes: Nodes) -> Shape:
        kind = get_named_type(field.type)
        if not isinstance(kind, GraphQLObjectType):
            raise NotUnderstood(f"rows of {kind.name}, which is no object type")
        return self.shape(kind, nodes)

    def _paged(self, origin: origins.Pages, given: Given, shape: Shape) -> Relation:
        for key, each in shape.relations.items():
            if isinstance(each, relations.Held) and each.name == "nodes":
                shape.relations[key] = pages.Shown(origin.plan.target, *each.shapes)
        asked = list(shape.relations.values())
        nodes = [each.shape for each in asked if isinstance(each, pages.Shown)]
        held = [each for each in asked if isinstance(each, relations.Held)]
        edges = _beneath(held, "edges")
        infos = _beneath(held, "page_info")
        inner = [each for edge in edges for each in edge.relations.values()]
        nodes += _beneath([each for each in inner if isinstance(each, relations.Held)], "node")
        read = {name for each in (*edges, *infos) for name in each.leaves}
        columns = dict.fromkeys(name for each in nodes for name in each.columns)
        return pages.Paged(
            origin.plan,
            origin.key,
            given,
            shape,
            columns=tuple(columns) or ("id",),
            listed=bool(nodes or held),
            cursors=bool(read & {"cursor", "start_cursor", "end_cursor"}),
        )


def _beneath(held: Sequence[relations.Held], name: str) -> list[Shape]:
    """The shapes of what values hold under a name."""
    return [shape for each in held if each.name == name for shape in each.shapes]


class _Fields:
    """The fields of one shape, as they are added."""

    def __init__(self, compiler: Compiler, shape: Shape, text: Writer, cls: type[Any]) -> None:
        self._compiler = compiler
        self._shape = shape
        self._text = text
        self._cls = cls
        self._columns: dict[str, None] = {}
        self._leaves: list[str] = []
        known = Published.registry.get(cls.__name__)
        self._stored: Any = known.source.table.__table__.columns if known else {}  # type: ignore[attr-defined]

    def add(self, of: GraphQLObjectType, key: str, nodes: Nodes) -> None:
        """One field of the answer."""
        node = nodes[0].node
        if node.name.value == "__typename":
            self._text.constant(key, of.name)
            self._shape.fields.append((key, None))
            return
        field, own, origin = _origin(of, node)
        declared = declaration(own)
        assert declared is not None
        self._shape.fields.append((key, declared))
        if not self._leaf(key, field, own, origin, node):
            relation = self._compiler._relation(field, own, origin, nodes)  # pyright: ignore[reportPrivateUsage]
            self._shape.relations[key] = relation
            self._text.child(key)
        if self._shape.of_rows:
            wanted = [declared.column, *declared.needs]
            if isinstance(origin, BY_BATCH):
                wanted.append("id")
            self._columns |= dict.fromkeys(name for name in wanted if name)

    def _leaf(
        self,
        key: str,
        field: GraphQLField,
        own: StrawberryField,
        origin: origins.Origin,
        node: FieldNode,
    ) -> bool:
        """Write a field of leaves; False for what must be got first."""
        match origin:
            case origins.Identifier():
                self._text.identifier(key, identifier_writer(self._cls.__name__))
            case origins.Words():
                given = _given(field, own, node)
                self._shape.languages.append(partial(_language, given))
                write = writer(get_named_type(field.type))  # type: ignore[arg-type]
                self._text.words(key, f'of["{origin.name}"]', write)
            case origins.Column():
                self._column(key, field, origin)
            case origins.Attribute() if is_leaf_type(get_named_type(field.type)):
                self._leaves.append(own.python_name)
                output = self._compiler.output(field.type, [])
                place = f"of.{own.python_name}"
                write = output.finish if output.item else output.leaf
                assert write is not None
                self._text.leaf(key, place, write, nullable=output.nullable, sure=False)
            case _:
                return False
        return True

    def _column(self, key: str, field: GraphQLField, origin: origins.Column) -> None:
        output = self._compiler.output(field.type, [])
        stored = self._stored.get(origin.name)
        write: Any = output.finish
        if output.leaf is not None:
            write = of_column(get_named_type(field.type), origin, stored)  # type: ignore[arg-type]
        elif origin.convert is not None:
            write = partial(_converted, origin.convert, output.finish)
        sure = stored is not None and not stored.nullable
        self._text.leaf(key, f'of["{origin.name}"]', write, nullable=output.nullable, sure=sure)

    def close(self) -> None:
        """Make the function, now that all fields are known."""
        shape, text = self._shape, self._text
        shape.columns = tuple(self._columns)
        shape.leaves = tuple(self._leaves)
        shape.source = text.source()
        shape.write = text.function(shape.source, shape.name)


def _converted(convert: Callable[[Any], Any], finish: Callable[[Any], Any], value: Any) -> Any:
    return finish(convert(value))


def _language(given: Given, run: Run) -> str:
    return given(run).get("language") or run.context.locale


def _origin(
    of: GraphQLObjectType, node: FieldNode
) -> tuple[GraphQLField, StrawberryField, origins.Origin]:
    field = CORE.get_field(of, node.name.value)
    own = field.extensions.get("strawberry-definition") if field else None
    declared = declaration(own)
    if field is None or declared is None or declared.origin is None:
        raise NotUnderstood(f"{of.name}.{node.name.value}")
    assert isinstance(own, StrawberryField)
    return field, own, declared.origin


SIMPLE = (str, int, float, bool, type(None))


def _given(field: GraphQLField, own: StrawberryField, node: FieldNode) -> Given:
    """The arguments of a field: coerced by graphql-core, converted as Strawberry does."""
    if not field.args:
        return _nothing
    convert = conversion(own.arguments)

    def ask(variables: VariableValues | None) -> dict[str, Any]:
        return convert(get_argument_values(field, node, variables))

    if not _has_variables(node):
        constant = ask(None)
        if all(isinstance(value, SIMPLE) for value in constant.values()):
            return lambda _: constant
    return lambda run: ask(run.variables)


def _nothing(_: Run) -> dict[str, Any]:
    return {}


def _has_variables(node: FieldNode) -> bool:
    return any(isinstance(each, VariableNode) for each in every(node.arguments or ()))


def _types_named(document: DocumentNode) -> set[str]:
    """The types that fragments speak of."""
    return {
        each.type_condition.name.value
        for each in every(document.definitions)
        if isinstance(each, InlineFragmentNode | FragmentDefinitionNode) and each.type_condition
    }


def every(nodes: Iterable[Node]) -> Iterator[Node]:
    """All that stands in a part of a document, from the top."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        for key in node.keys:
            child = getattr(node, key)
            if isinstance(child, Node):
                waiting.append(child)
            elif isinstance(child, list | tuple):
                waiting += child


def _definition(kind: GraphQLObjectType) -> Any:
    return kind.extensions["strawberry-definition"]


def _classes(definition: Any) -> list[type[Any]]:
    """The Python classes whose instances are things of a type."""
    generic = definition.concrete_of
    return [definition.origin, *([generic.origin] if generic else [])]


def _only(shape: Shape, classes: Sequence[type[Any]], cls: type[Any]) -> Shape:
    if getattr(cls, "stands_for", cls) not in classes:
        raise Unequal(f"{cls.__name__} is no {shape.name}")
    return shape
