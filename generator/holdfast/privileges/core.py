"""What every part of the interpreter works on: the store, the budget, the records; what the parts ask of each other."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from holdfast.privileges.findings import Place, Records, Unresolved
from holdfast.privileges.sources import Scopes, Source
from holdfast.privileges.values import (
    NOTHING,
    Arguments,
    Class,
    Collection,
    Container,
    Foreign,
    Function,
    FunctionNode,
    Method,
    Scope,
    Thing,
    Value,
    Values,
    join,
)

#: Nodes that are evaluated for one function before it counts as too much to follow.
MOST_STEPS = 1_500_000
#: Calls of the service's own functions inside each other.
DEEPEST = 40
Cell = tuple[object, str | int]
Keys = dict[object, dict[str | int, None]]
_KEYS = "#keys"


class TooMuchError(Exception):
    """The code asks for more steps than anybody waits for."""


@dataclass
class Frame:
    """Where evaluation is: a scope, a file, and how many branches deep."""

    scope: Scope
    source: Source
    branches: int = 0
    function: Function | None = None
    owner: Class | None = None
    returned: Values = NOTHING
    yielded: Values = NOTHING
    outer: set[str] = field(default_factory=set)
    receiver: Value | None = None
    typing: bool = False


class Core:
    """The state of one evaluation. Values only grow in it, but for names that are bound anew in a straight line."""

    def __init__(self, scopes: Scopes) -> None:
        self.scopes = scopes
        self.store: dict[Cell, Values] = {}
        self.keys: Keys = {}
        #: The keys of what was taken over from modules that were evaluated before.
        self.layers: list[Keys] = []
        self.records = Records()
        self.steps = 0
        self.grown = 0
        self.seen: set[Cell] = set()
        self.memo: dict[object, Values] = {}
        self.running: list[object] = []
        self.contexts: dict[ast.AST, int] = {}

    # What other parts do.

    def evaluate(self, node: ast.expr, frame: Frame) -> Values:
        raise NotImplementedError

    def execute(self, body: list[ast.stmt], frame: Frame) -> None:
        raise NotImplementedError

    def call(self, function: Value, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def call_all(self, functions: Values, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        return join(*(self.call(function, arguments, node, frame) for function in functions))

    def attribute(self, value: Value, name: str, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def elements(self, values: Values, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def matching(self, values: Values, keys: Values, node: ast.AST, frame: Frame) -> tuple[Values, bool]:
        raise NotImplementedError

    def annotated(self, node: ast.expr, frame: Frame) -> Values:
        raise NotImplementedError

    def bind(self, target: ast.expr, values: Values, frame: Frame, *, anew: bool = False) -> None:
        raise NotImplementedError

    def defined(self, node: FunctionNode, frame: Frame) -> Function:
        raise NotImplementedError

    def glued(self, pieces: list[Values]) -> Values:
        raise NotImplementedError

    def variables(self, keys: Values) -> Values:
        raise NotImplementedError

    def entry(self, container: Container, keys: Values) -> Values:
        raise NotImplementedError

    def put_entry(self, target: Container, keys: Values, values: Values) -> None:
        raise NotImplementedError

    def update(self, target: Container, values: Values) -> None:
        raise NotImplementedError

    def lookup_in_class(self, found: Class, name: str) -> Values:
        raise NotImplementedError

    def lineage(self, found: Class) -> list[Class]:
        raise NotImplementedError

    def foreign_bases(self, found: Class) -> list[Foreign]:
        raise NotImplementedError

    def source_of(self, function: Function) -> Source:
        raise NotImplementedError

    def call_method(self, method: Method, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def call_library(self, function: Foreign, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def of_thing(self, value: Thing, name: str, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def escape(self, values: Values, path: str, node: ast.AST, frame: Frame) -> None:
        raise NotImplementedError

    def load(self, name: str, frame: Frame) -> Value | None:
        """The service's own module of that name, evaluated; None where it is a library's."""
        raise NotImplementedError

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        raise NotImplementedError

    dropped: ast.AST | None

    def is_standard(self, path: str) -> bool:
        raise NotImplementedError

    def special(self, values: Values, name: str, arguments: Arguments, node: ast.AST, frame: Frame) -> Values:
        raise NotImplementedError

    def element_of(self, collection: Collection) -> Thing:
        raise NotImplementedError

    # Modules.

    def module_scope(self, name: str) -> Scope:
        return self.scopes.of(("module", name), "module", name, None)

    def absolute(self, name: str, package: str) -> str:
        """`..models` as seen from a package."""
        level = len(name) - len(name.lstrip("."))
        if not level:
            return name
        above = package.split(".") if package else []
        kept = above[: len(above) - (level - 1)] if level > 1 else above
        return ".".join(part for part in (*kept, name.lstrip(".")) if part)

    # The store.

    def get(self, place: object, name: str | int) -> Values:
        cell = (place, name)
        self.seen.add(cell)
        return self.store.get(cell, NOTHING)

    def has(self, place: object, name: str | int) -> bool:
        self.seen.add((place, name))
        return (place, name) in self.store

    def put(self, place: object, name: str | int, values: Values, *, anew: bool = False) -> None:
        """Let a name hold more values; `anew`: these and no others.

        Where something was read before it was written, what read it has to run again.
        """
        cell = (place, name)
        known = self.store.get(cell)
        if known is None:
            self.keys.setdefault(place, {})[name] = None
        if anew or known is None:
            self.store[cell] = values
            learnt = known is None and (cell in self.seen or (place, _KEYS) in self.seen)
        elif values <= known:
            return
        else:
            self.store[cell] = join(known, values)
            learnt = cell in self.seen and self.store[cell] != known
        if learnt and not (isinstance(place, Scope) and place.kind == "function"):
            self.grown += 1

    def names(self, place: object) -> list[str | int]:
        self.seen.add((place, _KEYS))
        found = dict(self.keys.get(place, ()))
        for layer in self.layers:
            found.update(layer.get(place, ()))
        return list(found)

    def add_element(self, container: Container, values: Values) -> None:
        self.put(container, "*", values)

    # Places and records.

    def place(self, node: ast.AST, frame: Frame) -> Place:
        return Place(frame.source.file, getattr(node, "lineno", 0))

    def unresolved(self, node: ast.AST, frame: Frame, what: str, *services: str) -> None:
        self.records.unresolved[Unresolved(self.place(node, frame), what, services)] = None

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooMuchError
