"""Each line is handled, refused or tried again on its own terms; what a model says decides how a line is read."""

from __future__ import annotations

import base64
import gzip
import json
import tracemalloc
from typing import Annotated, Any

import pytest
from pydantic import AwareDatetime

from {{ project.package }}.guard import Context, Ident, Payload, Text, guarded
from {{ project.package }}.guard.origin import Attribute
from {{ project.package }}.guard.rejection import Rejected
from {{ project.package }}.guard.sources.cloudwatch_logs import Message, cloudwatch_logs

from .failure_queue import QUEUE
from .harness import Run, run


class Line(Payload):
    text: Annotated[Text, Message()]
    number: Annotated[Ident, Attribute("id")]
    at: Annotated[AwareDatetime, Attribute("time")]
    stream: Annotated[Text, Attribute("log_stream")]


class Order(Payload):
    id: Ident


CONTROL = {
    "messageType": "CONTROL_MESSAGE",
    "owner": "CloudwatchLogs",
    "logGroup": "",
    "logStream": "",
    "subscriptionFilters": [],
    "logEvents": [{"id": "", "timestamp": 1510254469274, "message": "CWL CONTROL MESSAGE: Checking health."}],
}


def _delivery(*messages: object) -> dict[str, Any]:
    return {
        "messageType": "DATA_MESSAGE",
        "owner": "111122223333",
        "logGroup": "/ecs/shop",
        "logStream": "web/[1]",
        "subscriptionFilters": ["shop"],
        "logEvents": [
            {"id": str(number), "timestamp": 1767351600123, "message": message}
            for number, message in enumerate(messages)
        ],
    }


def _event(delivery: object) -> dict[str, Any]:
    data = gzip.compress(json.dumps(delivery).encode())
    return {"awslogs": {"data": base64.b64encode(data).decode()}}


def _read(model: type[Payload], *messages: object) -> list[dict[str, Any]]:
    items = cloudwatch_logs(model).items(_event(_delivery(*messages)))
    return [payload.model_dump() for item in items for payload in item.parse()]


def test_a_line_is_text_where_the_model_has_a_message() -> None:
    (line,) = _read(Line, '{"id": "a"}\n')
    assert (line["text"], line["number"], line["stream"]) == ('{"id": "a"}\n', "0", "web/[1]")
    assert line["at"].isoformat() == "2026-01-02T11:00:00.123000+00:00"


def test_a_line_is_json_where_it_has_none() -> None:
    assert _read(Order, '{"id": "a"}', ' {"id": "b"}\n') == [{"id": "a"}, {"id": "b"}]
    with pytest.raises(Rejected):
        _read(Order, "START RequestId: 7f3c2a90")


def test_nobody_speaks_for_cloudwatch_logs() -> None:
    class Named(Payload):
        id: Ident
        group: Annotated[Text, Attribute("log_group")]

    assert _read(Named, '{"id": "a"}') == [{"id": "a", "group": "/ecs/shop"}]
    with pytest.raises(Rejected):
        _read(Named, '{"id": "a", "group": "/other"}')


def test_a_model_says_one_thing() -> None:
    class Both(Payload):
        id: Ident
        text: Annotated[Text, Message()]

    class Unknown(Payload):
        text: Annotated[Text, Message()]
        level: Annotated[Ident, Attribute()]

    with pytest.raises(TypeError, match=r"Both: with a Message\(\) no line is JSON"):
        cloudwatch_logs(Both)
    with pytest.raises(TypeError, match="have no 'level', they have id, log_group, log_stream, owner, time"):
        cloudwatch_logs(Unknown)


def test_the_check_of_a_destination_is_done_without_the_function() -> None:
    assert cloudwatch_logs(Line).items(_event(CONTROL)) == []
    with pytest.raises(Rejected):
        cloudwatch_logs(Line).items(_event({**CONTROL, "logGroup": "/ecs/shop"}))


def test_many_lines_alike_are_no_bomb() -> None:
    """A delivery alone may inflate to its limit, however small it is compressed."""
    source = cloudwatch_logs(Line)
    for _ in range(5):
        source.begin()
        assert len(source.items(_event(_delivery(*["GET /health 200"] * 10_000)))) == 10_000


def _run(
    delivery: object, context: Context, capture: pytest.CaptureFixture[str], failing: str = ""
) -> tuple[Run, list[str]]:
    """What became of a delivery, and the lines that the function was called with; it fails on one of them."""
    seen: list[str] = []

    def function(line: Line, _context: Context) -> None:
        seen.append(line.text)
        if line.text == failing:
            raise ValueError

    return run(guarded(cloudwatch_logs(Line))(function), _event(delivery), context, capture), seen


def test_a_refused_line_is_set_aside(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    result, seen = _run(_delivery("one", "\x1b[2J", "two"), context, capfd)
    assert (result.error, result.value, seen) == (None, None, ["one", "two"])
    (message,) = QUEUE.messages
    place = {"log_group": "/ecs/shop", "log_stream": "web/[1]", "id": "1", "timestamp": 1767351600123}
    assert (message["place"], message["record"]["message"]) == (place, "\x1b[2J")
    assert [line["log_event_id"] for line in result.named("event_rejected")] == ["1"]


def test_an_error_brings_the_delivery_back_once_all_was_tried(
    context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """What it would set aside comes again too, and would be there twice."""
    result, seen = _run(_delivery("one", "two", "\x1b[2J", "three"), context, capfd, failing="one")
    assert str(result.error) == f"ValueError, correlation id {context.aws_request_id}"
    assert (seen, QUEUE.messages) == (["one", "two", "three"], [])


def test_what_cannot_be_set_aside_comes_again(
    context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QUEUE, "send_message_batch", lambda **_: {"Failed": [{"Id": "0"}]})
    result, _ = _run(_delivery("\x1b[2J", "one"), context, capfd)
    assert str(result.error) == f"NotSetAside, correlation id {context.aws_request_id}"


def test_a_bomb_takes_little_memory() -> None:
    """Also one whose values, not its bytes, are many."""
    wide = b'{"messageType": "DATA_MESSAGE", "logEvents": [' + b'{"a":{}},' * 700_000 + b"{}]}"
    for bomb in (bytes(200_000_000), wide):
        event = {"awslogs": {"data": base64.b64encode(gzip.compress(bomb, 1)).decode()}}
        tracemalloc.start()
        try:
            with pytest.raises(Rejected) as refused:
                cloudwatch_logs(Line).items(event)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert refused.value.stage == "size"
        assert peak < 40 * 1024 * 1024
