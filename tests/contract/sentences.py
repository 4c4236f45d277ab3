"""Reads out of the source every sentence that the house turns somebody down with.

A sentence is what the code gives to `Refused` and its like, followed back through variables,
conditions, sums, tables of words, and the helpers that pass it on. What the code puts into a
sentence becomes `{0}`, `{1}` … in its order. What a room says in both languages (`Said`) is left
out.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, product
from pathlib import Path
from typing import TypeAlias

SAYS = {"Refused": 1, "Refusal": 1, "BadBytes": 0, "BadText": 1, "BadJson": 1, "said_in": 0}
"""What is given sentences, and as which argument."""
CARRIES = {"message", "problem", "why_not"}
"""What a refusal keeps its sentence in: it was read where the refusal was made."""
LISTS = {"mismatches", "untranslated", "_differences", "import_file", "wrong"}
"""Functions that list what is wrong with a file or a text, as words or with the line of each."""
OF_LINES = "list[tuple[int, str]]"
"""What such functions deal in, where their signature says so."""
HOLE = "\0"
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Node: TypeAlias = ast.AST | None


@dataclass
class Sentences:
    """What the code says, with the first place of each; and where it could not be followed."""

    said: dict[str, str] = field(default_factory=dict[str, str])
    lost: list[str] = field(default_factory=list[str])


@dataclass(eq=False)
class Module:
    """One file of the house."""

    name: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The node, and what it stands in, from the inside out."""
        at: Node = node
        while at is not None:
            yield at
            at = self.parents.get(at)


class Lost(Exception):
    """An expression of which this can't tell what it says."""


def sentences_in(package: Path) -> Sentences:
    """Every sentence of a refusal in a package."""
    modules = [_module(path, package) for path in sorted(package.rglob("*.py"))]
    return _Reader(modules).read()


def _module(path: Path, package: Path) -> Module:
    module = Module(str(path.relative_to(package)), ast.parse(path.read_text("utf-8")))
    for node in ast.walk(module.tree):
        for child in ast.iter_child_nodes(node):
            module.parents[child] = node
    return module


