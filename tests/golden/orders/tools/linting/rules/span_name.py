"""What a span or a metric is called is shown as it is, and each name of a metric is paid for: it must be fixed."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import Module, argument
from ..finding import Span, span
from ..origin import Values

_NAMED = (["guard", "span"], ["guard", "metric"], ["facade", "span"], ["facade", "metric"])
_MESSAGE = 'the name is no fixed text: write {}("text"), and annotate(name=value) for each value'


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module, configured=False)
    for call, scope in module.calls():
        called = module.called(call, scope).split(".")[-2:]
        if called in _NAMED:
            name = argument(call, 0)
            if name and not values.is_fixed(name, scope):
                yield span(name), _MESSAGE.format(called[1])
