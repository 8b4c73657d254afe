"""A request to an address of an event's making reaches what only the service should: its network, its credentials.

Fixed addresses are fine, and so are those with a fixed host in front: `f"https://api.example.com/orders/{event.id}"`. A
field that is an `HttpsUrl` may be an address as it is, where the request does not follow redirects.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..clients import asking
from ..code import Module, argument
from ..finding import Span, span
from ..models import has_type
from ..origin import Values
from ..scope import Scope

_HTTPS_URL = frozenset({"HttpsUrl"})
_MESSAGE = "the address may be an event's: take it from settings.py, or make the field an HttpsUrl and use it unchanged"
#: Stands for a fixed part whose text is not known here.
_PART = "\0"
_WITH_HOST = re.compile(rf"(?:https?://[^/?#\\]+|{_PART}[^/?#:\\]*)/|/[A-Za-z0-9]")
_WRAPPING = frozenset({"httpx.URL", "str", "yarl.URL"})
_SPLITTING = frozenset({"urllib.parse.urlparse", "urllib.parse.urlsplit"})


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for call, scope in module.calls():
        request = asking(module, call, scope)
        if request and not _is_own(module, request.address, scope):
            if not _is_https_url(module, request.address, scope):
                yield span(request.address), _MESSAGE
            elif stay := request.must_stay():
                yield span(call), f"an answer may send the request to any other address: {stay}"


def _is_own(module: Module, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether nobody but the service says which host it is."""
    if Values(module).is_fixed(node, scope) or _WITH_HOST.match(_start(module, node, scope)[0]):
        return True
    match node:
        case ast.Call() if module.dotted(node.func, scope) in _WRAPPING and node.args:
            return _is_own(module, node.args[0], scope, depth)
        case ast.Call():
            return module.dotted(node.func, scope) == "urllib.request.Request" and argument(node, 0, "url") is not None
        case ast.IfExp(body=left, orelse=right):
            return _is_own(module, left, scope, depth) and _is_own(module, right, scope, depth)
        case ast.Name(id=name) if depth < 5:
            bounds = scope.find(name)
            return bool(bounds) and all(
                each.role == "value" and each.node and _is_own(module, each.node, each.scope, depth + 1)
                for each in bounds
            )
    return False


def _is_https_url(module: Module, node: ast.expr, scope: Scope) -> bool:
    """Whether it is a field of that type, or the host of one."""
    match node:
        case ast.Attribute(value=ast.Call(func=function, args=[url]), attr="hostname" | "netloc"):
            if module.dotted(function, scope) in _SPLITTING:
                return _is_https_url(module, url, scope)
        case ast.Tuple(elts=[host, *rest]):
            return _is_https_url(module, host, scope) and all(Values(module).is_fixed(part, scope) for part in rest)
        case ast.Call(func=function, args=[url]) if module.dotted(function, scope) in _WRAPPING:
            return _is_https_url(module, url, scope)
    return has_type(module, node, scope, _HTTPS_URL)


def _start(module: Module, node: ast.expr, scope: Scope) -> tuple[str, bool]:
    """The text in front of the first part that is not fixed, and whether all of `node` is fixed."""
    match node:
        case ast.Constant(value=str() as text):
            return text, True
        case ast.JoinedStr(values=parts):
            return _joined(module, parts, scope)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(module, [left, right], scope)
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod()):
            return text.split("%")[0], False
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            return text.split("{")[0], False
    fixed = Values(module).is_fixed(node, scope)
    return (_PART if fixed else ""), fixed


def _joined(module: Module, parts: list[ast.expr], scope: Scope) -> tuple[str, bool]:
    start = ""
    for part in parts:
        text, fixed = _start(module, part, scope)
        start += text
        if not fixed:
            return start, False
    return start, True
