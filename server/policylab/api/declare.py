"""One declaration for each published field: where it comes from, and who may see it.

    @published(labs.DIALOGUE)
    class Dialogue(Node):
        \"\"\"One policy question worked through a workflow in a lab.\"\"\"

        question: str = words("The question under discussion.", "questions")
        visibility: DialogueVisibility = column("Who may read it.")
        lab: Lab = to_one("The lab it belongs to.", by="lab_id")
        delegations: list[Delegation] = edge("The seats.", by="dialogue_id", order="{t}.level")
        coverage: Coverage = computed("…", load_coverage, access="as the dialogue", needs=("id",))
        assessments: list[Assessment] = leads_to("…", load_assessment_keys, access="as they are")

Each maker gives graphql-core its resolver, and compiled plans the field's `Origin`.
Rows of a type are read through its source, whose scope goes into every statement, so a field is as
visible as the row it stands on. A target type that points back comes from `api/elsewhere.py`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from inspect import Parameter, signature
from typing import (
    Annotated,
    Any,
    ClassVar,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

import strawberry
from strawberry.types.field import StrawberryField

from policylab.api import loading, origins
from policylab.api.context import Context
from policylab.api.origins import Load, Origin
from policylab.kit.ids import from_global
from policylab.kit.sources import Source

Info = strawberry.Info[Context, None]
T = TypeVar("T")


@dataclass(frozen=True)
class Declared:
    """What is known of one published field."""

    kind: str
    access: str
    column: str | None = None
    needs: tuple[str, ...] = ()
    origin: Origin | None = None
    """Where it comes from, for resolvers and compiled plans; None: graphql-core alone knows."""


@strawberry.interface(description="Anything with an identifier of its own.")
class Node:
    """Base of published types that `node(id:)` can find again."""

    @strawberry.field(
        description="Opaque; says nothing but which thing this is.",
        metadata={"declared": Declared("column", "as its row", "id", origin=origins.Identifier())},
    )
    def id(self) -> strawberry.ID:
        return strawberry.ID(origins.identifier(type(self).__name__, self.row))  # type: ignore[attr-defined]


class Published:
    """A type with its source; the registry is how loaders and `node(id:)` find types by name."""

    registry: ClassVar[dict[str, "Published"]] = loading.published

    def __init__(self, cls: type[Any], source: Source) -> None:
        self.cls = cls
        self.name = cls.__name__
        self.source = source
        self.columns = self._columns()
        self.registry[self.name] = self

    def _columns(self) -> tuple[str, ...]:
        wanted = set[str]()
        for field in self.cls.__strawberry_definition__.fields:
            declared = declaration(field)
            if declared:
                wanted |= {name for name in (declared.column, *declared.needs) if name}
        unknown = wanted - self.source.columns
        if unknown:
            raise RuntimeError(f"{self.name} names columns {self.source.name} has not: {unknown}")
        return tuple(sorted(wanted))

    def make(self, row: Mapping[str, Any] | None) -> Any:
        return None if row is None else self.cls(row=row)


def declaration(field: Any) -> Declared | None:
    """The declaration that a field carries, if any."""
    return field.metadata.get("declared") if isinstance(field, StrawberryField) else None


def published(source: Source) -> Callable[[type[T]], type[T]]:
    """Publish rows of `source` as a GraphQL type. Its docstring is its description."""

    def make(cls: type[T]) -> type[T]:
        made = of_rows(cls)
        Published(made, source)
        return made

    return make


def of_rows(cls: type[T]) -> type[T]:
    """A published type whose rows come from more than one table, as the thing they belong to."""
    _build_fields(cls)
    cls.__annotations__["row"] = strawberry.Private[Any]
    return strawberry.type(_one_of_many(cls), description=_first_paragraph(cls.__doc__))


def _one_of_many(cls: type[T]) -> type[T]:
    """Without the methods that dataclasses would write for each class: nobody compares what is
    published or prints it, and each class would keep its own."""
    cls.__eq__, cls.__repr__ = object.__eq__, object.__repr__
    return cls


def _build_fields(cls: type[Any]) -> None:
    for name, annotation in list(cls.__annotations__.items()):
        maker = cls.__dict__.get(name)
        if isinstance(maker, FieldMaker):
            setattr(cls, name, maker.build(name, annotation))


def plain(description: str, **options: Any) -> Any:
    """A field of a value or an input: nothing but what is put into it."""
    declared = Declared("plain", "as the value it is part of", origin=origins.Attribute())
    return strawberry.field(description=description, metadata={"declared": declared}, **options)


@dataclass_transform(kw_only_default=True, field_specifiers=(plain,))
def value(cls: type[T]) -> type[T]:
    """A published value without a row of its own: as visible as the field that leads to it."""
    _build_fields(cls)
    return strawberry.type(_one_of_many(cls), description=_first_paragraph(cls.__doc__))


@dataclass_transform(kw_only_default=True, field_specifiers=(plain,))
def described_input(cls: type[T]) -> type[T]:
    """An input object; only what the person says. Its docstring is its description."""
    return strawberry.input(cls, description=_first_paragraph(cls.__doc__))


def described_enum(cls: type[Enum]) -> None:
    """Let a room's enum appear in the schema, with its docstring as description."""
    if not hasattr(cls, "__strawberry_definition__"):
        strawberry.enum(cls, description=_first_paragraph(cls.__doc__))  # pyright: ignore[reportArgumentType]


