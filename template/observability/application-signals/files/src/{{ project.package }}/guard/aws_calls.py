"""Spans of calls of AWS, made by OpenTelemetry's instrumentation of botocore: which operation on which resource.

On its own it would record the text of errors, and parts of answers. It asks a provider for its tracers; this one's let
through what is named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .failure import kind_of

#: Names of services, operations and resources, and how an answer ended; never what was sent or what came.
_SHOWN = frozenset(
    {
        "aws.dynamodb.table.arn", "aws.dynamodb.table_names", "aws.kinesis.stream.arn", "aws.kinesis.stream_name",
        "aws.lambda.function.arn", "aws.lambda.function.name", "aws.lambda.resource_mapping.id", "aws.s3.bucket",
        "aws.secretsmanager.secret.arn", "aws.sns.topic.arn", "aws.sqs.queue.name", "aws.sqs.queue.url",
        "aws.sqs.queue_name", "aws.sqs.queue_url", "aws.stepfunctions.activity.arn",
        "aws.stepfunctions.state_machine.arn", "cloud.region", "db.operation", "db.system", "faas.invoked_name",
        "faas.invoked_provider", "faas.invoked_region", "http.status_code", "messaging.destination.name",
        "messaging.destination", "messaging.operation", "messaging.system", "net.peer.name", "retry_attempts",
        "rpc.method", "rpc.service", "rpc.system", "server.address", "server.port",
    }
)  # fmt: skip


class Calls:
    """A provider of tracers for calls of AWS."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def get_tracer(self, *words: Any, **named: Any) -> _Tracer:
        return _Tracer(self._provider.get_tracer(*words, **named))


class _Tracer:
    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer

    @contextmanager
    def start_as_current_span(
        self, name: str, *, kind: Any, attributes: Mapping[str, object], end_on_exit: bool = True
    ) -> Iterator[_Call]:
        """A span that is the current one, and says of an error nothing but its type."""
        from opentelemetry.trace import StatusCode

        told = {key: value for key, value in attributes.items() if key in _SHOWN}
        quiet = {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=told, end_on_exit=end_on_exit, **quiet
        ) as span:
            try:
                yield _Call(span)
            except BaseException as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", kind_of(error))
                raise


class _Call:
    """What the instrumentation takes for a span."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def is_recording(self) -> bool:
        return bool(self._span.is_recording())

    def get_span_context(self) -> Any:
        return self._span.get_span_context()

    def set_attribute(self, key: str, value: object) -> None:
        if key in _SHOWN:
            self._span.set_attribute(key, value)

    def set_attributes(self, attributes: Mapping[str, object]) -> None:
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def end(self, end_time: int | None = None) -> None:
        self._span.end(end_time)
