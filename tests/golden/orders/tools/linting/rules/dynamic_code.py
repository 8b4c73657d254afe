"""Code that an event could choose. ruff sees calls of eval and exec; this sees what it does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, argument
from ..finding import Span, span
from ..origin import Values
from ..scope import Scope

_CALLED = frozenset({"eval", "exec"})
_COMPILING = frozenset({"__import__", "compile"})
_IMPORTING = frozenset(
    {"importlib.import_module", "importlib.__import__", "pkgutil.resolve_name", "runpy.run_module", "runpy.run_path"}
)
#: Where they take the name of an attribute.
_NAMING = {"delattr": 1, "getattr": 1, "setattr": 1, "operator.attrgetter": 0, "operator.methodcaller": 0}


def check(module: Module) -> Iterator[tuple[Span, str]]:
    called = {call.func for call, _ in module.calls()}
    values = Values(module)
    for node, scope in module.names.nodes:
        if isinstance(node, ast.Name):
            own = node.id == "__builtins__" and not scope.find(node.id)  # No builtin itself.
            name = node.id if own else module.dotted(node, scope)
            if own or name in _COMPILING or (name in _CALLED and node not in called):
                yield span(node), f"{name} makes code of text: say what to do in code"
        elif isinstance(node, ast.Call):
            yield from _chosen(module, node, scope, values)


def _chosen(module: Module, call: ast.Call, scope: Scope, values: Values) -> Iterator[tuple[Span, str]]:
    name = module.called(call, scope)
    given = argument(call, _NAMING.get(name, 0), "name", "mod_name", "path_name")
    if given and name in _IMPORTING and not values.is_fixed(given, scope):
        yield span(given), "a module that is imported by name must have a fixed one: choose from a table of functions"
    if given and name in _IMPORTING and (banned := _banned(module, given)):
        yield span(given), f"{banned} is banned, by any import: pyproject.toml says why"
    if given and name in _NAMING and values.is_event(given, scope):
        yield span(given), "the event chooses the attribute: choose from a table of your own"


def _banned(module: Module, node: ast.expr) -> str:
    """What pyproject.toml bans of the module that `node` names; nothing where it bans none of it."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return ""
    parts = node.value.replace(":", ".").split(".")
    names = [".".join(parts[: number + 1]) for number in range(len(parts))]
    return next((name for name in names if name in module.project.banned), "")
