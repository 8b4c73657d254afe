"""What Datadog gets to see of a span: what guard set itself, and names of services, operations and resources.

Its library instruments whatever it finds. Addresses, statements, texts of errors and what else an instrumentation may
write into a tag go no further.
"""

from __future__ import annotations

from typing import Any

#: Begins the name of each attribute that came from guard.
OWN = "app."
_TAGS = frozenset(
    {
        "aws.agent", "aws.operation", "aws.region", "aws.requestid", "aws_service", "bucketname", "cold_start",
        "component", "datadog_lambda", "dd_trace", "env", "error.type", "function_arn", "function_version",
        "functionname", "http.status_code", "language", "process_id", "queuename", "region", "request_id",
        "resource_names", "retry_attempts", "rulename", "runtime-id", "span.kind", "span.name", "statemachinename",
        "streamname", "tablename", "topicname", "version",
    }
)  # fmt: skip
#: The wrapper's own span, whose resource is the function's name.
_INVOCATION = "aws.lambda"


class Shown:
    """A processor of traces. One that it cannot judge is not sent."""

    def process_trace(self, trace: list[Any]) -> list[Any] | None:
        try:
            for span in trace:
                _strip(span)
        except Exception:  # noqa: BLE001 - the tracer would send the trace as it is
            return None
        return trace


def _strip(span: Any) -> None:
    for name in span.get_tags():
        if not _is_shown(name):
            span.remove_tag(name)
    for name in span.get_metrics():
        if not _is_shown(name):
            span.remove_metric(name)
    if span.name != _INVOCATION and span.get_tag("component") != "botocore":
        span.resource = span.name


def _is_shown(name: str) -> bool:
    return name in _TAGS or name.startswith((OWN, "_dd."))
