"""What the names of a function may be: every value that is given to them anywhere in it, in whatever order."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
#: Methods that put their arguments into the object they are called on.
_FILLING = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update", "write", "writelines"})


Role = Literal["value", "element", "event", "unknown"]


@dataclass(frozen=True)
class Bound:
    """One thing that a name may be: the value of `node` in `scope`, an element of it, the event (`node` is then its
    annotation), or what cannot be known.
    """

    role: Role
    scope: Scope
    node: ast.expr | None = None


@dataclass(eq=False)
class Scope:
    """The names of a module, a class, a function or a comprehension."""

    parent: Scope | None = None
    names: defaultdict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))

    def find(self, name: str) -> list[Bound]:
        """All that `name` may be; nothing where it is imported or Python's own."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return []

    def bind(self, name: str, role: Role, node: ast.expr | None = None) -> None:
        self.names[name].append(Bound(role, self, node))


class Names:
    """Reads a module once: `nodes` are all of it with the scope that each stands in, `inner` the scopes they open."""

    def __init__(self, tree: ast.Module, is_event: Callable[[ast.AST, int, ast.arg], bool]) -> None:
        self.nodes: list[tuple[ast.AST, Scope]] = []
        self.inner: dict[ast.AST, Scope] = {}
        #: What classes and their objects hold, by the attribute's name alone.
        self.attributes: defaultdict[str, list[Bound]] = defaultdict(list)
        self.top = Scope()
        self._is_event = is_event
        self._read(tree, self.top)

    def _read(self, node: ast.AST, scope: Scope) -> None:
        self.nodes.append((node, scope))
        self._bind(node, scope)
        if isinstance(node, _FUNCTIONS):
            self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self._class(node, scope)
        elif isinstance(node, _COMPREHENSIONS):
            inner = self.inner[node] = Scope(scope)
            for each in node.generators:
                self._unpack(each.target, each.iter, inner, "element")
            self._children(node, inner)
        else:
            self._children(node, scope)

    def _children(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self._read(child, scope)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        inner = self.inner[node] = Scope(scope)
        if not isinstance(node, ast.Lambda):
            scope.bind(node.name, "unknown")
        given = node.args
        for index, each in enumerate([*given.posonlyargs, *given.args, *given.kwonlyargs]):
            inner.bind(each.arg, "event" if self._is_event(node, index, each) else "unknown", each.annotation)
        for rest in (given.vararg, given.kwarg):
            if rest:
                inner.bind(rest.arg, "unknown")
        for before in (*getattr(node, "decorator_list", ()), given):
            self._read(before, scope)
        for inside in node.body if isinstance(node.body, list) else [node.body]:
            self._read(inside, inner)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        """A class's functions do not see its names, except as attributes."""
        own = Scope(scope)
        for each in (*node.decorator_list, *node.bases, *node.keywords):
            self._read(each, scope)
        for inside in node.body:
            self._read(inside, scope if isinstance(inside, _FUNCTIONS) else own)
        for name, bounds in own.names.items():
            self.attributes[name] += bounds

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for each in targets:
                    self._unpack(each, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                self._unpack(target, value, scope)
            case ast.NamedExpr(target=target, value=value):
                self._unpack(target, value, scope)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                self._unpack(target, value, scope, "element")
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._unpack(target, value, scope)
            case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in _FILLING:
                for each in (*node.args, *(keyword.value for keyword in node.keywords)):
                    self._put(owner, each, scope, "value")
            case ast.Global(names=names):
                for name in names:
                    self.top.bind(name, "unknown")
            case ast.Nonlocal(names=names) if scope.parent:
                for name in names:
                    (scope.parent.find(name) or self.top.names[name]).append(Bound("unknown", scope))
            case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
                scope.bind(name, "unknown")
            case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
                scope.bind(name, "unknown")

    def _unpack(self, target: ast.expr, value: ast.expr, scope: Scope, role: Role = "value") -> None:
        match target, value:
            case ast.Name(id=name), _:
                scope.bind(name, role, value)
            case ((ast.Attribute() | ast.Subscript()), _):
                self._put(target, value, scope, role)
            case ast.Starred(value=inner), _:
                self._unpack(inner, value, scope, "element")
            case (ast.Tuple(elts=names), ast.Tuple(elts=values)) if len(names) == len(values) and role == "value":
                for each, given in zip(names, values, strict=True):
                    self._unpack(each, given, scope)
            case ast.Tuple(elts=[ast.Name(id=counter), inner]), ast.Call(func=ast.Name(id="enumerate")):
                scope.bind(counter, "value", ast.Constant(0))
                self._unpack(inner, value, scope, "element")
            case ((ast.Tuple(elts=names) | ast.List(elts=names)), _):
                for each in names:
                    self._unpack(each, value, scope, "element")

    def _put(self, owner: ast.expr, value: ast.expr, scope: Scope, role: Role) -> None:
        """Make `value` a part of what `owner` names."""
        match owner:
            case ast.Name(id=name):
                scope.find(name).append(Bound(role, scope, value))
            case ast.Attribute(attr=attr):
                self.attributes[attr].append(Bound(role, scope, value))
            case ast.Subscript(value=inner):
                self._put(inner, value, scope, role)
