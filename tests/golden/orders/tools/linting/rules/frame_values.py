"""A frame holds every value at hand, of the event and of the service: nobody looks at what goes out with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module
from ..finding import Span, span

_ATTRIBUTES = frozenset({"cr_frame", "f_back", "f_globals", "f_locals", "gi_frame", "tb_frame"})
_MESSAGE = "holds every value at hand: name the ones that are meant"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for node, scope in module.names.nodes:
        match node:
            case ast.Attribute(attr=attr) if attr in _ATTRIBUTES:
                yield span(node), f"{attr} {_MESSAGE}"
            case ast.Call() if (name := module.called(node, scope)) in ("globals", "locals") or (
                name == "vars" and not node.args
            ):
                yield span(node), f"{name}() {_MESSAGE}"
