"""Every record is answered, and what a function returns is what is delivered."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from {{ project.package }}.guard import Context, Ident, Payload, guarded
from {{ project.package }}.guard.sources.firehose import firehose

from .harness import Run, run


class Click(Payload):
    id: Ident


def _data(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


def _event(*values: object) -> dict[str, Any]:
    return {
        "invocationId": "7f3c2a90",
        "deliveryStreamArn": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/clicks",
        "region": "eu-west-1",
        "records": [{"recordId": str(number), "data": _data(value)} for number, value in enumerate(values)],
    }


def _run(
    returned: object, context: Context, capture: pytest.CaptureFixture[str], *values: object
) -> tuple[Run, list[str]]:
    """What became of records, and the results of the answer; the function returns `returned`, or raises it."""

    def function(_event: Click, _context: Context) -> object:
        if isinstance(returned, Exception):
            raise returned
        return returned

    result = run(guarded(firehose(Click))(function), _event(*values), context, capture)
    return result, [answer["result"] for answer in result.value["records"]]


@pytest.mark.parametrize(
    ("returned", "delivered"),
    [
        (Click(id="a"), b'{"id":"a"}\n'),
        ({"id": "a", "text": "one\ntwo"}, b'{"id":"a","text":"one\\ntwo"}\n'),
        ("one\ntwo", b'"one\\ntwo"\n'),
        (float("nan"), b"null\n"),
        (b"a,b\r\n", b"a,b\r\n"),
    ],
    ids=["model", "object", "text", "nan", "bytes"],
)
def test_what_is_returned_is_delivered(
    returned: object, delivered: bytes, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only bytes can hold another line."""
    result, results = _run(returned, context, capfd, {"id": "a"})
    assert results == ["Ok"]
    assert base64.b64decode(result.value["records"][0]["data"]) == delivered


def test_nothing_drops_the_record(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    result, _ = _run(None, context, capfd, {"id": "a"})
    assert result.value == {"records": [{"recordId": "0", "result": "Dropped"}]}


@pytest.mark.parametrize("returned", [ValueError(), object()], ids=["error", "no JSON"])
def test_what_failed_is_kept_as_it_was_sent(
    returned: object, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    result, results = _run(returned, context, capfd, {"id": "a"}, {"id": "b"})
    assert results == ["ProcessingFailed", "ProcessingFailed"]
    assert [answer["data"] for answer in result.value["records"]] == [_data({"id": "a"}), _data({"id": "b"})]
    assert len(result.named("function_failed")) == 2


def test_records_are_answered_in_their_order(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    values = [{"id": "a"}, {"id": "$(id)"}, {"id": "b"}, "text"]
    result, results = _run(b"", context, capfd, *values)
    assert results == ["Ok", "ProcessingFailed", "Ok", "ProcessingFailed"]
    assert [answer["recordId"] for answer in result.value["records"]] == ["0", "1", "2", "3"]
    assert [line["record_id"] for line in result.named("event_rejected")] == ["1", "3"]


def test_an_answer_is_no_larger_than_lambda_takes(context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    """What is left over is kept as it was sent, and raises the alarm; a refused record takes no room from others."""
    refused = {"id": "$" * 1_000_000}
    result, results = _run(b"x" * 1_400_000, context, capfd, refused, *[{"id": "a"}] * 5)
    assert results == ["ProcessingFailed", "Ok", "Ok", "Ok", "ProcessingFailed", "ProcessingFailed"]
    assert len(json.dumps(result.value)) < 6_000_000
    assert [line["error"] for line in result.named("function_failed")] == ["AnswerTooLarge"] * 2
