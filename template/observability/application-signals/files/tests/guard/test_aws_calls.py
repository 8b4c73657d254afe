"""What a span of a call of AWS may say, whatever OpenTelemetry's instrumentation tells it; here, stand-ins tell it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from {{ project.package }}.guard.aws_calls import Calls

CANARY = "canary7d1f0c2e5b"


class Recording:
    """A provider, a tracer and a span in one, which keeps what it is told."""

    def __init__(self) -> None:
        self.told: dict[str, object] = {}
        self.options: dict[str, object] = {}
        self.status: object = None

    def get_tracer(self, *_: object) -> Recording:
        return self

    @contextmanager
    def start_as_current_span(
        self, _name: str, *, attributes: Mapping[str, object], **options: object
    ) -> Iterator[Any]:
        self.told |= attributes
        self.options = options
        yield self

    def set_attribute(self, key: str, value: object) -> None:
        self.told[key] = value

    def set_status(self, status: object) -> None:
        self.status = status


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    trace = ModuleType("opentelemetry.trace")
    trace.StatusCode = type("StatusCode", (), {"ERROR": "error"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opentelemetry", ModuleType("opentelemetry"))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    return Recording()


def _call(recording: Recording, attributes: Mapping[str, object], later: Mapping[str, object], error: str = "") -> None:
    tracer = Calls(recording).get_tracer("botocore")
    with tracer.start_as_current_span("SQS.SendMessage", kind=3, attributes=attributes) as call:
        call.set_attributes(later)
        if error:
            raise ValueError(error)


def test_names_of_operations_and_resources_are_told_and_nothing_else(recording: Recording) -> None:
    told = {"rpc.method": "SendMessage", "aws.sqs.queue.url": "https://sqs/parcels"}
    _call(recording, {**told, "messaging.message": CANARY}, {"http.status_code": 200, "aws.answer": CANARY})
    assert recording.told == {**told, "http.status_code": 200}
    assert recording.status is None


def test_an_error_is_told_by_its_type(recording: Recording) -> None:
    with pytest.raises(ValueError, match=CANARY):
        _call(recording, {"rpc.method": "SendMessage"}, {}, error=CANARY)
    assert recording.told == {"rpc.method": "SendMessage", "error.type": "ValueError"}
    assert recording.status == "error"
    assert (recording.options["record_exception"], recording.options["set_status_on_exception"]) == (False, False)
