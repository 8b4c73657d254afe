"""What business code says of itself: spans, attributes and metrics, alike for every backend.

Outside an invocation in Lambda all of it is silent, and nothing here raises: what is seen of an invocation is never
worth one.
"""

from __future__ import annotations

import re
from contextlib import ContextDecorator, suppress
from decimal import Decimal
from math import isfinite
from threading import get_ident
from types import TracebackType
from typing import Literal, get_args

from .log_format import Vetted, attributes, is_taken
from .logs import log
from .observability import measured, opened
from .tracing import CURRENT, Span, Within, in_lambda

#: What CloudWatch can count in.
Unit = Literal[
    "Count", "Percent", "None", "Seconds", "Milliseconds", "Microseconds",
    "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
    "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits",
    "Count/Second", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
    "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second",
]  # fmt: skip
_UNITS = frozenset(get_args(Unit))
_METRIC_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
#: CloudWatch takes no greater number.
_GREATEST = 2.0**360
#: Each name is a series that is paid for: a name that is made of values would make one of each.
_MOST_METRICS = 100
_metrics: set[str] = set()


class span(ContextDecorator):  # noqa: N801 - used as a function
    """A block, or each call of a function, as a span below the current one:

        with span("charge card"):
            ...

    `name` is a fixed text. An error that leaves the block marks the span by its type alone.
    """

    def __init__(self, name: str, /) -> None:
        self._name = name
        #: By thread, since one that is kept may be entered again before it is left, by itself and by others.
        self._entered: dict[int, list[Within]] = {}

    def __enter__(self) -> None:
        within = Within(self._open)
        self._entered.setdefault(get_ident(), []).append(within)
        within.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(LookupError):
            self._entered[get_ident()].pop().__exit__(kind, error, trace)

    def _recreate_cm(self) -> span:
        return span(self._name)

    def _open(self) -> Span | None:
        parent = CURRENT.get()
        return None if parent is None or not isinstance(self._name, str) else opened(self._name[:100] or "_", parent)


def annotate(**fields: object) -> None:
    """Set attributes of the current span: `annotate(order_id=event.id)`. The log's rule holds for them: a value shows
    where settings.LOG_FIELDS names its field, else its type and size.
    """
    current = CURRENT.get()
    if current is not None:
        with suppress(Exception):
            current.annotate(attributes(fields))


def metric(name: str, value: float | Decimal, /, *, unit: Unit = "Count") -> None:
    """Add a value to a metric of the service, by stage and function: `metric("orders_placed", 1)`.

    `name` is a fixed text of letters, digits and `_`, 64 at most; a service has at most a hundred of them. What cannot
    be a metric leaves a warning, `metric_withheld`, with what was wrong.
    """
    with suppress(Exception):
        if not in_lambda():
            return
        wrong = _wrong(name, value, unit)
        if wrong:
            log.warning("metric_withheld", wrong=Vetted(wrong))
            return
        _metrics.add(name)
        measured(name, int(value) if isinstance(value, int) else float(value), unit)


def _wrong(name: object, value: object, unit: object) -> str:
    """What is wrong with a metric: one word, nothing of it."""
    if not isinstance(name, str) or not _METRIC_NAME.match(name) or is_taken(name):
        return "name"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not _fits(value):
        return "value"
    if not isinstance(unit, str) or unit not in _UNITS:
        return "unit"
    return "" if name in _metrics or len(_metrics) < _MOST_METRICS else "number of names"


def _fits(value: float | Decimal) -> bool:
    return isfinite(value) and -_GREATEST <= value <= _GREATEST
