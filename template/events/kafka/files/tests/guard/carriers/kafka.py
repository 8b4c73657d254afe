"""Records of a Kafka topic."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from ..encoded import Encoded
from ..harness import Attack, Event, Model
from ..streams import ENVELOPE, SIZE, Stream, nested


class Kafka(Encoded, Stream):
    """The value of a record is the payload."""

    def batch(self, sample: Event, *hostile: object) -> Event:
        partition, good = _first(sample)
        return {**sample, "records": {partition: [{**good, "offset": 1}, *hostile, {**good, "offset": 9}]}}

    def encoded(self, sample: Event) -> str:
        value: str = _first(sample)[1]["value"]
        return value

    def with_encoded(self, sample: Event, value: object) -> Event:
        return self._with(sample, {"value": value})

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from super().own(model, sample)
        for name, why, stages, change in (
            ("topic-other", "another topic's record among this one's", ENVELOPE, {"topic": "other"}),
            ("topic-forged", "a topic that would forge a line", ENVELOPE, {"topic": "a\n{}"}),
            ("topic-path", "a topic that leads elsewhere", ENVELOPE, {"topic": "../../etc"}),
            ("partition-other", "another partition's record among this one's", ENVELOPE, {"partition": 7}),
            ("partition-text", "text for a number", ENVELOPE, {"partition": "0"}),
            ("offset-text", "a record that cannot be named", ENVELOPE, {"offset": "5\n{}"}),
            ("offset-below", "an offset before the first", ENVELOPE, {"offset": -1}),
            ("offset-large", "a number that no machine type holds", ENVELOPE, {"offset": 10**400}),
            ("offset-true", "true is 1 in a comparison", ENVELOPE, {"offset": True}),
            ("no-offset", "a record that cannot be named", ENVELOPE, {"offset": None}),
            ("timestamp-far", "a time that no calendar has", ENVELOPE, {"timestamp": 10**18}),
            ("timestamp-text", "text for a time", ENVELOPE, {"timestamp": "now"}),
            ("large", "exhausts memory", SIZE, {"key": "A" * 3_000_000}),
            ("many", "exhausts memory", SIZE, {"more": [{}] * 50_000}),
            ("deep", "exhausts the stack", SIZE, {"more": nested(1_000)}),
            ("not-json", "what no broker delivers", SIZE, {"more": float("nan")}),
        ):
            yield Attack(f"kafka-{name}", why, stages, partial(self._with, sample, change))
        yield Attack("kafka-record-text", "no record at all", ENVELOPE, partial(self.batch, sample, "text"))
        yield Attack("kafka-record-list", "no record at all", ENVELOPE, partial(self.batch, sample, [["a"]]))
        for name, why, stages, event in (
            ("no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", ENVELOPE, dict),
            ("source", "another service's event", ENVELOPE, lambda: {**sample, "eventSource": "aws:kinesis"}),
            ("records-list", "records without a partition", ENVELOPE, lambda: {**sample, "records": [{}]}),
            ("partition-object", "an object for records", ENVELOPE, lambda: {**sample, "records": {"a-0": {}}}),
            ("records-many", "more records than a batch has", SIZE, lambda: _many(sample, {"a-0": [{}] * 10_001})),
            ("partitions", "more partitions than a batch has", SIZE, lambda: _many(sample, _partitions(10_001))),
        ):
            yield Attack(f"kafka-{name}", why, stages, event, whole=True)

    def _with(self, sample: Event, change: Event) -> Event:
        return self.batch(sample, {**_first(sample)[1], "offset": 5, **change})


CARRIER = Kafka()


def _first(sample: Event) -> tuple[str, Event]:
    partition = next(iter(sample["records"]))
    return partition, sample["records"][partition][0]


def _many(sample: Event, records: dict[str, list[Any]]) -> Event:
    return {**sample, "records": records}


def _partitions(count: int) -> dict[str, list[Any]]:
    return {f"a-{number}": [] for number in range(count)}
