"""Spans by OpenTelemetry's SDK, sent by OTLP over HTTP when an invocation ends, before its answer is given.

Each invocation is a trace of its own, under an id that nobody can choose: what a caller says of a trace, in an event or
in X-Ray's header, does not decide what is recorded here. X-Ray's trace, which Lambda names, is linked to.
Metrics stay lines of the log: a process that is frozen between invocations cannot send sums at intervals.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import partial
from itertools import chain, repeat
from typing import Any

from opentelemetry import trace

from ..context import Context, Handler
from ..emf import measured
from ..tracing import Scalar, Span, Within, in_lambda, trigger_of
from . import export

__all__ = ["measured", "opened", "traced"]

_XRAY = re.compile(r"Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16})(?:;|\Z)")
_NO_PARENT = trace.set_span_in_context(trace.INVALID_SPAN)
_CONSUMED = frozenset({"datasource", "pubsub"})


class Recorded:
    """A span of OpenTelemetry's."""

    def __init__(self, recording: trace.Span) -> None:
        self.recording = recording
        self._failed = False

    @property
    def ids(self) -> Mapping[str, str]:
        context = self.recording.get_span_context()
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        self.recording.set_attributes(fields)

    def fail(self, error: str) -> None:
        if not self._failed:
            self._failed = True
            self.recording.set_attribute("error.type", error)
            self.recording.set_status(trace.Status(trace.StatusCode.ERROR))

    def end(self) -> None:
        self.recording.end()
        export.ended()


def traced(handler: Handler) -> Handler:
    """`handler` with a span around each invocation that is sampled, which is sent before the answer is."""
    trigger, cold = trigger_of(handler), chain((True,), repeat(False))
    if in_lambda():
        export.tracer()  # Reads the key while Lambda starts the function, when it has the most of a processor.

    def within(event: object, context: Context) -> Any:
        try:
            with Within(partial(_root, context, trigger, next(cold))):
                return handler(event, context)
        finally:
            export.flush(context)

    return within


def opened(name: str, parent: Span) -> Span | None:
    """A span below `parent`."""
    tracer = export.tracer()
    if tracer is None or not isinstance(parent, Recorded):
        return None
    return Recorded(
        tracer.start_span(
            name,
            trace.set_span_in_context(parent.recording),
            # An error's text may hold values: `fail` says its type.
            record_exception=False,
            set_status_on_exception=False,
        )
    )


def _root(context: Context, trigger: str, cold: bool) -> Span | None:
    """The span of an invocation; None where it is not sampled, or nobody takes it."""
    tracer = export.tracer() if in_lambda() else None
    if tracer is None:
        return None
    span = tracer.start_span(
        context.function_name,
        # Not even what another library made the current one.
        _NO_PARENT,
        trace.SpanKind.CONSUMER if trigger in _CONSUMED else trace.SpanKind.SERVER,
        {
            "correlation_id": context.aws_request_id,
            "faas.invocation_id": context.aws_request_id,
            "faas.trigger": trigger,
            "faas.coldstart": cold,
            "aws.lambda.invoked_arn": context.invoked_function_arn,
        },
        _links(os.environ.get("_X_AMZN_TRACE_ID", "")),
        record_exception=False,
        set_status_on_exception=False,
    )
    return Recorded(span) if span.is_recording() else None


def _links(header: str) -> list[trace.Link]:
    """X-Ray's part of the trace, as Lambda names it; its form is looked at, since a caller may have chosen the id."""
    found = _XRAY.match(header)
    if found is None:
        return []
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if ";Sampled=1" in header else trace.TraceFlags.DEFAULT)
    context = trace.SpanContext(int(found[1] + found[2], 16), int(found[3], 16), is_remote=True, trace_flags=flags)
    return [trace.Link(context, {"source": "x-ray-env"})]
