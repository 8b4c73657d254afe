"""Records on their way through Data Firehose."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..encoded import ENVELOPE, SIZE, Encoded
from ..harness import Attack, Event, Model, Run


class Firehose(Encoded):
    """The data of a record is the payload; the hostile one stands between two good ones, which must not notice."""

    shown = frozenset({"recordId"})

    def encoded(self, sample: Event) -> str:
        data: str = sample["records"][0]["data"]
        return data

    def with_encoded(self, sample: Event, value: object) -> Event:
        return _with(sample, {"data": value})

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from super().own(model, sample)
        deep: Event = {}
        for _ in range(1_000):
            deep = {"a": deep}
        for name, why, stages, change in (
            ("no-data", "a record without data", ENVELOPE, {"data": None}),
            ("arrived-far", "a time that no calendar has", ENVELOPE, {"approximateArrivalTimestamp": 10**18}),
            ("arrived-below", "a time before all time", ENVELOPE, {"approximateArrivalTimestamp": -1}),
            ("arrived-text", "text for a time", ENVELOPE, {"approximateArrivalTimestamp": "now"}),
            ("large", "exhausts memory", SIZE, {"more": "x" * 3_000_000}),
            ("many", "exhausts memory", SIZE, {"more": [{}] * 50_000}),
            ("deep", "exhausts the stack", SIZE, {"more": deep}),
            ("not-json", "what Firehose never sends", SIZE, {"more": float("nan")}),
        ):
            yield Attack(f"firehose-{name}", why, stages, partial(_with, sample, change))
        for name, why, stages, event in (
            ("no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", ENVELOPE, dict),
            ("records-text", "records as text", ENVELOPE, lambda: {**sample, "records": "many"}),
            ("records-many", "more records than an event holds", SIZE, lambda: {**sample, "records": [{}] * 50_001}),
            ("record-text", "no record at all", ENVELOPE, lambda: {**sample, "records": ["text"]}),
            ("id-forged", "an id that would forge a line", ENVELOPE, lambda: _with(sample, {"recordId": "1\n{}"})),
            ("id-number", "an id that is none", ENVELOPE, lambda: _with(sample, {"recordId": 1})),
            ("id-long", "an id that fills the log", ENVELOPE, lambda: _with(sample, {"recordId": "1" * 5_000})),
            ("no-id", "a record that cannot be answered", ENVELOPE, lambda: _with(sample, {"recordId": None})),
            ("stream-forged", "a name that would forge a line", ENVELOPE, lambda: _from(sample, "arn:a\n{}")),
            ("stream-list", "a list for a name", ENVELOPE, lambda: _from(sample, ["arn:aws:firehose"])),
        ):
            yield Attack(f"firehose-{name}", why, stages, event, whole=True)

    def check_refused(self, run: Run, attack: Attack) -> None:
        if attack.whole:
            assert type(run.error).__name__ == "EventRejected"
            assert run.calls == 0, "the function was called"
            return
        assert run.error is None
        results = [(answer["recordId"], answer["result"]) for answer in run.value["records"]]
        assert results[0::2] == [("1", "Dropped"), ("9", "Dropped")], "the good records did not go their way"
        assert results[1] == ("5", "ProcessingFailed"), "the hostile record is not marked"
        assert run.calls >= 2, "the good records beside the hostile one were not handled"

    def check_failed(self, run: Run) -> None:
        assert run.error is None
        assert {answer["result"] for answer in run.value["records"]} == {"ProcessingFailed"}
        assert all(answer["data"] for answer in run.value["records"]), "nothing is kept of what was sent"


CARRIER = Firehose()


def _with(sample: Event, change: Event) -> Event:
    """Three records, of which the second has a change."""
    good = sample["records"][0]
    first, last = {**good, "recordId": "1"}, {**good, "recordId": "9"}
    return {**sample, "records": [first, {**good, "recordId": "5", **change}, last]}


def _from(sample: Event, stream: object) -> Event:
    return {**_with(sample, {}), "deliveryStreamArn": stream}
