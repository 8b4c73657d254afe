"""What guard and settings.py decide holds for every event: no function changes it, or takes a way around it.

guard is what stands in its modules without a `_`, of its logs `log` alone, of what is traced its facade; settings.py is
changed where it stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module
from ..finding import Span, span
from ..scope import Scope

_INSIDE = "is guard's own, and writes what nobody has looked at: use `log` and `span` from guard"
_TRACES = frozenset({"emf", "observability", "tracing"})
#: What is in these has been found where it is imported.
_FOUND = tuple(f".guard.{module}." for module in ("log_format", *sorted(_TRACES)))
#: Of `log`, what writes guard's own fields.
_WRITING = frozenset({"metered", "tagged"})
_SET = "holds for every event: say it in settings.py"
_CHANGING = frozenset({"add", "clear", "pop", "popitem", "setdefault", "update", "__setitem__"})
_SETTING = frozenset({"delattr", "setattr"})


def check(module: Module) -> Iterator[tuple[Span, str]]:
    found: dict[ast.stmt | ast.expr, str] = {}
    for node, scope in module.names.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for full in _imported(module, node):
                if _is_inside(module, full):
                    found[node] = f"{full.rpartition('.')[2]} {_INSIDE}"
        elif isinstance(node, ast.Attribute) and _is_inside(module, dotted := module.dotted(node, scope)):
            found |= {} if any(module in dotted for module in _FOUND) else {node: f"{node.attr} {_INSIDE}"}
        for target in _changed(module, node, scope):
            if len(_parts(module, _dotted(module, target, scope))) > 1:
                found[target] = f"{ast.unparse(target)} {_SET}"
    inner = {each for node in found for each in ast.walk(node) if each is not node}
    yield from ((span(node), message) for node, message in found.items() if node not in inner)


def _imported(module: Module, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    names = [each.asname or each.name for each in node.names]
    yield from (module.imports.get(name, name) for name in names)


def _parts(module: Module, dotted: str) -> list[str]:
    """The name below the service's package, where it is of guard or settings: `["guard", "logs", "log"]`."""
    own, *parts = dotted.split(".")
    return parts if own == module.name.split(".")[0] and parts[:1] in (["guard"], ["settings"]) else []


def _is_inside(module: Module, dotted: str) -> bool:
    match _parts(module, dotted):
        case ["guard", "log_format", *_]:
            return True
        case ["guard", "logs", name, *_] if name != "log":
            return True
        case ["guard", "log", name, *_] | ["guard", "logs", "log", name, *_] if name in _WRITING:
            return True
        case ["guard", part, *_] if part in _TRACES:
            return True
        case ["guard", *names]:
            return any(name.startswith("_") and not name.endswith("__") for name in names) or "Vetted" in names
    return False


def _changed(module: Module, node: ast.AST, scope: Scope) -> Iterator[ast.expr]:
    """What a statement or a call gives another value, as far as it is no name of its own."""
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            yield from targets
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield target
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in _CHANGING:
            yield owner
        case ast.Call(args=[owner, name, *_]) if module.called(node, scope) in _SETTING:
            yield ast.copy_location(ast.Attribute(owner, ast.unparse(name), ast.Load()), owner)


def _dotted(module: Module, node: ast.expr, scope: Scope) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return module.dotted(node, scope)
