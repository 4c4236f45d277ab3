"""What a document may ask for: a guard, linear in its length, that runs before anything else.

Each fragment is measured once, wherever it is spread (promises G1 and G2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    Lexer,
    OperationDefinitionNode,
    SelectionNode,
    Source,
    TokenKind,
    VariableNode,
)

from policylab.kit.errors import RefusalCode, Refused


@dataclass(frozen=True)
class Limits:
    """The published bounds of one document."""

    characters: int = 100_000
    tokens: int = 6_000
    nesting: int = 60
    operations: int = 20
    fragments: int = 60
    variables: int = 100
    depth: int = 20
    fields: int = 1_500
    repeats: int = 50
    aliases: int = 100
    directives: int = 100
    cost: int = 200_000


LIMITS = Limits()
PAGE_COST = 50
OPENING = {TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L}
CLOSING = {TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R}


def check_text(text: str, limits: Limits = LIMITS) -> None:
    """Refuse a text too long or too deeply nested to be parsed."""
    _at_most("characters", len(text), limits.characters)
    lexer, tokens, nesting = Lexer(Source(text)), 0, 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        tokens += 1
        nesting += (token.kind in OPENING) - (token.kind in CLOSING)
        _at_most("tokens", tokens, limits.tokens)
        _at_most("nested brackets", nesting, limits.nesting)


def check_document(document: DocumentNode, limits: Limits = LIMITS) -> None:
    """Refuse a document that asks for more than the limits."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    fragments = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
    _at_most("operations", len(operations), limits.operations)
    _at_most("fragments", len(fragments), limits.fragments)
    ruler = _Ruler({fragment.name.value: fragment for fragment in fragments})
    for operation in operations:
        _at_most("variables", len(operation.variable_definitions or ()), limits.variables)
        _judge(ruler.measure(operation.selection_set.selections), limits)
    for fragment in fragments:
        _judge(ruler.fragment(fragment.name.value), limits)


def cost_of(document: DocumentNode, operation: str | None) -> int:
    """What one operation of a document costs; of all of them together where none is named."""
    parts = document.definitions
    ruler = _Ruler({p.name.value: p for p in parts if isinstance(p, FragmentDefinitionNode)})
    wanted = [p for p in parts if isinstance(p, OperationDefinitionNode)]
    if operation is not None:
        wanted = [p for p in wanted if p.name is not None and p.name.value == operation]
    return sum(ruler.measure(each.selection_set.selections).cost for each in wanted)


@dataclass
class _Measure:
    depth: int = 0
    fields: int = 0
    repeats: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def add(self, inner: "_Measure", *, deeper: int = 0, times: int = 1) -> None:
        self.depth = max(self.depth, inner.depth + deeper)
        self.fields += inner.fields
        self.repeats += inner.repeats
        self.aliases += inner.aliases
        self.directives += inner.directives
        self.cost += inner.cost * times


@dataclass
class _Ruler:
    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, _Measure] = field(default_factory=dict[str, _Measure])
    open: set[str] = field(default_factory=set[str])

    def measure(self, selections: Sequence[SelectionNode]) -> _Measure:
        total, names = _Measure(), set[str]()
        for node in selections:
            total.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                name = (node.alias or node.name).value
                total.repeats += name in names
                names.add(name)
                self._add_field(total, node)
            elif isinstance(node, InlineFragmentNode):
                total.add(self.measure(node.selection_set.selections))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self.fragment(node.name.value))
        return total

    def _add_field(self, total: _Measure, node: FieldNode) -> None:
        own = _Measure(depth=1, fields=1, aliases=int(node.alias is not None), cost=1)
        if node.selection_set:
            inner = self.measure(node.selection_set.selections)
            own.add(inner, deeper=1, times=_page(node))
        total.add(own)

    def fragment(self, name: str) -> _Measure:
        if name in self.open:
            message = f"The fragment {name} contains itself."
            raise Refused(RefusalCode.QUERY_NOT_ALLOWED, message)
        if name not in self.known and name in self.fragments:
            self.open.add(name)
            self.known[name] = self.measure(self.fragments[name].selection_set.selections)
            self.open.discard(name)
        return self.known.get(name, _Measure())


def _page(node: FieldNode) -> int:
    """How many items a field may answer, as far as its arguments say."""
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, IntValueNode):
                return min(max(int(argument.value.value[:6]), 1), 1_000)
            if isinstance(argument.value, VariableNode):
                return PAGE_COST
    return 1


def _judge(measure: _Measure, limits: Limits) -> None:
    for name in ("depth", "fields", "repeats", "aliases", "directives", "cost"):
        _at_most(name, getattr(measure, name), getattr(limits, name))


def _at_most(what: str, number: int, limit: int) -> None:
    if number > limit:
        message = f"This document is over the limit of {limit} {what}; ask for less at a time."
        raise Refused(RefusalCode.QUERY_NOT_ALLOWED, message)
