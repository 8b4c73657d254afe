"""The name of a field of a log line or of an attribute of a span is shown as it is, whatever LOG_FIELDS says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module
from ..finding import Span, span
from ..logs import is_log
from ..origin import Values
from ..scope import Scope

_ANNOTATE = (["guard", "annotate"], ["facade", "annotate"])
_MESSAGE = "the event chooses the names, and names are shown: write name=value for each value"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module)
    for call, scope in module.calls():
        if module.called(call, scope).split(".")[-2:] in _ANNOTATE or is_log(module, call, scope):
            for given in call.keywords:
                if given.arg is None and _chosen(values, given.value, scope, 0):
                    yield span(given.value), _MESSAGE


def _chosen(values: Values, node: ast.expr, scope: Scope, depth: int) -> bool:
    """Whether the event may choose the keys of this table."""
    match node:
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return any(
                values.is_event(key, scope) if key else _chosen(values, value, scope, depth) for key, value in pairs
            )
        case ast.DictComp(key=key):
            return values.is_event(key, values.module.names.inner[node])
        case ast.Call(func=ast.Attribute(attr="model_dump")):
            return False  # Its model names them.
        case ast.Name(id=name) if depth == 0:
            bounds = scope.find(name)
            if bounds and all(bound.role == "value" and bound.node for bound in bounds):
                return any(_chosen(values, bound.node, bound.scope, 1) for bound in bounds if bound.node)
    return values.is_event(node, scope)
