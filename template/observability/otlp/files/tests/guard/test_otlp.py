"""What a receiver of OTLP gets: a server of this test in its place, which decodes what is sent."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from {{ project.package }} import settings
from {{ project.package }}.guard import Context, annotate, log, span
from {{ project.package }}.guard.observability import export

from .functions import FUNCTIONS
from .harness import Function, Run, leaves, run, with_value

CANARY = "canary7d1f0c2e5b"
XRAY = "Root=1-65943e2f-1a2b3c4d5e6f708192a3b4c5;Parent=53995c3f42cd8ad8;Sampled=0"


class Receiver(ThreadingHTTPServer):
    """Answers `status`, after `release` where it is made to wait, and keeps what it got. It is at `location` now."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.status = 200
        self.location = ""
        self.release = threading.Event()
        self.release.set()
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []

    def requests(self) -> list[ExportTraceServiceRequest]:
        """What came so far, decoded."""
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    def spans(self) -> list[Span]:
        """In the order in which they ended."""
        groups = [group for request in self.requests() for group in request.resource_spans]
        return [one for group in groups for scope in group.scope_spans for one in scope.spans]

    def text(self) -> str:
        """All of it, as a text to look for canaries in."""
        return "".join(map(str, self.requests())) + repr(self.bodies)


class _Requests(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.paths.append(self.path)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.bodies.append(gzip.decompress(body))
        self.server.release.wait(10)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words: object) -> None: ...


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """In the place of the one that template.yaml names, with a way there that this test alone uses."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function-under-test")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}/base")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
        monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "1")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", XRAY)
        monkeypatch.delenv("OTLP_SECRET_ID", raising=False)
        monkeypatch.setattr(export, "_way", export._Way())
        yield server
        server.release.set()
        if export._way.processor:
            export._way.processor.shutdown()  # type: ignore[no-untyped-call]
        server.shutdown()
        thread.join()


def _run(handler: Any, context: Context, capfd: pytest.CaptureFixture[str], function: Function = FUNCTIONS[0]) -> Run:
    return run(function.around(handler), function.sample(), context, capfd)


def _attributes(one: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in one.attributes}


def _charging(_event: object, _context: Context) -> None:
    with span("charge card"):
        annotate(id="a-1", token=CANARY)
        with span("call bank"):
            log.info("calling")


def test_spans_are_parents_and_children(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOG_FIELDS", frozenset({"id"}))
    result = _run(_charging, context, capfd)
    bank, card, root = receiver.spans()
    assert [one.name for one in (bank, card, root)] == ["call bank", "charge card", context.function_name]
    assert len({one.trace_id for one in (bank, card, root)}) == 1
    assert [one.parent_span_id for one in (bank, card, root)] == [card.span_id, root.span_id, b""]
    assert root.kind in (Span.SPAN_KIND_SERVER, Span.SPAN_KIND_CONSUMER)
    assert _attributes(card) == {"id": "a-1", "token": f"<str, {len(CANARY)}>"}
    own = _attributes(root)
    assert own["correlation_id"] == own["faas.invocation_id"] == context.aws_request_id
    (line,) = result.named("calling")
    assert line["correlation_id"] == context.aws_request_id
    assert (line["trace_id"], line["span_id"]) == (bank.trace_id.hex(), bank.span_id.hex())
    assert receiver.paths == ["/base/v1/traces"]


def test_each_invocation_is_a_trace_of_its_own_that_links_to_what_lambda_names(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who calls can choose X-Ray's id: nothing is decided by it, and what has not its form is left out."""
    for header in (XRAY, XRAY, f"Root={CANARY};Parent={CANARY};Sampled=1", CANARY, ""):
        monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
        _run(lambda _event, _context: None, context, capfd)
    roots = receiver.spans()
    assert len({root.trace_id for root in roots}) == 5
    links = [[(link.trace_id.hex(), link.span_id.hex()) for link in root.links] for root in roots]
    assert links == [[("65943e2f1a2b3c4d5e6f708192a3b4c5", "53995c3f42cd8ad8")]] * 2 + [[]] * 3
    assert CANARY not in receiver.text()


