"""Scheduled events: the payload is the event's detail, with its id and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..asynchronous import ENVELOPE, FailsWhole, attribute, nested
from ..harness import Attack, Event, Model, Place, leaves, with_value

#: What the envelope gives to the payload.
GIVEN = ("id", "time")


class Schedule(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        detail: Event = sample.get("detail") or {}
        return detail

    def stage(self, place: Place) -> str:
        return "envelope" if place[0] in GIVEN else "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample))) if self.payload(sample) else {}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return with_value(sample, place if place[0] in GIVEN else ("detail", *place), value)

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        if place[0] in GIVEN:
            return {key: value for key, value in sample.items() if key != place[0]}
        if attribute(model, place):
            return None
        return {**sample, "detail": {key: v for key, v in self.payload(sample).items() if key != place[0]}}

    def body(self, sample: Event, text: str) -> Event:
        """EventBridge Scheduler sends the detail as JSON text."""
        return {**sample, "source": "aws.scheduler", "detail": text}

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, change in (
            ("source", "an event that anybody may put on a bus", "envelope", {"source": "my.app"}),
            ("source-look-alike", "almost the name of a service", "envelope", {"source": "aws.event\u0455"}),
            ("detail-type", "another kind of event", "envelope", {"detail-type": "EC2 Instance State-change"}),
            ("time-text", "no time", "envelope", {"time": "now"}),
            ("time-impossible", "a time that no calendar has", "envelope", {"time": "2026-13-45T25:61:61Z"}),
            ("time-number", "a number for a time", "envelope", {"time": 1767351600}),
            ("time-newline", "forges a line", "envelope", {"time": "2026-01-02T06:00:00Z\nx"}),
            ("id-forged", "an id that would forge a line", "envelope", {"id": "a\n{}"}),
            ("id-list", "a list for an id", "envelope", {"id": ["a"]}),
            ("detail-list", "a list for a detail", "envelope", {"detail": []}),
            ("detail-number", "a number for a detail", "envelope", {"detail": 1}),
            ("detail-id", "a detail that takes the event's own id", "payload", {"detail": {"id": "a"}}),
            ("detail-time", "a detail that takes the event's own time", "payload", {"detail": {"time": "now"}}),
            ("detail-unknown", "a field that nobody offered", "payload", {"detail": {"is_admin": True}}),
            ("detail-class", "means something to Python", "payload", {"detail": {"__class__": {}}}),
            ("detail-large", "exhausts memory", "size", {"detail": {"a": "x" * 2_000_000}}),
            ("detail-deep", "exhausts the stack", "size", {"detail": nested(1_000)}),
            ("detail-wide", "exhausts memory", "size", {"detail": {"a": [[]] * 50_000}}),
            ("resources-many", "exhausts memory", "size", {"resources": ["arn"] * 50_000}),
        ):
            yield Attack(f"schedule-{name}", why, (stage,), partial(_with, sample, change))
        yield Attack("schedule-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("schedule-empty", "an event without anything", ENVELOPE, dict)


CARRIER = Schedule()


def _with(sample: Event, change: Event) -> Event:
    return {**sample, **change}
