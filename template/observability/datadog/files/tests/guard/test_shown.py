"""What may go to Datadog, whatever its library has written into a span; a stand-in is in the place of the library."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from {{ project.package }}.guard.shown import Shown

CANARY = "canary7d1f0c2e5b"


@dataclass
class Span:
    """What the processor uses of a span."""

    name: str
    resource: str
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)

    def get_tags(self) -> dict[str, str]:
        return dict(self.tags)

    def get_tag(self, name: str) -> str | None:
        return self.tags.get(name)

    def remove_tag(self, name: str) -> None:
        del self.tags[name]

    def get_metrics(self) -> dict[str, float]:
        return dict(self.metrics)

    def remove_metric(self, name: str) -> None:
        del self.metrics[name]


@pytest.mark.parametrize(
    "name",
    ["http.url", "http.useragent", "http.query.string", "out.host", "sql.query", "error.message", "error.stack", "x"],
)
def test_a_tag_that_is_not_named_goes_no_further(name: str) -> None:
    span = Span("requests.request", f"GET /{CANARY}", {"component": "requests", name: CANARY}, {f"{name}.size": 7})
    assert Shown().process_trace([span]) == [span]
    assert span == Span("requests.request", "requests.request", {"component": "requests"})


def test_what_is_guards_own_and_names_of_aws_stay() -> None:
    tags = {"component": "botocore", "queuename": "inbox", "app.id": "a-1", "_dd.origin": "lambda"}
    span = Span("sqs.command", "sqs.sendmessage", dict(tags), {"app.size": 1, "_dd.measured": 1})
    Shown().process_trace([span])
    assert span == Span("sqs.command", "sqs.sendmessage", tags, {"app.size": 1, "_dd.measured": 1})


def test_a_trace_that_cannot_be_judged_is_not_sent() -> None:
    assert Shown().process_trace([Span("a", "a"), object()]) is None
