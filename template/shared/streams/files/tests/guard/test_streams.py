"""What streams set aside is in the queue of template.yaml, or comes again."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from {{ project.package }}.guard import Context, set_aside
from {{ project.package }}.guard.set_aside import SetAside

from .failure_queue import CLIENT
from .functions import FUNCTIONS
from .harness import Attack, Function, attacked

STREAMED = [function for function in FUNCTIONS if isinstance(function.handler().source.disposal, SetAside)]

each_function = pytest.mark.parametrize("function", STREAMED, ids=lambda function: function.module)


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    """The queue of template.yaml in place of the stand-in."""
    CLIENT.cache_clear()
    monkeypatch.setattr(set_aside, "client", CLIENT)


def _attack(function: Function) -> Attack:
    """Any that spares its neighbours."""
    attacks = function.carrier().own(function.model(), function.sample())
    return next(attack for attack in attacks if not attack.whole)


@pytest.mark.usefixtures("real")
@each_function
def test_the_queue_holds_what_was_refused(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILURES_QUEUE", _queue_of(function))
    attack = _attack(function)
    result = attacked(function, attack.event(), context, capfd)
    (message,) = boto3.client("sqs").receive_message(QueueUrl=_queue_of(function))["Messages"]
    body = json.loads(message["Body"])
    assert result.value == {"batchItemFailures": []}
    assert body["source"] == function.handler().source.name
    assert body["stage"] in attack.stages
    assert body["errors"]
    assert body["correlation_id"] == context.aws_request_id
    assert body["place"]
    assert body["record"] in _records(attack.event())


@pytest.mark.usefixtures("real")
@each_function
def test_what_the_queue_does_not_take_comes_again(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and the log says so in one clean line that raises the alarm for failures."""
    monkeypatch.setenv("FAILURES_QUEUE", _queue_of(function) + "-that-nobody-made")
    result = attacked(function, _attack(function).event(), context, capfd)
    assert result.error is None
    assert len(result.value["batchItemFailures"]) == 1
    assert result.calls == 2
    assert [line["message"] for line in result.lines] == ["event_rejected", "function_failed"]
    assert result.lines[1]["error"] == "QueueDoesNotExist"


def _queue_of(function: Function) -> str:
    urls = boto3.client("sqs").list_queues()["QueueUrls"]
    ending = f"-{function.module.replace('_', '-')}-failures"
    (url,) = [url for url in urls if url.endswith(ending)]
    return url


def _records(event: Any) -> list[Any]:
    found = event.get("Records") or [record for records in event["records"].values() for record in records]
    return list(found)
