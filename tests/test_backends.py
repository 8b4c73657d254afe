"""What a vendor's library sends of a generated service, with its real code: all spans, joined to the log, and no value."""

from __future__ import annotations

import base64
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import backends, goldens, policies, runtime_api
from support.backends import CANARY, Listener
from support.runtime_api import Session, request_id

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's client is built for Linux alone")


@dataclass(frozen=True)
class Seen:
    """One backend's service after three events: one that is handled and fails, one that is refused, one that is no event."""

    session: Session
    listener: Listener
    spans: list[dict[str, Any]]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.session.stdout.splitlines() if line.startswith('{"level"')]

    def line(self, message: str) -> dict[str, Any]:
        return next(line for line in self.lines if line["message"] == message)


def _events(sample: str) -> list[str]:
    """A canary wherever a caller may put one."""
    event = json.loads(sample)
    event["headers"] |= {"user-agent": CANARY, "referer": f"https://{CANARY}.example/{CANARY}", "x-own": CANARY}
    event["headers"] |= {
        "traceparent": f"00-{CANARY}",
        "x-datadog-trace-id": CANARY,
        "x-datadog-tags": f"_dd.p.x={CANARY}",
    }
    event["cookies"] = [f"session={CANARY}"]
    event["requestContext"]["http"] |= {"userAgent": CANARY, "sourceIp": "192.0.2.1"}
    query = {"rawQueryString": f"q={CANARY}", "queryStringParameters": {"q": CANARY, CANARY: "1"}}
    refused = {**event, **query, "rawPath": f"/{CANARY}", "body": json.dumps({CANARY: CANARY})}
    return [json.dumps(event), json.dumps(refused), json.dumps({CANARY: CANARY, "Records": [{"s3": CANARY}]})]


def _run(backend: str, catalogue: Catalogue, place: Path, *, layered: bool = True) -> tuple[Session, Listener]:
    text = goldens.specs(catalogue)[f"observability-{backend}"]
    files = project.files(spec.parse(text, catalogue), text, catalogue)
    tree.write(files, place)
    (handler,) = place.glob("src/*/functions/hello/handler.py")
    handler.write_text(backends.HANDLER, encoding="utf-8")
    function = policies.template(files, "template.yaml")["Resources"]["HelloFunction"]["Properties"]
    own = {name: text for name, text in function["Environment"]["Variables"].items() if isinstance(text, str)}
    shim = place / "extension"
    shim.mkdir()
    (shim / "sitecustomize.py").write_text(backends.EXTENSION, encoding="utf-8")
    commands = runtime_api.commands((place / "requirements-dev.txt").read_text(encoding="utf-8"))
    with backends.listening() as listener:
        env = own | {
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{listener.port}",
            "BANK": listener.web,
            "DD_TRACE_API_VERSION": "v0.4",
            "DD_TRACE_AGENT_URL": f"http://{listener.web}",
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": f"{shim}:{backends.layer(backend)}" if layered else "",
            "STAGE": "dev",
            "STATSD": str(listener.port),
        }
        events = _events((place / "events/hello.json").read_text(encoding="utf-8"))
        session = runtime_api.invoke(str(commands / "python"), place / "src", function["Handler"], events, env)
    return session, listener


def _check_nothing_leaks(seen: Seen) -> None:
    """Neither as it was sent, nor in what it says."""
    sent = [body for path, body in seen.listener.requests if CANARY not in path]  # The bank is told what it is told.
    assert len(seen.listener.requests) - len(sent) == 1
    assert not [body for body in (*sent, *seen.listener.datagrams) if CANARY.encode() in body]
    assert CANARY not in json.dumps(seen.spans)
    assert CANARY not in seen.session.everything
    assert [posted.outcome for posted in seen.session.posted] == ["response"] * 3


def _check_answers(seen: Seen) -> None:
    assert [json.loads(posted.body)["statusCode"] for posted in seen.session.posted] == [500, 400, 400]
    assert not [line for line in seen.lines if line["message"] == "tracing_unavailable"]


