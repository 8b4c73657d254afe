"""What an error says may hold a value of the event or a secret: of a caught one, only type and codes may be used.

It may also be raised again, be another error's cause, be a field of guard's `log`, which shows its type, or be kept
under another name, for which the same holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, last_name
from ..finding import Span, span
from ..logs import is_log

_JUDGES = frozenset({"isinstance", "kind_of", "place", "type"})
#: Numbers, and names that stand in code.
_CODES = frozenset(
    {"__class__", "code", "colno", "errno", "error_count", "lineno", "operation_name", "pgcode", "pos", "returncode"}
    | {"sqlite_errorname", "sqlstate", "status", "status_code", "winerror"}
)
#: What of `error.response` is a code: of botocore's errors, and of HTTP clients'.
_ANSWERS = (
    ["Error", "Code"],
    ["ResponseMetadata", "HTTPStatusCode"],
    ["ResponseMetadata", "RequestId"],
    ["status_code"],
)
_MESSAGE = "the text of {} may leak: log error={}, which shows its type, and answer with a text of your own"

_Parents = dict[ast.AST, ast.AST]


def check(module: Module) -> Iterator[tuple[Span, str]]:
    handlers = [node for node, _ in module.names.nodes if isinstance(node, ast.ExceptHandler) and node.name]
    if not handlers:
        return
    parents = {child: node for node, _ in module.names.nodes for child in ast.iter_child_nodes(node)}
    scopes = dict(module.names.nodes)
    found: dict[ast.Name, None] = {}
    for handler in handlers:
        uses = list(_uses(handler, {str(handler.name)}))
        kept = {name for use in uses for name in _kept_as(use, parents)}
        for use in [*uses, *_uses(_function(handler, parents), kept)]:
            call = _call(use, parents)
            logged = isinstance(parents[use], ast.keyword) and call and is_log(module, call, scopes[call])
            if not logged and not _is_safe(use, parents):
                found[use] = None
    for use in found:
        yield span(use), _MESSAGE.format(use.id, use.id)


def _uses(where: ast.AST, names: set[str]) -> Iterator[ast.Name]:
    for node in ast.walk(where) if names else ():
        if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
            yield node


def _kept_as(use: ast.Name, parents: _Parents) -> Iterator[str]:
    statement = parents[use]
    if isinstance(statement, ast.Assign) and statement.value is use:
        yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _function(node: ast.AST, parents: _Parents) -> ast.AST:
    while node in parents and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node = parents[node]
    return node


def _call(use: ast.Name, parents: _Parents) -> ast.Call | None:
    above = parents[parents[use]] if isinstance(parents[use], ast.keyword) else parents[use]
    return above if isinstance(above, ast.Call) else None


def _is_safe(use: ast.Name, parents: _Parents) -> bool:
    match parents[use]:
        case ast.Raise() | ast.If() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Name) for target in targets)
        case ast.Call(func=function):
            return last_name(function) in _JUDGES
        case ast.Attribute(attr="response") as answer:
            return any(list(_path(answer, parents))[: len(keys)] == keys for keys in _ANSWERS)
        case ast.Attribute(attr=attr):
            return attr in _CODES
    return False


def _path(node: ast.expr, parents: _Parents) -> Iterator[str]:
    """The keys by which a code goes on from `node`: `["Error"]["Code"]`, `.get("Error", {}).get("Code")`."""
    match parents[node]:
        case ast.Subscript(slice=ast.Constant(value=str() as key)) as above if above.value is node:
            yield key
            yield from _path(above, parents)
        case ast.Attribute(attr="get") as method:
            match parents[method]:
                case ast.Call(args=[ast.Constant(value=str() as key), *_]) as call if call.func is method:
                    yield key
                    yield from _path(call, parents)
        case ast.Attribute(attr=key):
            yield key