def _first_paragraph(text: str | None) -> str:
    if not text:
        raise RuntimeError("Every published type has a docstring.")
    return " ".join(text.strip().split("\n\n")[0].split())


@dataclass(frozen=True)
class FieldMaker:
    """A field before it knows its name and type."""

    description: str
    declared: Declared
    resolve: Callable[[str, Any], tuple[Callable[..., Any], Origin]]
    """From the field's name and annotation to its resolver and its origin."""
    instead: str | None = None
    """What to ask for instead, where the field shall go: deprecated first, removed later."""

    def build(self, name: str, annotation: Any) -> StrawberryField:
        resolver, origin = self.resolve(name, annotation)
        resolver.__annotations__["return"] = annotation
        declared = replace(self.declared, origin=origin)
        if declared.kind == "column" and declared.column is None:
            declared = replace(declared, column=name)
        return strawberry.field(
            resolver=resolver,
            name=name[:-1] if name.endswith("_") else None,  # `from_`, which Python has no room for
            description=self.description,
            deprecation_reason=f"Use {self.instead}" if self.instead else None,
            metadata={"declared": declared},
        )


def column(description: str, name: str | None = None) -> Any:
    """The row's column of the same name, or of `name`."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        origin = origins.Column(name or field, _converter(annotation))

        def read(root: Any) -> Any:
            return origin.read(root.row)

        read.__annotations__ = {"root": Any}
        return read, origin

    return FieldMaker(description, Declared("column", "as its row", name), resolve)


def words(description: str, name: str) -> Any:
    """A text in several languages: the one asked for, else the viewer's, else any."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        def read(root: Any, info: Any, language: str | None = None) -> Any:
            return in_language(root.row[name], language or info.context.locale)

        read.__annotations__ = {"root": Any, "info": Info, "language": str | None}
        return read, origins.Words(name)

    return FieldMaker(description, Declared("words", "as its row", name), resolve)


def in_language(texts: Mapping[str, str] | None, language: str) -> str:
    """The text in this language, else in English, else in whichever there is."""
    if not texts:
        return ""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()))


@value
class LocalisedText:
    """A text in one language."""

    language: str = plain("BCP 47 tag.")
    text: str = plain("The text.")


def all_words(description: str, name: str) -> Any:
    """A text in all its languages; the annotation is `list[LocalisedText]`."""

    def texts_of(row: Mapping[str, Any]) -> list[LocalisedText]:
        texts: dict[str, str] = row[name] or {}
        return [LocalisedText(language=key, text=text) for key, text in texts.items()]

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        def read(root: Any) -> Any:
            return texts_of(root.row)

        read.__annotations__ = {"root": Any}
        return read, origins.AllWords(name, texts_of)

    return FieldMaker(description, Declared("words", "as its row", name), resolve)


def to_one(description: str, *, by: str) -> Any:
    """The thing that the column `by` points at; null for what the viewer may not see."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        target = target_name(annotation)

        async def read(root: Any, info: Any) -> Any:
            key = root.row[by]
            return None if key is None else await load(info.context, target, key)

        read.__annotations__ = {"root": Any, "info": Info}
        return read, origins.ToOne(target, by)

    return FieldMaker(description, Declared("to_one", "as what it leads to", by), resolve)


def edge(
    description: str,
    *,
    by: str,
    key: str = "id",
    where: str = "true",
    order: str = "{t}.id",
    instead: str | None = None,
) -> Any:
    """The rows whose column `by` holds this row's `key`: a whole list, for what is few.

    `where` and `order` are SQL; `{t}` is the table. `instead`: what to ask for where this shall go.
    """

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        target = target_name(annotation)
        plan = loading.EdgePlan(target, by, where, order)

        async def read(root: Any, info: Any) -> Any:
            return await loading.edge_loader(info.context, plan).load(root.row[key])

        read.__annotations__ = {"root": Any, "info": Info}
        return read, origins.Rows(plan, key)

    return FieldMaker(description, Declared("edge", "as what it leads to", key), resolve, instead)


def computed(description: str, batch: Load, *, access: str, needs: tuple[str, ...] = ()) -> Any:
    """What `batch(context, roots, **arguments)` answers, one value a root, in order.

    `access` says in words whose rule the function obeys; `needs` names columns it reads. The
    function's keyword-only parameters become the field's arguments.
    """

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        return _batched(batch), origins.Batch(batch)

    return FieldMaker(description, Declared("computed", access, None, needs), resolve)


def leads_to(description: str, batch: Load, *, access: str, needs: tuple[str, ...] = ()) -> Any:
    """The published things whose keys `batch` answers, one or a list a root, as far as the viewer
    may see them; for a field of the type `Node` pairs of type and key, one or None a root. The same
    as `computed` otherwise, and cheaper: only the columns that are asked for are read."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        target = target_name(annotation)
        of_any = target == Node.__name__

        async def things(context: Context, roots: Sequence[Any], **arguments: Any) -> list[Any]:
            answered = await batch(context, roots, **arguments)
            if of_any:
                return await asyncio.gather(*(_named(context, each) for each in answered))
            return await loading.led_to(context, target, answered)

        things.__signature__ = signature(batch)  # type: ignore[attr-defined]
        origin = origins.AnyKeys(batch) if of_any else origins.Keys(target, batch)
        return _batched(things), origin

    return FieldMaker(description, Declared("computed", access, None, needs), resolve)


