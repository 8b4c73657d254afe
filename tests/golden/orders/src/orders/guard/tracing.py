"""What a backend for traces is to guard: what its spans can do, and how one becomes the current one.

Each backend is a guard/observability.py (or a package of that name) with three functions:

- `traced(handler)`: the handler with a span around each invocation, entered by `Within`; it sees the boundary's own
  errors and answers, never the original ones.
- `opened(name, parent)`: a span below `parent`, or None where nobody records it.
- `measured(name, value, unit)`: one value of a metric; `measured` of emf.py is there for it.

What it is given has passed the allowlist. What it raises, except from the handler itself, is lost.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol

from .context import Handler
from .failure import kind_of
from .logs import log

#: What an attribute may be.
Scalar = bool | int | float | str


class Span(Protocol):
    """A piece of work that is being timed."""

    @property
    def ids(self) -> Mapping[str, str]:
        """What log lines say of it meanwhile, such as `{"span_id": "53995c3f42cd8ad8"}`."""

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        """Set attributes, in the place of older ones of the same names."""

    def fail(self, error: str) -> None:
        """Mark it as failed by an error of this type; the first one counts."""

    def end(self) -> None:
        """It is over, and may be sent."""


#: The innermost span of this invocation. A thread starts without one, unless it runs in a copy of this context.
CURRENT: ContextVar[Span | None] = ContextVar("span", default=None)


class Within:
    """A block within the span that `opening` makes; where it makes none or fails, a plain block."""

    __slots__ = ("_before", "_opening", "_span", "_tagged")

    def __init__(self, opening: Callable[[], Span | None]) -> None:
        self._opening = opening
        self._span: Span | None = None

    def __enter__(self) -> None:
        with suppress(Exception):
            span = self._opening()
            if span is not None:
                tagged = log.tagged(span.ids)
                tagged.__enter__()
                self._tagged, self._before = tagged, CURRENT.set(span)
                self._span = span

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        span, self._span = self._span, None
        if span is None:
            return
        with suppress(Exception):
            CURRENT.reset(self._before)
            self._tagged.__exit__()
        with suppress(Exception):
            if error is not None:
                span.fail(kind_of(error))
            span.end()


def mark_failed(error: str) -> None:
    """Mark the current span as failed by an error of this type that goes no further."""
    span = CURRENT.get()
    if span is not None:
        with suppress(Exception):
            span.fail(error)


def trigger_of(handler: Handler) -> str:
    """What invokes the handler that `traced` was given: http, pubsub, datasource, timer or other."""
    return str(getattr(getattr(getattr(handler, "__self__", None), "source", None), "trigger", "other"))


def in_lambda() -> bool:
    """Whether this is a function in Lambda, not a test or a simulation of it on a developer's machine."""
    return "AWS_LAMBDA_RUNTIME_API" in os.environ and "AWS_SAM_LOCAL" not in os.environ
