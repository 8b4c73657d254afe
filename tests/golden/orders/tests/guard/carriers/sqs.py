"""Messages: the hostile one stands between two good ones, which must not notice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..harness import Attack, Event, Model, Place, Run, leaves, with_value

ENVELOPE = ("envelope",)
HOSTILE = "00000000-dead-beef-0000-000000000000"


class Sqs:
    #: SQS chooses a message's id; logs and answers name it.
    shown = frozenset({"messageId"})

    def payload(self, sample: Event) -> Event:
        body: Event = json.loads(sample["Records"][0]["body"])
        return body

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        return self.body(sample, json.dumps({key: v for key, v in self.payload(sample).items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        return _batch(sample, {"body": text})

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, change in (
            ("source", "another service's record", "envelope", {"eventSource": "aws:sns"}),
            ("no-source", "a record of nobody", "envelope", {"eventSource": None}),
            ("body-null", "no body", "envelope", {"body": None}),
            ("body-object", "a body that is no text", "envelope", {"body": {"id": "a"}}),
            ("body-empty", "an empty body", "payload", {"body": ""}),
            ("body-surrogate", "half a character", "payload", {"body": '{"id": "\ud800"}'}),
            ("attributes-large", "exhausts memory", "size", {"messageAttributes": {"a": "x" * 2_000_000}}),
            ("attributes-many", "exhausts memory", "size", {"messageAttributes": {f"a{n}": {} for n in range(20_000)}}),
            ("attributes-deep", "exhausts the stack", "size", {"messageAttributes": _nested(1_000)}),
            ("not-json", "what no queue delivers", "size", {"attributes": {"a": float("nan")}}),
        ):
            yield Attack(f"sqs-{name}", why, (stage,), partial(_batch, sample, change))
        for name, why, stage, event in (
            ("no-event", "not an event at all", "envelope", lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", "envelope", dict),
            ("records-text", "records as text", "envelope", lambda: {"Records": "many"}),
            ("records-many", "more records than a batch has", "size", lambda: {"Records": [{}] * 10_001}),
            ("record-text", "a record that cannot be named", "envelope", lambda: {"Records": ["text"]}),
            ("no-id", "a record that cannot be named", "envelope", lambda: {"Records": [{"body": "{}"}]}),
            ("id-forged", "an id that would forge a line", "envelope", lambda: {"Records": [{"messageId": "a\nb"}]}),
        ):
            yield Attack(f"sqs-{name}", why, (stage,), event, whole=True)

    def check_refused(self, run: Run, attack: Attack) -> None:
        if attack.whole:
            assert type(run.error).__name__ == "EventRejected"
            assert run.calls == 0, "the function was called"
            return
        assert run.error is None
        assert run.value == {"batchItemFailures": [{"itemIdentifier": HOSTILE}]}
        assert run.calls == 2, "the good messages beside the hostile one were not handled"

    def check_failed(self, run: Run) -> None:
        assert run.error is None
        assert run.value["batchItemFailures"], "the message must come again"


CARRIER = Sqs()


def _batch(sample: Event, change: dict[str, Any]) -> Event:
    good = sample["Records"][0]
    # In a FIFO queue what is behind it in its group must wait: its neighbours are in another.
    apart = {**good["attributes"], "MessageGroupId": "hostile"}
    hostile = {**good, "messageId": HOSTILE, "attributes": apart, **change}
    return {"Records": [{**good, "messageId": "before"}, hostile, {**good, "messageId": "after"}]}


def _nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value
