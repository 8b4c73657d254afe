"""`extra=` looks like fields of the log line, and is one field that hides them."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import Module, keyword
from ..finding import Span, span
from ..logs import is_log

_MESSAGE = 'extra= hides what the line holds: write log.info("text", name=value), a field for each value'


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for call, scope in module.calls():
        extra = keyword(call, "extra")
        if extra and is_log(module, call, scope):
            yield span(extra), _MESSAGE