def searched(description: str, batch: Callable[..., Any], *, access: str) -> Any:
    """The published things that the `Searches` of `batch(context, roots, **arguments)` find, a list
    a root, as far as the viewer may see them. For what no column of the things themselves leads to;
    one statement, and only the columns that are asked for are read."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        target = target_name(annotation)

        async def things(context: Context, roots: Sequence[Any], **arguments: Any) -> list[Any]:
            searches = await batch(context, roots, **arguments)
            return await loading.found_by(context, target, searches)

        things.__signature__ = signature(batch)  # type: ignore[attr-defined]
        return _batched(things), origins.Searched(target, batch)

    return FieldMaker(description, Declared("computed", access), resolve)


async def _named(context: Context, named: tuple[str, Any] | None) -> Any:
    return None if named is None else await load(context, *named)


def _batched(batch: Load) -> Callable[..., Any]:
    options = [
        parameter
        for parameter in signature(batch).parameters.values()
        if parameter.kind is Parameter.KEYWORD_ONLY
    ]

    async def read(root: Any, info: Any, **arguments: Any) -> Any:
        loader = loading.batch_loader(info.context, batch, arguments)
        return await loader.load(loading.Identity(root))

    positional = [
        Parameter("root", Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
    ]
    read.__signature__ = signature(read).replace(parameters=[*positional, *options])  # type: ignore[attr-defined]
    read.__annotations__ = {"root": Any, "info": Info} | {
        option.name: option.annotation for option in options
    }
    return read


async def load(context: Context, kind: str, key: Any) -> Any:
    """One published thing by its key, or None for what the viewer may not see."""
    return await loading.row_loader(context, kind).load(key)


async def load_node(context: Context, identifier: str) -> Any:
    """What an identifier stands for, or None; NOT_FOUND for a malformed one."""
    kind, key = from_global(identifier)
    known = Published.registry.get(kind)
    if known is None or not issubclass(known.cls, Node):
        return None
    return await load(context, kind, key)


def by_id(description: str) -> Any:
    """A root field that finds one thing by its identifier; null for what is not there."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        target = target_name(annotation)

        async def read(info: Any, id: strawberry.ID) -> Any:
            kind, key = from_global(id)
            return await load(info.context, target, key) if kind == target else None

        read.__annotations__ = {"info": Info, "id": strawberry.ID}
        return read, origins.ById(target)

    return FieldMaker(description, Declared("root", "as what it leads to"), resolve)


def root(description: str, function: Callable[..., Any], *, access: str) -> Any:
    """A root field answered by `function(context, **arguments)`."""

    def resolve(field: str, annotation: Any) -> tuple[Callable[..., Any], Origin]:
        options = list(signature(function).parameters.values())[1:]

        async def read(info: Any, **arguments: Any) -> Any:
            return await function(info.context, **arguments)

        first = Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
        keyword = [option.replace(kind=Parameter.KEYWORD_ONLY) for option in options]
        read.__signature__ = signature(read).replace(parameters=[first, *keyword])  # type: ignore[attr-defined]
        read.__annotations__ = {"info": Info} | {o.name: o.annotation for o in options}
        return read, origins.Call(function)

    return FieldMaker(description, Declared("root", access), resolve)


def query(cls: type[T]) -> type[T]:
    """Part of the schema's Query type; `schema.py` puts the parts together."""
    _build_fields(cls)
    return strawberry.type(cls)


def target_name(annotation: Any) -> str:
    """The published type that an annotation leads to, however it is wrapped."""
    if get_origin(annotation) is Annotated:
        first = get_args(annotation)[0]
        return first.__forward_arg__ if hasattr(first, "__forward_arg__") else target_name(first)
    arguments = [item for item in get_args(annotation) if item is not type(None)]
    if arguments:
        return target_name(arguments[0])
    return annotation.__name__


def _converter(annotation: Any) -> Callable[[Any], Any] | None:
    """Columns hold an enum's text; clients get the enum. IDs are published as text."""
    if get_origin(annotation) is Union or hasattr(annotation, "__or__"):
        inner = [item for item in get_args(annotation) if item is not type(None)]
        if len(inner) == 1 and get_origin(annotation) is not list:
            annotation = inner[0]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return annotation
    if annotation is strawberry.ID or annotation is str:
        return str
    return None
