"""The message of a log line is shown as it is, so it must be fixed; values are fields, which the allowlist judges."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import Module, argument, last_name
from ..finding import Span, span
from ..logs import is_log
from ..origin import Values

_MESSAGE = 'the message is no fixed text: write log.info("text", name=value), a field for each value'


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module, configured=False)
    for call, scope in module.calls():
        if is_log(module, call, scope):
            position = 1 if last_name(call.func) == "log" else 0
            message = argument(call, position, "message", "msg")
            if message and not values.is_fixed(message, scope):
                yield span(message), _MESSAGE
