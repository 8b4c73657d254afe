"""The interpreter whole, and a code base whose modules it has read: each once, for all functions of a service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from holdfast.privileges.attributes import Attributes
from holdfast.privileges.calls import Calls
from holdfast.privileges.core import Cell, Frame, Keys, TooMuchError
from holdfast.privileges.expressions import Expressions
from holdfast.privileges.findings import Place, Records, Unresolved
from holdfast.privileges.library import Library
from holdfast.privileges.quiet import Holders, is_safe
from holdfast.privileges.sources import Modules, Scopes, Source
from holdfast.privileges.statements import Statements
from holdfast.privileges.values import (
    OPAQUE,
    Arguments,
    Function,
    Literal,
    OwnModule,
    Value,
    Values,
    join,
    only,
)

#: Rounds until what objects hold is known to all their methods.
MOST_ROUNDS = 4
_DEEP = 12_000


@dataclass
class Loaded:
    """A module once it was evaluated: what it wrote, what it called, what it imported."""

    cells: dict[Cell, Values] = field(default_factory=dict)
    keys: Keys = field(default_factory=dict)
    holders: Holders = field(default_factory=dict)
    records: Records = field(default_factory=Records)
    imports: dict[str, None] = field(default_factory=dict)
    tainted: set[object] = field(default_factory=set)
    loud: set[str] = field(default_factory=set)


class CodeBase:
    """The modules of one folder of code, evaluated when the first function imports them."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.scopes = Scopes()
        self._loaded: dict[str, Loaded | None] = {}
        self._quiet: dict[str, bool] = {}
        self._direct: dict[str, bool] = {}

    def load(self, source: Source) -> Loaded | None:
        """What the module of that source leaves behind; None while it is being evaluated."""
        if source.name in self._loaded:
            return self._loaded[source.name]
        self._loaded[source.name] = None
        machine = Machine(self)
        machine.run_module(source)
        cells = {cell: machine.store[cell] for cell in machine.written}
        loaded = Loaded(cells, machine.keys, machine.holders, machine.records, machine.imports)
        self._loaded[source.name] = loaded
        # While it was evaluated, nobody knew yet whether the module would be quiet.
        machine.taint_again(cells, [other.tainted for name in machine.imports if (other := self._loaded.get(name))])
        loaded.tainted, loaded.loud = machine.tainted, machine.loud
        return loaded

    def is_quiet(self, name: str) -> bool:
        """Whether a module, and all of the service's that it imports, can reach AWS through no import."""
        known = self._quiet.get(name)
        if known is None:
            loaded = self._loaded.get(name)
            if loaded is None:
                return False
            known = self._quiet[name] = all(self._safe(other) for other in (name, *loaded.imports))
        return known

    def _safe(self, name: str) -> bool:
        if name not in self._direct:
            source = self.modules.find(name)
            own = frozenset(module.partition(".")[0] for module in self._loaded)
            self._direct[name] = source is not None and is_safe(source, own)
        return self._direct[name]


class Machine(Library, Expressions, Statements, Attributes, Calls):
    """One evaluation: of a module, or of one function of the service."""

    def __init__(self, base: CodeBase) -> None:
        super().__init__(base.scopes)
        self.base = base
        self.imports: dict[str, None] = {}
        self.written: dict[Cell, None] = {}

    def put(self, place: object, name: str | int, values: Values, *, anew: bool = False) -> None:
        super().put(place, name, values, anew=anew)
        self.written[place, name] = None

    def is_quiet(self, module: str) -> bool:
        return module not in self.loud and self.base.is_quiet(module)

    # Modules.

    def load(self, name: str, frame: Frame) -> Value | None:
        pieces = name.split(".")
        source: Source | None = None
        for count in range(1, len(pieces) + 1):
            source = self.base.modules.find(".".join(pieces[:count]))
            if source is None:
                return None
            self._import(source, effects=not frame.typing)
        return OwnModule(source.name) if source else None

    def _import(self, source: Source, *, effects: bool = True) -> None:
        if source.name in self.imports:
            return
        self.imports[source.name] = None
        loaded = self.base.load(source)
        if loaded is None:
            return
        for name in loaded.imports:
            if name not in self.imports:
                self.imports[name] = None
                inner = self.base.modules.find(name)
                self._take_over(self.base.load(inner) if inner else None, effects=effects)
        self._take_over(loaded, effects=effects)

    def _take_over(self, loaded: Loaded | None, *, effects: bool) -> None:
        """What a module left behind, as if it had been evaluated here; two modules may have written one cell."""
        if loaded is None:
            return
        both = self.store.keys() & loaded.cells.keys()
        for cell in both:
            self.store[cell] = join(self.store[cell], loaded.cells[cell])
        if both:
            self.store.update({cell: values for cell, values in loaded.cells.items() if cell not in both})
        else:
            self.store.update(loaded.cells)
        self.layers.append(loaded.keys)
        self.holder_layers.append(loaded.holders)
        self.loud |= loaded.loud
        for place in loaded.tainted - self.tainted:
            self._taint(place)
        if effects:
            self.records.add(loaded.records)

    def run_module(self, source: Source) -> None:
        """Evaluate a module's top level."""
        self.imports[source.name] = None
        scope = self.module_scope(source.name)
        frame = Frame(scope, source)
        if source.problem:
            self.records.unresolved[Unresolved(Place(source.file), source.problem)] = None
        for name, text in (("__name__", source.name), ("__package__", source.package), ("__file__", source.file)):
            self.put(scope, name, only(Literal(text)))
        with self._bounded(source.file):
            self.execute(source.tree.body, frame)

    def source_of(self, function: Function) -> Source:
        found = self.base.modules.find(function.scope.module)
        if found is None:
            raise LookupError(function.scope.module)  # A function of a module that was never read.
        return found

    # A function of the service.

    def run_handler(self, source: Source, name: str) -> bool:
        """Evaluate what Lambda calls, until nothing new is learnt; False where the module has no such name."""
        start = Frame(self.module_scope(source.name), source)
        self._import(source)
        first = self.records
        for _ in range(MOST_ROUNDS):
            self.records = Records()
            self.records.add(first)
            self.memo.clear()
            self.contexts.clear()
            self.seen.clear()
            before = self.grown
            with self._bounded(source.file):
                handlers = self.attribute(OwnModule(source.name), name, source.tree, start)
                found = frozenset(value for value in handlers if value not in OPAQUE and value != Literal(None))
                if not found:
                    return False
                live = frozenset(value for value in found if self.is_live(value))
                self.call_all(live, Arguments((OPAQUE, OPAQUE)), source.tree, start)
            if self.grown == before:
                break
        return True

    @contextmanager
    def _bounded(self, file: str) -> Iterator[None]:
        """What nobody can follow to its end is unresolved, not a crash."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEP))
        try:
            yield
        except (TooMuchError, RecursionError):
            self.running.clear()
            self.records.unresolved[Unresolved(Place(file), "there is too much to follow")] = None
        finally:
            sys.setrecursionlimit(limit)
