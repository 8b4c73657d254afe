"""Spans for CloudWatch Application Signals, by the OpenTelemetry of AWS's layer; without it, nothing is recorded.

The layer's own start, /opt/otel-instrument, is not used: it instruments the handler, which writes path, user agent and
more of an event into attributes. What it sets besides is set here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from .aws_calls import Calls
from .context import Context, Handler
from .emf import measured
from .failure import kind_of
from .log_format import Vetted
from .logs import log
from .tracing import Scalar, Span, Within, in_lambda

__all__ = ["measured", "opened", "traced"]

#: Whatever the function's environment says: no handler, no address and no error's text is recorded by a library.
_SETTINGS = {
    "AGENT_OBSERVABILITY_ENABLED": "false",
    "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "true",
    "OTEL_AWS_APPLICATION_SIGNALS_RUNTIME_ENABLED": "false",
    "OTEL_AWS_DYNAMIC_INSTRUMENTATION_ENABLED": "false",
    "OTEL_LOGS_EXPORTER": "none",
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_PROPAGATORS": "xray",
    "OTEL_PYTHON_CONFIGURATOR": "aws_configurator",
    "OTEL_PYTHON_DISTRO": "aws_distro",
    "OTEL_TRACES_EXPORTER": "otlp",
}
#: What instruments libraries. Each is named to be left out: not every version of the layer knows a word for all.
_INSTRUMENTATIONS = "opentelemetry_instrumentor"
#: What a span says of its function.
_RESOURCE = {
    "cloud.region": "AWS_REGION",
    "faas.name": "AWS_LAMBDA_FUNCTION_NAME",
    "faas.version": "AWS_LAMBDA_FUNCTION_VERSION",
    "faas.instance": "AWS_LAMBDA_LOG_STREAM_NAME",
    "aws.log.group.names": "AWS_LAMBDA_LOG_GROUP_NAME",
}
#: A span is lost rather than wait for.
_PATIENCE_IN_MS = 500


class Recorded:
    """A span of OpenTelemetry's, and the current one there until it ends."""

    def __init__(self, span: Any) -> None:
        from opentelemetry import context, trace

        self._span = span
        self._token = context.attach(trace.set_span_in_context(span))

    @property
    def ids(self) -> Mapping[str, str]:
        told = self._span.get_span_context()
        return {"trace_id": f"{told.trace_id:032x}", "span_id": f"{told.span_id:016x}"}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        self._span.set_attributes(fields)

    def fail(self, error: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_status(StatusCode.ERROR)
        self._span.set_attribute("error.type", error)

    def end(self) -> None:
        from opentelemetry import context

        context.detach(self._token)
        self._span.end()


class Invocation(Recorded):
    """The span of an invocation: what was recorded is sent before Lambda stops the process."""

    def end(self) -> None:
        super().end()
        _provider().force_flush(_PATIENCE_IN_MS)


def traced(handler: Handler) -> Handler:
    """`handler` with a span around each invocation, below Lambda's own."""
    _provider()

    def within(event: object, context: Context) -> Any:
        with Within(lambda: _root(context)):
            return handler(event, context)

    return within


def opened(name: str, parent: Span) -> Span | None:
    """A span below the current one, which `parent` is."""
    return Recorded(_tracer().start_span(name)) if isinstance(parent, Recorded) else None


def _root(context: Context) -> Span | None:
    """The span of an invocation. Who calls can choose the trace's id: OpenTelemetry takes none of another form."""
    if _provider() is None:
        return None
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    above = extract({"X-Amzn-Trace-Id": os.environ.get("_X_AMZN_TRACE_ID", "")})
    told = {"correlation_id": context.aws_request_id, "faas.invocation_id": context.aws_request_id}
    return Invocation(_tracer().start_span("handler", above, kind=SpanKind.SERVER, attributes=told))


def _tracer() -> Any:
    return _provider().get_tracer("guard")


@cache
def _provider() -> Any:
    """What makes tracers, set up once as the layer would; None outside Lambda, and where there is no layer."""
    if not in_lambda():
        return None
    told = {name: os.environ.get(variable, "") for name, variable in _RESOURCE.items()}
    told |= {"cloud.provider": "aws", "cloud.platform": "aws_lambda"}
    os.environ |= _SETTINGS | {
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ",".join(each.name for each in entry_points(group=_INSTRUMENTATIONS)),
        "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{key}={text}" for key, text in told.items()),
    }
    try:
        from opentelemetry.instrumentation.auto_instrumentation import initialize
        from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
        from opentelemetry.trace import get_tracer_provider

        initialize()
        provider = get_tracer_provider()
        BotocoreInstrumentor().instrument(tracer_provider=Calls(provider))
    except ImportError:
        return None
    except Exception as error:  # noqa: BLE001 - a layer that cannot start is no reason for the function not to
        log.warning("tracing_unavailable", error=Vetted(kind_of(error)))
        return None
    # Where the layer's start failed, it has said so in the log, and this is a stand-in.
    return provider if hasattr(provider, "force_flush") else None