class _Reader:
    def __init__(self, modules: list[Module]) -> None:
        self._modules = modules
        self._calls: dict[str, list[tuple[Module, ast.Call]]] = defaultdict(list)
        self._functions: dict[str, list[tuple[Module, Function]]] = defaultdict(list)
        for module in modules:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    self._calls[_called(node)].append((module, node))
                elif isinstance(node, Function):
                    self._functions[node.name].append((module, node))

    def read(self) -> Sentences:
        found = Sentences()
        for name, place in SAYS.items():
            for module, call in self._calls[name]:
                named = [one.value for one in call.keywords if one.arg == "message"]
                for given in [*call.args[place : place + 1], *named]:
                    self._note(found, module, given)
        for module, call in self._calls["__init__"]:
            if self._of_a_refusal(module, call):
                self._note(found, module, call.args[1])
        for module, function in list(chain.from_iterable(self._functions.values())):
            if function.name in LISTS or OF_LINES in ast.unparse(function.args) + _answers(
                function
            ):
                for item in _listed(function):
                    self._note(found, module, item)
        return found

    def _note(self, found: Sentences, module: Module, given: ast.expr) -> None:
        where = f"{module.name}:{given.lineno}"
        try:
            for sentence in self._said(module, given, ()):
                if sentence and not sentence.strip(HOLE):
                    raise Lost(ast.unparse(given))
                if sentence:
                    found.said.setdefault(_numbered(sentence), where)
        except Lost as lost:
            found.lost.append(f"{where}: {lost}")

    def _of_a_refusal(self, module: Module, call: ast.Call) -> bool:
        """Whether this is `super().__init__` in a kind of refusal."""
        classes = (node for node in module.around(call) if isinstance(node, ast.ClassDef))
        return any(ast.unparse(base) == "Refused" for base in next(classes).bases)

    def _said(self, module: Module, node: Node, via: tuple[ast.AST, ...]) -> set[str]:
        """What an expression may say; HOLE stands for what is not known here."""
        if node in via:
            return set()
        via = (*via, node) if node else via
        match node:
            case ast.Constant(value=str(words)):
                return {words}
            case ast.Constant(value=None):
                return set()
            case ast.JoinedStr(values=parts):
                return self._sum([self._part(module, part, via) for part in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum([self._said(module, part, via) for part in (left, right)])
            case ast.IfExp(body=one, orelse=other):
                return self._said(module, one, via) | self._said(module, other, via)
            case ast.Dict(values=values):
                return self._any(module, values, via)
            case ast.Subscript(value=table):
                return self._said(module, table, via)
            case ast.Attribute(attr=attr) if attr in CARRIES:
                return set()
            case ast.Call():
                return self._answer(module, node, via)
            case ast.Name(id=name):
                return self._name(module, node, name, via)
            case _:
                raise Lost(ast.unparse(node) if node else "no sentence")

    def _any(self, module: Module, nodes: list[ast.expr], via: tuple[ast.AST, ...]) -> set[str]:
        return {said for node in nodes for said in self._said(module, node, via)}

    def _sum(self, parts: list[set[str]]) -> set[str]:
        return {"".join(one) for one in product(*parts)}

    def _part(self, module: Module, part: ast.expr, via: tuple[ast.AST, ...]) -> set[str]:
        """A piece of an f-string: words where the function chooses among words, else a hole."""
        if isinstance(part, ast.Constant):
            return {str(part.value)}
        value = part.value if isinstance(part, ast.FormattedValue) else part
        if not isinstance(value, ast.Name | ast.IfExp):
            return {HOLE}
        if isinstance(value, ast.Name) and self._function_with(module, value, value.id):
            return {HOLE}
        try:
            return self._said(module, value, via) or {HOLE}
        except Lost:
            return {HOLE}

    def _answer(self, module: Module, call: ast.Call, via: tuple[ast.AST, ...]) -> set[str]:
        """What a call gives back."""
        name = _called(call)
        if name == "within":
            return set()  # said in two languages already
        if name in {"join", "str", "said_in"}:
            return self._told_elsewhere(module, call)
        if name == "get" and isinstance(call.func, ast.Attribute):
            return self._any(module, [call.func.value, *call.args[1:]], via)
        known = [one for one in self._functions[name] if one[0] is module]
        returns = [
            (where, node.value)
            for where, function in known or self._functions[name]
            for node in ast.walk(function)
            if isinstance(node, ast.Return)
        ]
        if not returns:
            raise Lost(ast.unparse(call))
        return {said for where, value in returns for said in self._said(where, value, via)}

    def _told_elsewhere(self, module: Module, call: ast.Call) -> set[str]:
        """What is read where it is made: `str(error)`, lists of what is wrong, several `Said`."""
        name = _called(call)
        if name == "said_in" or "within" in ast.unparse(call):
            return set()
        if name == "join":
            return {HOLE}
        handlers = (node for node in module.around(call) if isinstance(node, ast.ExceptHandler))
        caught = next(handlers, None)
        if caught and caught.type and ast.unparse(caught.type) in SAYS:
            return set()
        raise Lost(ast.unparse(call))

    def _name(self, module: Module, node: ast.AST, name: str, via: tuple[ast.AST, ...]) -> set[str]:
        """What a variable may hold: what the function gave it, what callers gave the function."""
        function = self._function_with(module, node, name)
        if function is not None:
            return self._given(module, function, name, via)
        for scope in module.around(node):
            if isinstance(scope, Function | ast.Module):
                values = list(_values_of(scope, name))
                if values:
                    return self._any(module, values, via)
            if isinstance(scope, Function):
                for values, place in _unpacked_to(scope, name):
                    return self._picked(module, values, place, via)
        if name in CARRIES:
            return set()
        raise Lost(name)

    def _picked(
        self, module: Module, node: ast.expr, place: int, via: tuple[ast.AST, ...]
    ) -> set[str]:
        """What stands at a place of a tuple, or of each tuple in a table."""
        match node:
            case ast.Tuple(elts=items):
                return self._said(module, items[place], via)
            case ast.Dict(values=values):
                picked = values
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=args):
                picked = [table, *args[1:]]
            case ast.Name(id=name):
                around = [scope for scope in module.around(node) if isinstance(scope, Function)]
                picked = [value for scope in around for value in _values_of(scope, name)]
            case _:
                raise Lost(ast.unparse(node))
        return {said for one in picked for said in self._picked(module, one, place, via)}

    def _function_with(self, module: Module, node: ast.AST, name: str) -> Function | None:
        """The function around this whose parameter it is; None for a variable of its own."""
        for scope in module.around(node):
            if isinstance(scope, Function):
                if any(_values_of(scope, name)):
                    return None
                if name in _parameters(scope):
                    return scope
        return None

    def _given(
        self, module: Module, function: Function, name: str, via: tuple[ast.AST, ...]
    ) -> set[str]:
        """What callers give to a function for this parameter."""
        private = function.name.startswith("_") or "self" in ast.unparse(function.args)
        place = _parameters(function).index(name)
        said: set[str] = set()
        for where, call in self._calls[function.name]:
            if private and where is not module:
                continue
            named = [keyword.value for keyword in call.keywords if keyword.arg == name]
            given = [*call.args[place : place + 1], *named]
            said |= self._any(where, given[:1], via)
        return said


def _values_of(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a scope assigns to a name, by itself or out of tuples."""
    for node in _inside(scope):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if node.target.id == name and node.value:
                yield node.value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value


def _unpacked_to(scope: ast.AST, name: str) -> Iterator[tuple[ast.expr, int]]:
    """What a scope takes apart, and which part of it goes to a name."""
    for node in _inside(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = [ast.unparse(target) for target in node.targets[0].elts]
            if name in names:
                yield node.value, names.index(name)


def _listed(function: Function) -> Iterator[ast.expr]:
    """The words a function puts into lists."""
    for node in _inside(function):
        match node:
            case ast.ListComp(elt=item):
                yield from _words_of(item)
            case ast.List(elts=items):
                for item in items:
                    yield from _words_of(item)
            case ast.Call(func=ast.Attribute(attr="append"), args=[item]):
                yield from _words_of(item)
            case _:
                pass


def _words_of(item: ast.expr) -> Iterator[ast.expr]:
    if isinstance(item, ast.Tuple) and len(item.elts) == 2:
        item = item.elts[1]
        if isinstance(item, ast.Name | ast.Constant):
            yield item
    if isinstance(item, ast.JoinedStr):
        yield item


def _answers(function: Function) -> str:
    return ast.unparse(function.returns) if function.returns else ""


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope and in no function within it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from _inside(child)


def _parameters(function: Function) -> list[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [one.arg for one in every if one.arg not in {"self", "cls"}]


def _called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _numbered(sentence: str) -> str:
    first, *others = sentence.split(HOLE)
    return first + "".join(f"{{{number}}}{other}" for number, other in enumerate(others))
