"""What need not be followed: code that can reach AWS neither by what it imports nor by what it is given.

A module is quiet where neither it nor anything of the service's that it imports uses a library that might call AWS. A
value is live where a call could come of it: a client, a function of a module that is not quiet, an object that holds
one. A call of quiet code with values none of which is live makes no call of AWS's; at most a text can come of it. So it
is left out where nobody could want that text: inside of quiet code (a framework that was handed a live function), and
where the result is dropped.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping

from holdfast.privileges.core import Core, Frame
from holdfast.privileges.sources import Scopes, Source
from holdfast.privileges.values import (
    Arguments,
    Bound,
    Class,
    Client,
    Collection,
    Container,
    Foreign,
    Function,
    Joined,
    Literal,
    Meta,
    Method,
    Object,
    OwnModule,
    Paged,
    Partial,
    Scope,
    Session,
    Thing,
    Value,
    Values,
    Variable,
)

#: Libraries that call nothing of AWS's, and hand out nothing that does; all of Python's but these two are such.
_SAFE = frozenset({
    *("aws_lambda_powertools", "annotated_types", "attr", "attrs", "dateutil", "jmespath", "jsonschema", "orjson"),
    *("pydantic", "pydantic_core", "pytz", "simplejson", "structlog", "typing_extensions"),
})  # fmt: skip
_SAFE_STANDARD = frozenset(sys.stdlib_module_names) - {"importlib", "subprocess", "runpy"}
_CALLING = ("parameters", "idempotency", "feature_flags", "streaming", "data_masking", "kafka")
Holders = dict[object, set[object]]
_TEXTS = (Literal, Variable, Joined)
_ENTRIES = ("boto", "aioboto", "aws_lambda_powertools.utilities")
_LIVE = (Client, Thing, Session, Meta, Collection, Paged)


def is_safe(source: Source, own: frozenset[str]) -> bool:
    """Whether a module imports nothing, wherever in it, that might call AWS; `own` are the service's top modules."""
    for node in ast.walk(source.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        if not all(_is_safe(name, own) for name in names):
            return False
    return not source.problem


def _is_safe(name: str, own: frozenset[str]) -> bool:
    root, *others = name.split(".")
    if root == "aws_lambda_powertools":
        return not any(part in _CALLING for part in others)
    return root in own or root in _SAFE or root in _SAFE_STANDARD


class Quiet(Core):
    """Keeps track of which places hold something live."""

    def __init__(self, scopes: Scopes) -> None:
        super().__init__(scopes)
        self.tainted: set[object] = set()
        self.holders: Holders = {}
        self.holder_layers: list[Holders] = []
        self.loud: set[str] = set()
        self.dropped: ast.AST | None = None
        self.inside_dead = 0

    def is_quiet(self, module: str) -> bool:
        raise NotImplementedError

    def put(self, place: object, name: str | int, values: Values, *, anew: bool = False) -> None:
        super().put(place, name, values, anew=anew)
        for value in values:
            if isinstance(value, (*_TEXTS, Foreign)):
                continue
            for held in _places(value):
                self.holders.setdefault(held, set()).add(place)
            if place not in self.tainted and self.is_live(value):
                self._taint(place)

    def _taint(self, place: object) -> None:
        waiting = [place]
        while waiting:
            one = waiting.pop()
            if one in self.tainted:
                continue
            self.tainted.add(one)
            if isinstance(one, Scope) and one.kind == "module":
                self.loud.add(one.module)
            waiting += self.holders.get(one, ())
            waiting += [place for layer in self.holder_layers for place in layer.get(one, ())]

    def taint_again(self, cells: Mapping[tuple[object, str | int], Values], before: Iterable[set[object]]) -> None:
        """Look again at what holds something live, now that more is known of the modules."""
        self.tainted, self.loud = set().union(*before), set()
        for (place, _), values in cells.items():
            if place not in self.tainted and any(self.is_live(value) for value in values):
                self._taint(place)

    def is_live(self, value: Value) -> bool:
        """Whether a call of AWS could come of a value."""
        if isinstance(value, _TEXTS):
            return False
        if isinstance(value, Foreign):
            return value.path.startswith(_ENTRIES) and "()" not in value.path
        if isinstance(value, OwnModule):
            return not self.is_quiet(value.name)
        if isinstance(value, (Function, Class)):
            return not self.is_quiet(value.scope.module) or any(place in self.tainted for place in _places(value))
        return isinstance(value, _LIVE) or any(self.is_live(held) for held in _held(value)) or value in self.tainted

    def is_dead(self, function: Function | Class, arguments: Arguments) -> bool:
        """Whether no call of AWS can come of this one."""
        return not self.is_live(function) and not any(self.is_live(value) for value in arguments.everything())

    def may_skip(self, node: ast.AST, frame: Frame) -> bool:
        """Whether nobody could want what a dead call gives."""
        if node is self.dropped:
            return True
        return frame.function is not None and not self.inside_dead and self.is_quiet(frame.source.name)


def _held(value: Value) -> Iterable[Value]:
    """What a value is made of."""
    if isinstance(value, Bound):
        return (value.function, value.receiver)
    if isinstance(value, Partial):
        return (value.function, *value.arguments.everything())
    if isinstance(value, Method):
        return (value.receiver,)
    return (value.of,) if isinstance(value, Object) else ()


def _places(value: Value) -> list[object]:
    """Where things that a value holds are kept."""
    if isinstance(value, (Object, Container, Class)):
        return [value]
    if isinstance(value, Function):
        scopes: list[object] = []
        scope: Scope | None = value.scope
        while scope is not None and scope.kind != "module":
            scopes.append(scope)
            scope = scope.parent
        return scopes
    return [place for held in _held(value) for place in _places(held)]