@pytest.fixture(scope="module")
def application_signals(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    session, listener = _run("application-signals", catalogue, tmp_path_factory.mktemp("application-signals"))
    sent = [datagram.decode("ascii") for datagram in listener.datagrams]
    return Seen(session, listener, backends.read("application-signals", backends.OTLP, sent))


@pytest.fixture(scope="module")
def datadog(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    session, listener = _run("datadog", catalogue, tmp_path_factory.mktemp("datadog"))
    sent = [base64.b64encode(body).decode("ascii") for body in listener.posted("/v0.4/traces")]
    return Seen(session, listener, backends.read("datadog", backends.MSGPACK, sent))


@pytest.fixture(scope="module")
def newrelic(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """New Relic's library prints its payload where it finds no pipe of the extension's."""
    session, listener = _run("newrelic", catalogue, tmp_path_factory.mktemp("newrelic"))
    sent = re.findall(r'\[1,"NR_LAMBDA_MONITORING","([^"]+)"\]', session.stdout)
    return Seen(session, listener, backends.read("newrelic", backends.SERVERLESS, sent))


def test_application_signals_gets_spans_below_lambdas_own(application_signals: Seen) -> None:
    seen = application_signals
    _check_answers(seen)
    roots = [span for span in seen.spans if span["name"] == "handler"]
    assert [root["attributes"]["correlation_id"] for root in roots] == [request_id(number) for number in range(3)]
    assert {root["parentSpanId"] for root in roots} == {"53995c3f42cd8ad8"}
    assert {span["traceId"] for span in seen.spans} == {"65943e2f1a2b3c4d5e6f708192a3b4c5"}
    assert {root["kind"] for root in roots} == {"SPAN_KIND_SERVER"}
    assert all(span["sampled"] for span in seen.spans)
    assert {span["resource"]["service.name"] for span in seen.spans}
    named = {span["name"]: span for span in seen.spans}
    card, bank, queue = (named[name] for name in ("charge card", "call bank", "SQS.SendMessageBatch"))
    assert [card["parentSpanId"], bank["parentSpanId"], queue["parentSpanId"]] == [
        roots[0]["spanId"], card["spanId"], bank["spanId"],
    ]  # fmt: skip
    assert card["attributes"]["id"] == "ok-1"
    assert card["attributes"]["token"] == f"<str, {len(CANARY)}>"
    assert seen.line("calling")["span_id"] == bank["spanId"]
    assert seen.line("calling")["trace_id"] == bank["traceId"]


def test_application_signals_gets_calls_of_aws_by_name_and_errors_by_type(application_signals: Seen) -> None:
    seen = application_signals
    named = {span["name"]: span for span in seen.spans}
    assert named["SQS.SendMessageBatch"]["attributes"]["aws.sqs.queue.url"].endswith("/parcels")
    assert named["DynamoDB.PutItem"]["attributes"]["error.type"] == "ParamValidationError"
    failed = [span for span in seen.spans if span.get("status", {}).get("code") == "STATUS_CODE_ERROR"]
    assert {span["attributes"]["error.type"] for span in failed} == {"ParamValidationError", "ValueError"}
    assert not [span for span in seen.spans if "events" in span or "message" in span.get("status", {})]
    assert {span["name"] for span in seen.spans} == {
        "handler", "charge card", "call bank", "SQS.SendMessageBatch", "DynamoDB.PutItem",
    }  # fmt: skip
    assert seen.line("metric")["orders"] == 1
    _check_nothing_leaks(seen)


def test_datadog_gets_spans_and_metrics(datadog: Seen) -> None:
    seen = datadog
    _check_answers(seen)
    roots = [span for span in seen.spans if span["name"] == "aws.lambda"]
    assert [root["meta"]["app.correlation_id"] for root in roots] == [request_id(number) for number in range(3)]
    assert {root["resource"] for root in roots} == {"bench"}
    assert len({root["trace_id"] for root in roots}) == 3, "who calls has chosen the trace"
    assert not [root for root in roots if root.get("parent_id")]
    named = {span["name"]: span for span in reversed(seen.spans)}
    card, bank = named["charge card"], named["call bank"]
    (queue,) = [span for span in seen.spans if span["resource"] == "sqs.sendmessagebatch"]
    assert [card["parent_id"], bank["parent_id"], queue["parent_id"]] == [
        roots[0]["span_id"], card["span_id"], bank["span_id"],
    ]  # fmt: skip
    assert card["meta"]["app.id"] == "ok-1"
    assert card["meta"]["app.token"] == f"<str, {len(CANARY)}>"
    assert seen.line("calling")["dd.span_id"] == str(bank["span_id"])
    (metric,) = [text for text in map(bytes.decode, seen.listener.datagrams) if ".orders:" in text]
    assert metric.startswith("observability-datadog.orders:1|d|#stage:dev,function_name:bench,unit:Count")
    assert not [line for line in seen.lines if line["message"] == "metric"]


def test_datadog_gets_what_is_named_and_errors_by_type(datadog: Seen) -> None:
    """Its library has instrumented what calls the bank: of that it says that it was called, and no more."""
    seen = datadog
    roots = [span for span in seen.spans if span["name"] == "aws.lambda"]
    assert roots[0]["error"] == 1
    assert roots[0]["meta"]["error.type"] == "ValueError"
    (table,) = [span for span in seen.spans if span["resource"] == "dynamodb.putitem"]
    assert table["meta"]["error.type"].endswith("ParamValidationError")
    bank = [span for span in seen.spans if span["meta"].get("component") == "requests"]
    assert [span["resource"] for span in bank] == [span["name"] for span in bank] != []
    kept = {name for span in seen.spans for name in span["meta"]}
    assert not kept & {"error.message", "error.stack", "http.url", "http.useragent", "out.host", "http.query.string"}
    _check_nothing_leaks(seen)


def test_newrelic_gets_spans(newrelic: Seen) -> None:
    seen = newrelic
    _check_answers(seen)
    assert len(seen.spans) == 3
    events = [event for payload in seen.spans for event in payload["data"]["span_event_data"][2]]
    spans = {own["name"]: (own, custom, agents) for own, custom, agents in reversed(events)}
    assert [custom["app.correlation_id"] for _, custom, _ in events if "app.correlation_id" in custom] == [
        request_id(number) for number in range(3)
    ]
    root, card, bank = (spans[name] for name in ("Function/bench", "Custom/charge card", "Custom/call bank"))
    (queue,) = [event for name, event in spans.items() if name.startswith("MessageBroker/SQS/")]
    assert [card[0]["parentId"], bank[0]["parentId"], queue[0]["parentId"]] == [
        root[0]["guid"], card[0]["guid"], bank[0]["guid"],
    ]  # fmt: skip
    assert card[1] == {"app.id": "ok-1", "app.token": f"<str, {len(CANARY)}>"}
    assert seen.line("calling")["span.id"] == bank[0]["guid"]
    assert seen.line("calling")["trace.id"] == bank[0]["traceId"]
    assert seen.line("metric")["orders"] == 1


def test_newrelic_gets_what_is_named_and_errors_by_type(newrelic: Seen) -> None:
    seen = newrelic
    errors = [error[0] for payload in seen.spans for error in payload["data"].get("error_event_data", [0, 0, []])[2]]
    assert any(error["error.class"].endswith("ValueError") for error in errors)
    assert {error["error.message"] for error in errors} <= {
        "", "Message removed by New Relic 'strip_exception_messages' setting",
    }  # fmt: skip
    events = [event for payload in seen.spans for event in payload["data"]["span_event_data"][2]]
    kept = {name for _, custom, agents in events for name in {**custom, **agents}}
    assert kept == {
        "app.correlation_id", "app.id", "app.token", "aws.lambda.arn", "aws.lambda.coldStart",
        "aws.operation", "aws.requestId", "cloud.region", "db.collection", "db.system", "error.class",
        "messaging.destination.name", "messaging.system",
    }  # fmt: skip
    assert "log_event_data" not in {key for payload in seen.spans for key in payload["data"]}
    _check_nothing_leaks(seen)


@pytest.mark.parametrize("backend", backends.LAYERED)
def test_without_its_layer_a_function_works_in_silence(backend: str, catalogue: Catalogue, tmp_path: Path) -> None:
    session, listener = _run(backend, catalogue, tmp_path, layered=False)
    assert [json.loads(posted.body)["statusCode"] for posted in session.posted] == [500, 400, 400]
    assert [path for path, _ in listener.requests if CANARY not in path] == []
    assert listener.datagrams == []
    assert CANARY not in session.everything
