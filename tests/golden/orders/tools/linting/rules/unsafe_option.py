"""Options that switch a protection off, or write what passes to the log."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, is_literal, last_name
from ..finding import Span, span

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
}


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for call, _ in module.calls():
        if last_name(call.func) == "set_debuglevel":
            yield span(call), "set_debuglevel prints requests with their headers: take it out"
        for each in call.keywords:
            name = each.arg or ""
            does, values = _OPTIONS.get(name, ("", ()))
            if does and not _is(each.value, values):
                yield span(each.value), f"{name} {does}"
            does, values = _SWITCHES.get(name, ("", ()))
            if does and _is(each.value, values):
                yield span(each.value), f"{name}={ast.unparse(each.value)} {does}"


def _is(node: ast.expr, values: tuple[object, ...]) -> bool:
    return any(is_literal(node, value) for value in values) or last_name(node) in values
