"""What X-Ray's daemon gets: a socket of this test in its place."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from {{ project.package }} import settings
from {{ project.package }}.guard import Context, annotate, log, span

from .functions import FUNCTIONS
from .harness import Function, Run, leaves, run, with_value

CANARY = "canary7d1f0c2e5b"
TRACE = "1-65943e2f-1a2b3c4d5e6f708192a3b4c5"
ABOVE = "53995c3f42cd8ad8"
HEADER = f"Root={TRACE};Parent={ABOVE};Sampled=1;Lineage=1:a87bd80c:0"

Document = dict[str, Any]


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind(("127.0.0.1", 0))
        own.setblocking(False)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{own.getsockname()[1]}")
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
        monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
        yield own


def _sent(daemon: socket.socket) -> list[Document]:
    """Each document, after the daemon's own header line."""
    found: list[Document] = []
    while True:
        try:
            head, _, document = daemon.recv(65_536).partition(b"\n")
        except BlockingIOError:
            return found
        assert json.loads(head) == {"format": "json", "version": 1}
        found.append(json.loads(document))


def _run(handler: Any, context: Context, capfd: pytest.CaptureFixture[str], function: Function = FUNCTIONS[0]) -> Run:
    return run(function.around(handler), function.sample(), context, capfd)


def test_spans_are_subsegments_of_the_functions_own(
    daemon: socket.socket, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOG_FIELDS", frozenset({"id"}))

    def handler(_event: object, _context: Context) -> None:
        with span("charge card"):
            annotate(id="a-1", token=CANARY)
            with span("call <bank>"):
                log.info("calling")

    result = _run(handler, context, capfd)
    bank, card, root = _sent(daemon)
    assert [one["name"] for one in (bank, card, root)] == ["call _bank_", "charge card", "handler"]
    assert {one["trace_id"] for one in (bank, card, root)} == {TRACE}
    assert [one["parent_id"] for one in (bank, card, root)] == [card["id"], root["id"], ABOVE]
    assert len({one["id"] for one in (bank, card, root)}) == 3
    assert all(one["type"] == "subsegment" and one["start_time"] <= one["end_time"] for one in (bank, card, root))
    assert card["annotations"] == {"id": "a-1", "token": f"<str, {len(CANARY)}>"}
    assert root["annotations"] == {"correlation_id": context.aws_request_id}
    (line,) = result.named("calling")
    assert line["span_id"] == bank["id"]
    assert line["xray_trace_id"] == TRACE
    assert line["correlation_id"] == context.aws_request_id


def test_an_error_is_a_fault_of_its_type(
    daemon: socket.socket, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    def handler(_event: object, _context: Context) -> None:
        with span("charge card"):
            raise ValueError(CANARY)

    _run(handler, context, capfd)
    card, root = _sent(daemon)
    for one in (card, root):
        assert one["fault"] is True
        assert [error["type"] for error in one["cause"]["exceptions"]] == ["ValueError"]
    assert CANARY not in json.dumps([card, root])


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_nothing_of_an_event_is_sent(
    function: Function, daemon: socket.socket, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """The function's own handler, with a canary in each place of its event; what the log shows by name is no canary."""
    sample, shown = function.sample(), function.carrier().shown
    for place, _ in leaves(sample):
        run(function.handler(), with_value(sample, place, CANARY), context, capfd)
        sent = _sent(daemon)
        root = sent[-1]
        assert root["annotations"]["correlation_id"] == context.aws_request_id
        for one in sent:
            one["annotations"] = {k: v for k, v in one.get("annotations", {}).items() if k not in settings.LOG_FIELDS}
        assert CANARY not in json.dumps(sent), (place, shown)


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER.replace("Sampled=1", "Sampled=0"),
        HEADER.replace(";Sampled=1", ""),
        HEADER.replace(TRACE, CANARY),
        HEADER.replace(TRACE, f"{TRACE}{CANARY}"),
        HEADER.replace(ABOVE, CANARY),
        CANARY,
    ],
)
def test_nothing_is_sent_where_nobody_samples(
    header: str,
    daemon: socket.socket,
    context: Context,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)

    def handler(_event: object, _context: Context) -> None:
        with span("charge card"):
            log.info("calling")

    result = _run(handler, context, capfd)
    assert not _sent(daemon)
    assert "span_id" not in result.named("calling")[0]
    assert CANARY not in result.output


@pytest.mark.parametrize("address", ["", "nowhere", "256.0.0.1:2000", "127.0.0.1:99999"])
def test_a_daemon_that_is_not_there_costs_nothing(
    address: str,
    daemon: socket.socket,
    context: Context,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", address)

    def handler(_event: object, _context: Context) -> None:
        with span("charge card"):
            log.info("calling")

    result = _run(handler, context, capfd)
    assert result.error is None
    assert [line["message"] for line in result.lines] == ["calling"]
