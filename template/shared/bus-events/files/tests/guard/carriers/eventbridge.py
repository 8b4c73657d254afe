"""Events of a bus: whoever may put events there writes all but their id, account and region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..asynchronous import ENVELOPE, FailsWhole, attribute, nested, read_back
from ..harness import Attack, Event, Model, Place, leaves, with_value


class EventBridge(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        detail: Event = sample["detail"]
        return detail

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return with_value(sample, ("detail", *place), value)

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        if attribute(model, place):
            return None
        return {**sample, "detail": {key: v for key, v in self.payload(sample).items() if key != place[0]}}

    def body(self, sample: Event, text: str) -> Event | None:
        """A detail arrives as an object, read by then: what is hostile in its text alone does not get that far."""
        detail = read_back(text)
        return {**sample, "detail": detail} if isinstance(detail, dict) else None

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, change in (
            ("source", "an event that somebody else puts on the bus", "envelope", {"source": "attacker.app"}),
            ("source-aws", "no event of AWS", "envelope", {"source": "aws.never"}),
            ("source-look-alike", "almost the source", "envelope", {"source": sample["source"] + "\u200b"}),
            ("source-case", "almost the source", "envelope", {"source": sample["source"].upper() + "X"}),
            ("source-newline", "forges a line", "envelope", {"source": sample["source"] + "\n"}),
            ("source-list", "a list for a source", "envelope", {"source": [sample["source"]]}),
            ("source-null", "an event of nobody", "envelope", {"source": None}),
            ("detail-type-null", "an event of no kind", "envelope", {"detail-type": None}),
            ("id-forged", "an id that would forge a line", "envelope", {"id": "a\n{}"}),
            ("id-list", "a list for an id", "envelope", {"id": ["a"]}),
            ("account", "no account", "envelope", {"account": "$(id)"}),
            ("account-number", "an account without its zeros", "envelope", {"account": 1}),
            ("region", "no region", "envelope", {"region": "../eu-west-1"}),
            ("detail-text", "JSON as text", "envelope", {"detail": '{"id": "a"}'}),
            ("detail-null", "no detail", "envelope", {"detail": None}),
            ("detail-list", "a list for a detail", "envelope", {"detail": []}),
            ("detail-unknown", "a field that nobody offered", "payload", {"detail": {"is_admin": True}}),
            ("detail-class", "means something to Python", "payload", {"detail": {"__class__": {}}}),
            ("detail-large", "exhausts memory", "size", {"detail": {"a": "x" * 2_000_000}}),
            ("detail-deep", "exhausts the stack", "size", {"detail": nested(1_000)}),
            ("detail-wide", "exhausts memory", "size", {"detail": {"a": [[]] * 50_000}}),
            ("detail-nan", "what no bus delivers", "size", {"detail": {"a": float("nan")}}),
            ("resources-many", "exhausts memory", "size", {"resources": ["arn"] * 50_000}),
        ):
            yield Attack(f"eventbridge-{name}", why, (stage,), partial(_with, sample, change))
        yield Attack("eventbridge-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("eventbridge-empty", "an event without anything", ENVELOPE, dict)


CARRIER = EventBridge()


def _with(sample: Event, change: Event) -> Event:
    return {**sample, **change}
