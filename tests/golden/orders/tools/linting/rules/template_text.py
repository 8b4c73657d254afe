"""A template reads what its text names: objects, attributes, in Jinja even functions. No value may be its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, argument
from ..finding import Span, span
from ..models import NUMBERS
from ..origin import Values

_JINJA = frozenset({"jinja2.Template", "jinja2.environment.Template", "mako.template.Template"})
_UNFIXED = "a template's text must be a literal, a module's constant or a file of yours: give the rest as values"
_CHOSEN = "the event chooses the template: give it as a value to a template of yours"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    strict, values = Values(module), Values(module, NUMBERS)
    uses_jinja = any(name.split(".")[0] in ("jinja2", "mako") for name in module.imports.values())
    for node, scope in module.names.nodes:
        match node:
            case ast.Call() if module.called(node, scope) in _JINJA or (uses_jinja and _method(node) == "from_string"):
                text = argument(node, 0, "source", "text")
                if text and not strict.is_fixed(text, scope):
                    yield span(text), _UNFIXED
            case ast.Call() if module.called(node, scope) == "string.Template" and node.args:
                if values.is_event(node.args[0], scope):
                    yield span(node), _CHOSEN
            case ast.Call(func=ast.Attribute(value=text, attr="format" | "format_map")):
                if values.is_event(text, scope):
                    yield span(node), _CHOSEN
            case ast.BinOp(left=text, op=ast.Mod()):
                if values.is_event(text, scope):
                    yield span(node), _CHOSEN


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""
