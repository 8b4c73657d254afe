"""Spans and metrics for Datadog, by the library of its layer. Where the layer is not, nothing is recorded.

Datadog's own handler is not used: it gets each event before anybody has looked at it, and writes path, addresses and
more into tags. Its wrapper is around the boundary instead, with an empty event and nothing that a caller handed over
beside it, and what leaves has passed `Shown`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from copy import copy
from functools import cache
from typing import Any

from . import emf
from .context import Context, Handler
from .failure import kind_of
from .log_format import Vetted
from .logs import log
from .shown import OWN, Shown
from .tracing import Scalar, Span, Within, in_lambda

__all__ = ["measured", "opened", "traced"]

#: Whatever the function's environment says. The log's form is guard's; what looks into values stays off, and so does
#: what would be paid for at each cold start and seen by nobody.
_SETTINGS = {
    "DD_APPSEC_ENABLED": "false",
    "DD_APPSEC_SCA_ENABLED": "false",
    "DD_BOTOCORE_ADD_SPAN_POINTERS": "false",
    "DD_CAPTURE_LAMBDA_PAYLOAD": "false",
    "DD_COLD_START_TRACING": "false",
    "DD_DATA_STREAMS_ENABLED": "false",
    "DD_DYNAMIC_INSTRUMENTATION_ENABLED": "false",
    "DD_ENCODE_AUTHORIZER_CONTEXT": "false",
    "DD_ERROR_TRACKING_HANDLED_ERRORS": "",
    "DD_EXCEPTION_REPLAY_ENABLED": "false",
    "DD_FLUSH_TO_LOG": "false",
    "DD_IAST_ENABLED": "false",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_LLMOBS_ENABLED": "false",
    "DD_LOGS_INJECTION": "false",
    "DD_PROFILING_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_EXTRACTOR": "",
    "DD_TRACE_MANAGED_SERVICES": "false",
    "DD_TRACE_OTEL_ENABLED": "false",
    "DD_TRACE_STATS_COMPUTATION_ENABLED": "false",
}
#: The event and Lambda's context, out of the wrapper's sight.
_INVOCATION: ContextVar[tuple[object, Context]] = ContextVar("invocation")


class Recorded:
    """A span of Datadog's."""

    def __init__(self, span: Any) -> None:
        self._span = span

    @property
    def ids(self) -> Mapping[str, str]:
        return {"dd.trace_id": str(self._span.trace_id), "dd.span_id": str(self._span.span_id)}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        self._span.set_tags({f"{OWN}{name}": value for name, value in fields.items()})

    def fail(self, error: str) -> None:
        self._span.error = 1
        self._span.set_tag("error.type", error)

    def end(self) -> None:
        self._span.finish()


class Invocation(Recorded):
    """The span of an invocation, which the wrapper ends."""

    def end(self) -> None: ...


def traced(handler: Handler) -> Handler:
    """`handler` in Datadog's wrapper."""
    if not _is_there():
        return handler
    from datadog_lambda.wrapper import datadog_lambda_wrapper

    def wrapped(_: object, _context: Context) -> Any:
        event, context = _INVOCATION.get()
        with Within(lambda: _root(context)):
            return handler(event, context)

    seen = datadog_lambda_wrapper(wrapped)

    def within(event: object, context: Context) -> Any:
        before = _INVOCATION.set((event, context))
        told: Any = copy(context)
        told.client_context = None  # Whoever calls the function himself could choose the trace, and whether it is kept.
        try:
            return seen({}, told)
        finally:
            _INVOCATION.reset(before)

    return within


def opened(name: str, parent: Span) -> Span | None:
    """A span below the current one, which `parent` is."""
    if not isinstance(parent, Recorded):
        return None
    from ddtrace.trace import tracer

    return Recorded(tracer.trace(name))


def measured(name: str, value: float, unit: str) -> None:
    """One value of a distribution of Datadog's, by stage and function; in the log, where there is no layer."""
    if not _is_there():
        emf.measured(name, value, unit)
        return
    from datadog_lambda.metric import lambda_metric

    told = {"stage": "STAGE", "function_name": "AWS_LAMBDA_FUNCTION_NAME"}
    tags = [f"{tag}:{os.environ.get(variable, 'none')}" for tag, variable in told.items()]
    lambda_metric(f"{os.environ.get('POWERTOOLS_SERVICE_NAME', 'none')}.{name}", value, tags=[*tags, f"unit:{unit}"])


def _root(context: Context) -> Span | None:
    from ddtrace.trace import tracer

    span = tracer.current_span()
    if span is None:
        return None
    root = Invocation(span)
    root.annotate({"correlation_id": context.aws_request_id})
    return root


@cache
def _is_there() -> bool:
    """Whether Datadog's library is there, set up so that what it sends has passed `Shown`."""
    if not in_lambda():
        return False
    os.environ |= _SETTINGS
    try:
        from ddtrace.trace import tracer

        tracer.configure(trace_processors=[Shown()])
        import datadog_lambda  # noqa: F401 - instruments what it knows
    except ImportError:
        return False
    except Exception as error:  # noqa: BLE001 - a layer that cannot start is no reason for the function not to
        log.warning("tracing_unavailable", error=Vetted(kind_of(error)))
        return False
    return True
