"""Records of a Kinesis data stream."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..encoded import Encoded
from ..harness import Attack, Event, Model
from ..streams import ENVELOPE, SIZE, Stream, nested


class Kinesis(Encoded, Stream):
    """The data of a record is the payload."""

    def batch(self, sample: Event, *hostile: object) -> Event:
        good = sample["Records"][0]
        return {"Records": [_numbered(good, 1), *hostile, _numbered(good, 9)]}

    def encoded(self, sample: Event) -> str:
        data: str = sample["Records"][0]["kinesis"]["data"]
        return data

    def with_encoded(self, sample: Event, value: object) -> Event:
        return self._with(sample, {"data": value})

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from super().own(model, sample)
        record = sample["Records"][0]
        for name, why, stages, change in (
            ("source", "another service's record", ENVELOPE, {"eventSource": "aws:sqs"}),
            ("no-source", "a record of nobody", ENVELOPE, {"eventSource": None}),
            ("stream-forged", "a stream's name that would forge a line", ENVELOPE, {"eventSourceARN": "arn:a\nb"}),
            ("kinesis-list", "a list for a record", ENVELOPE, {"kinesis": [record["kinesis"]]}),
            ("kinesis-empty", "a record without data", ENVELOPE, {"kinesis": {}}),
            ("large", "exhausts memory", SIZE, {"awsRegion": "x" * 3_000_000}),
            ("many", "exhausts memory", SIZE, {"more": [{}] * 50_000}),
            ("deep", "exhausts the stack", SIZE, {"more": nested(1_000)}),
            ("not-json", "what no stream delivers", SIZE, {"more": float("nan")}),
        ):
            yield Attack(f"kinesis-{name}", why, stages, partial(self.batch, sample, {**record, **change}))
        for name, why, inner in (
            ("number-forged", "a sequence number that would forge a line", {"sequenceNumber": "1\n{}"}),
            ("number-int", "a sequence number that is none", {"sequenceNumber": 1}),
            ("number-long", "a sequence number that fills the log", {"sequenceNumber": "1" * 5_000}),
            ("no-number", "a record that cannot be named", {"sequenceNumber": None}),
            ("arrived-far", "a time that no calendar has", {"approximateArrivalTimestamp": 1e300}),
            ("arrived-before", "a time before all time", {"approximateArrivalTimestamp": -1e18}),
            ("arrived-text", "text for a time", {"approximateArrivalTimestamp": "now"}),
        ):
            yield Attack(f"kinesis-{name}", why, ENVELOPE, partial(self._with, sample, inner))
        for name, why, stages, event in (
            ("no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", ENVELOPE, dict),
            ("records-text", "records as text", ENVELOPE, lambda: {"Records": "many"}),
            ("records-many", "more records than a batch has", SIZE, lambda: {"Records": [{}] * 10_001}),
        ):
            yield Attack(f"kinesis-{name}", why, stages, event, whole=True)
        yield Attack("kinesis-record-text", "no record at all", ENVELOPE, partial(self.batch, sample, "text"))

    def _with(self, sample: Event, change: Event) -> Event:
        record = sample["Records"][0]
        return self.batch(sample, {**record, "kinesis": {**record["kinesis"], "sequenceNumber": "5", **change}})


CARRIER = Kinesis()


def _numbered(record: Event, number: int) -> Event:
    return {**record, "kinesis": {**record["kinesis"], "sequenceNumber": str(number)}}
