"""Spans for New Relic, by the agent of its layer. Where the layer is not, nothing is recorded.

New Relic's own handler is not used: it gets each event before anybody has looked at it, and writes path, parameters and
more into attributes. Its wrapper is around the boundary instead, with an empty event; newrelic.ini says what is seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from .context import Context, Handler
from .emf import measured
from .failure import kind_of
from .log_format import Vetted
from .logs import log
from .tracing import Scalar, Span, Within, in_lambda

__all__ = ["measured", "opened", "traced"]

_SETTINGS = Path(__file__).with_name("newrelic.ini")
#: Begins the name of each attribute that came from guard.
_OWN = "app."
#: The event, out of the wrapper's sight.
_EVENT: ContextVar[object] = ContextVar("event")


class Recorded:
    """A span of New Relic's, which it calls a trace."""

    def __init__(self, trace: Any) -> None:
        self._trace = trace

    @property
    def ids(self) -> Mapping[str, str]:
        from newrelic.agent import get_linking_metadata

        return {key: text for key, text in get_linking_metadata().items() if key in ("trace.id", "span.id")}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        for name, value in fields.items():
            self._trace.add_custom_attribute(f"{_OWN}{name}", value)

    def fail(self, error: str) -> None:
        self._trace.add_custom_attribute(f"{_OWN}error", error)

    def end(self) -> None:
        self._trace.__exit__(None, None, None)


class Invocation(Recorded):
    """The span of an invocation, which the wrapper ends. An error of New Relic's says that it failed, by its type."""

    def fail(self, error: str) -> None:
        from newrelic.agent import notice_error

        kind = type(error, (Exception,), {})
        notice_error(error=(kind, kind(), None))

    def end(self) -> None: ...


def traced(handler: Handler) -> Handler:
    """`handler` in New Relic's wrapper."""
    if not _is_there():
        return handler
    from newrelic_lambda.lambda_handler import lambda_handler

    def wrapped(_: object, context: Context) -> Any:
        with Within(lambda: _root(context)):
            return handler(_EVENT.get(), context)

    seen = lambda_handler()(wrapped)

    def within(event: object, context: Context) -> Any:
        before = _EVENT.set(event)
        try:
            return seen({}, context)
        finally:
            _EVENT.reset(before)

    return within


def opened(name: str, parent: Span) -> Span | None:
    """A span below the current one, which `parent` is."""
    if not isinstance(parent, Recorded):
        return None
    from newrelic.agent import FunctionTrace

    return Recorded(FunctionTrace(name, group="Custom").__enter__())


def _root(context: Context) -> Span | None:
    from newrelic.agent import current_trace

    trace = current_trace()
    if trace is None:
        return None
    root = Invocation(trace)
    root.annotate({"correlation_id": context.aws_request_id})
    return root


@cache
def _is_there() -> bool:
    """Whether New Relic's agent is there, set up as its layer would and by newrelic.ini."""
    if not in_lambda():
        return False
    os.environ |= {
        "NEW_RELIC_SERVERLESS_MODE_ENABLED": "true",
        "NEW_RELIC_TRUSTED_ACCOUNT_KEY": os.environ.get("NEW_RELIC_ACCOUNT_ID", ""),
    }
    try:
        import newrelic_lambda  # noqa: F401 - hands what is recorded to the extension
        from newrelic.agent import initialize

        initialize(str(_SETTINGS), ignore_errors=False)
    except ImportError:
        return False
    except Exception as error:  # noqa: BLE001 - a layer that cannot start is no reason for the function not to
        log.warning("tracing_unavailable", error=Vetted(kind_of(error)))
        return False
    return True
