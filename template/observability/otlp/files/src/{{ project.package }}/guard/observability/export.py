{% from "observability/otlp/presets.jinja" import header with context %}
"""The way of spans out: the key, the exporter, and how long an invocation waits for it."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.version import __version__
from opentelemetry.trace import Tracer
from requests import Session  # The exporter's own.

from ..context import Context
from ..failure import kind_of
from ..log_format import Vetted
from ..logs import log

#: What the key is sent as.
_HEADER = {{ header() | quote }}
#: Seconds that an invocation waits for its spans to be taken, at most and after a receiver was slow several times, and
#: that it leaves to its own end.
_LONGEST, _SHORTEST, _SPARED = 2.0, 0.1, 0.2
#: Seconds until the key is asked for again, when it could not be read.
_AGAIN = 60.0


class _Ids(IdGenerator):
    """Ids out of the system's own randomness: Python's generator goes on alike in each copy of a snapshot."""

    def generate_span_id(self) -> int:
        return int.from_bytes(os.urandom(8)) or 1

    def generate_trace_id(self) -> int:
        return int.from_bytes(os.urandom(16)) or 1


class _Told(SpanExporter):
    """Says in the log how many spans were lost; the exporter's own words are nobody's to read."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:  # noqa: BLE001 - whatever it was
            result = SpanExportResult.FAILURE
        if result is not SpanExportResult.SUCCESS:
            log.warning("spans_lost", spans=Vetted(len(spans)))
        return result


class _Way:
    """What there is of it in this process: made once, tried again where the key could not be read."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.processor: BatchSpanProcessor | None = None
        self.sending: Thread | None = None
        self.waiting = False
        self.patience = _LONGEST
        self.next_try = 0.0

    def open(self) -> None:
        headers = {}
        if "OTLP_SECRET_ID" in os.environ:
            headers[_HEADER] = _key(os.environ["OTLP_SECRET_ID"])
        session = Session()
        # Another address would get the key, and its page would pass for a receiver's consent.
        session.max_redirects = 0
        exporter = OTLPSpanExporter(headers=headers, timeout=_LONGEST, compression=Compression.Gzip, session=session)
        # Nothing is sent in between: a frozen process would wake up to it in another invocation.
        self.processor = BatchSpanProcessor(_Told(exporter), schedule_delay_millis=3_600_000)
        provider = TracerProvider(resource=_resource(), id_generator=_Ids(), shutdown_on_exit=False)
        provider.add_span_processor(self.processor)
        self.tracer = provider.get_tracer(__name__)


_way = _Way()


def tracer() -> Tracer | None:
    """What makes spans; None where none is sampled, and until the key could be read."""
    if _way.tracer is None and time.monotonic() >= _way.next_try and os.environ.get("OTEL_TRACES_SAMPLER_ARG") != "0":
        try:
            _way.open()
        except Exception as error:  # noqa: BLE001 - a function works without being seen
            _way.next_try = time.monotonic() + _AGAIN
            log.warning("tracing_unavailable", error=Vetted(kind_of(error)))
    return _way.tracer


def ended() -> None:
    """There is a span to send."""
    _way.waiting = True


def flush(context: Context) -> None:
    """Send what has ended, and wait for it a bounded time, ever shorter while the receiver is slow.

    What takes longer is sent beside the next invocation.
    """
    with suppress(Exception):
        if _way.processor is None or not _way.waiting:
            return
        if _way.sending is None or not _way.sending.is_alive():
            _way.waiting = False
            _way.sending = Thread(target=_way.processor.force_flush, daemon=True)
            _way.sending.start()
        _way.sending.join(max(0.0, min(_way.patience, context.get_remaining_time_in_millis() / 1000 - _SPARED)))
        late = _way.sending.is_alive()
        _way.patience = max(_SHORTEST, _way.patience / 4) if late else _LONGEST
        if late:
            log.warning("spans_late")


def _key(name: str) -> str:
    """The secret's value. By botocore alone: boto3 would take as long again to import, and without a key neither is."""
    from botocore.config import Config
    from botocore.session import get_session

    patience = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    secrets: Any = get_session().create_client("secretsmanager", config=patience)
    return str(secrets.get_secret_value(SecretId=name)["SecretString"]).strip()


def _resource() -> Resource:
    """The function, for whoever reads its spans."""
    env = os.environ
    return Resource(
        {
            "service.name": env.get("POWERTOOLS_SERVICE_NAME", ""),
            "service.version": env.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
            "deployment.environment.name": env.get("STAGE", ""),
            "cloud.provider": "aws",
            "cloud.platform": "aws_lambda",
            "cloud.region": env.get("AWS_REGION", ""),
            "faas.name": env.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            "faas.version": env.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
            "faas.instance": env.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
            "faas.max_memory": int(env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0")) * 1024 * 1024,
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": __version__,
        }
    )