def test_an_error_is_known_by_its_type(receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    def handler(_event: object, _context: Context) -> None:
        with span("charge card"):
            raise ValueError(CANARY)

    _run(handler, context, capfd)
    for one in receiver.spans():
        assert one.status.code == Status.STATUS_CODE_ERROR
        assert (one.status.message, list(one.events)) == ("", [])
        assert _attributes(one)["error.type"] == "ValueError"
    assert len(receiver.spans()) == 2
    assert CANARY not in receiver.text()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_nothing_of_an_event_is_sent(
    function: Function,
    receiver: Receiver,
    context: Context,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The function's own handler, with a canary in each place of its event, and nothing that the log shows by name."""
    monkeypatch.setattr(settings, "LOG_FIELDS", frozenset())
    sample = function.sample()
    places = [place for place, _ in leaves(sample)]
    for place in places:
        run(function.handler(), with_value(sample, place, CANARY), context, capfd)
    roots = [one for one in receiver.spans() if not one.parent_span_id]
    assert len(roots) == len(places)
    assert {_attributes(root)["correlation_id"] for root in roots} == {context.aws_request_id}
    trigger = function.handler().source.trigger
    consumed = trigger in ("datasource", "pubsub")
    assert {_attributes(root)["faas.trigger"] for root in roots} == {trigger}
    assert {root.kind for root in roots} == {Span.SPAN_KIND_CONSUMER if consumed else Span.SPAN_KIND_SERVER}
    assert CANARY not in receiver.text()


def test_the_receiver_learns_which_function_it_is(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    _run(_charging, context, capfd)
    (group,) = receiver.requests()[0].resource_spans
    told = {each.key: each.value.string_value for each in group.resource.attributes}
    assert told["service.name"] == {{ project.name | quote }}
    assert told["deployment.environment.name"] == "test"
    assert told["faas.name"] == "function-under-test"
    assert not {*os.environ.values()} & {os.environ["AWS_SECRET_ACCESS_KEY"]} & {*told.values()}


def _key_of(reads: list[str], value: str | Exception) -> Callable[[str], str]:
    def read(name: str) -> str:
        reads.append(name)
        if isinstance(value, Exception):
            raise value
        return value

    return read


def test_nothing_is_sent_of_what_is_not_sampled(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key is read either where nothing ever is."""
    reads: list[str] = []
    monkeypatch.setenv("OTLP_SECRET_ID", "arn:of-the-secret")
    monkeypatch.setattr(export, "_key", _key_of(reads, "key"))
    for share in ("0", "0.0000000001"):
        monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", share)
        result = _run(_charging, context, capfd)
        assert not receiver.paths
        assert export._way.sending is None
        assert "trace_id" not in result.named("calling")[0]
        assert bool(reads) == (share != "0")


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_receiver_that_refuses_costs_a_line_of_the_log(
    status: int, receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.status = status
    result = _run(_charging, context, capfd)
    assert result.error is None
    assert [line["spans"] for line in result.named("spans_lost")] == [3]
    assert CANARY not in result.output


@pytest.mark.parametrize("status", [302, 307])
def test_nothing_goes_where_a_receiver_points(
    status: int, receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """The key would, and a page for people would be taken for an answer."""
    receiver.status, receiver.location = status, f"http://localhost:{receiver.server_port}/elsewhere"
    result = _run(_charging, context, capfd)
    assert [line["spans"] for line in result.named("spans_lost")] == [3]
    assert receiver.paths == ["/base/v1/traces"]


def test_a_slow_receiver_delays_nothing_for_long(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the spans that were late come when it answers, beside the next invocation's."""
    export._way.patience = 0.2
    receiver.release.clear()
    waits = []
    for _ in range(3):
        result = _run(_charging, context, capfd)
        assert len(result.named("spans_late")) == 1
        waits.append(export._way.patience)
    assert waits == [0.1, 0.1, 0.1]
    assert export._way.sending
    receiver.release.set()
    export._way.sending.join(10)
    _run(lambda _event, _context: None, context, capfd)
    assert export._way.patience == export._LONGEST
    assert len({one.trace_id for one in receiver.spans()}) == 4


def test_an_invocation_that_is_nearly_over_does_not_wait(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(context), "get_remaining_time_in_millis", lambda _self: 150)
    receiver.release.clear()
    result = _run(_charging, context, capfd)
    assert len(result.named("spans_late")) == 1


def test_nobody_there_is_no_error(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_LONGEST", 0.3)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    result = _run(_charging, context, capfd)
    assert result.error is None
    assert result.named("spans_lost")


def test_the_key_is_read_once_and_sent_as_a_header(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    monkeypatch.setenv("OTLP_SECRET_ID", "arn:of-the-secret")
    monkeypatch.setattr(export, "_key", _key_of(reads, CANARY))
    results = [_run(_charging, context, capfd) for _ in range(2)]
    assert reads == ["arn:of-the-secret"]
    assert [headers[export._HEADER] for headers in receiver.headers] == [CANARY] * 2
    assert CANARY not in receiver.text()
    assert CANARY not in "".join(result.output for result in results)
    assert CANARY not in json.dumps(dict(os.environ))


def test_a_key_that_cannot_be_read_costs_a_line_and_is_asked_for_again_later(
    receiver: Receiver, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    monkeypatch.setenv("OTLP_SECRET_ID", "arn:of-the-secret")
    monkeypatch.setattr(export, "_key", _key_of(reads, PermissionError(CANARY)))
    handler = FUNCTIONS[0].around(_charging)
    (line,) = map(json.loads, capfd.readouterr().out.splitlines())
    assert (line["message"], line["error"]) == ("tracing_unavailable", "PermissionError")
    for _ in range(3):
        result = run(handler, FUNCTIONS[0].sample(), context, capfd)
        assert [line["message"] for line in result.lines] == ["calling"]
        assert CANARY not in result.output
    assert len(reads) == 1
    monkeypatch.setattr(export, "_AGAIN", 0)
    monkeypatch.setattr(export, "_key", _key_of(reads, "key"))
    export._way.next_try = 0
    _run(_charging, context, capfd)
    assert len(receiver.spans()) == 3


@pytest.mark.usefixtures("aws")
def test_the_secret_is_what_secrets_manager_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    boto3.client("secretsmanager").create_secret(Name="otlp", SecretString=" key\n")
    assert export._key("otlp") == "key"
