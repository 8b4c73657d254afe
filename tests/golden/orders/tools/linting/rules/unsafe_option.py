"""Options that switch a protection off, or write what passes to the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, argument, is_literal, last_name
from ..finding import Span, span
from ..scope import Scope

#: The option, what it does, and the values with which it does not.
_OPTIONS: dict[str, tuple[str, tuple[object, ...]]] = {
    "log_event": ("writes whole events to the log: leave it out", (False,)),
    "allow_pickle": ("runs what a file holds: leave it out, and store arrays without objects", (False,)),
    "debuglevel": ("prints requests with their headers: leave it out", (0,)),
}
#: The option, what it does, and the values with which it does that.
_SWITCHES: dict[str, tuple[str, tuple[object, ...]]] = {
    "verify": ("trusts any server: leave it out", (False,)),
    "verify_ssl": ("trusts any server: leave it out", (False,)),
    "use_ssl": ("sends in the clear: leave it out", (False,)),
    "cert_reqs": ("trusts any server: leave it out", ("CERT_NONE", "NONE")),
    "disable_entities": ("expands entities: leave it out", (False,)),
    "typ": ("runs what a file holds: use safe", ("unsafe",)),
}


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for node, scope in module.names.nodes:
        match node:
            case ast.Call():
                if last_name(node.func) == "set_debuglevel":
                    yield span(node), "set_debuglevel prints requests with their headers: take it out"
                if module.called(node, scope) == "bs4.BeautifulSoup" and _is_xml(argument(node, 1, "features")):
                    yield span(node), "expands entities: use defusedxml"
                for each in node.keywords:
                    yield from _option(each.arg or "", each.value)
                for name, value in _given(node, scope):
                    yield from _switch(name, value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    yield from _option(_name(key), value)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Subscript):
                        yield from _option(_name(target.slice), value)


def _option(name: str, value: ast.expr) -> Iterator[tuple[Span, str]]:
    does, values = _OPTIONS.get(name, ("", ()))
    if does and not _is(value, values):
        yield span(value), f"{name} {does}"


def _switch(name: str, value: ast.expr) -> Iterator[tuple[Span, str]]:
    does, values = _SWITCHES.get(name, ("", ()))
    if does and _is(value, values):
        yield span(value), f"{name}={ast.unparse(value)} {does}"


def _given(call: ast.Call, scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    """What a call gives by name, and out of a dict that it unpacks."""
    for each in call.keywords:
        bounds = scope.find(each.value.id) if each.arg is None and isinstance(each.value, ast.Name) else []
        for found in [each.value, *(bound.node for bound in bounds)] if each.arg is None else []:
            if isinstance(found, ast.Dict):
                yield from ((_name(key), value) for key, value in zip(found.keys, found.values, strict=True))
        if each.arg:
            yield each.arg, each.value


def _name(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_xml(features: ast.expr | None) -> bool:
    return isinstance(features, ast.Constant) and features.value in ("lxml-xml", "xml")


def _is(node: ast.expr, values: tuple[object, ...]) -> bool:
    return any(is_literal(node, value) for value in values) or last_name(node) in values
