"""Messages of MQTT topics: whoever may publish writes the bytes, and chooses the topic and a client id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..asynchronous import FailsWhole, nested
from ..encoded import ENVELOPE, SIZE, Encoded
from ..harness import Attack, Event, Model


class Iot(Encoded, FailsWhole):
    """The message is the payload."""

    shown: frozenset[str] = frozenset()

    def encoded(self, sample: Event) -> str:
        data: str = sample["data"]
        return data

    def with_encoded(self, sample: Event, value: object) -> Event:
        return {**sample, "data": value}

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from super().own(model, sample)
        topic = sample["topic"]
        for name, why, value in (
            ("other", "a topic that nobody asked for, by Basic Ingest", "attacker/" + "x/" * 9),
            ("before", "a topic that only ends as it should", "attacker/" * 9 + topic),
            ("traversal", "leads elsewhere, where it becomes a path", topic + "/../../admin"),
            ("dots", "leads elsewhere, where it becomes a path", topic.replace("sensor-7", "..")),
            ("dot", "leads nowhere, where it becomes a path", "./" + topic),
            ("deep", "more levels than there are", topic + "/a" * 8),
            ("wildcard", "a filter, where a topic is meant", topic + "/#"),
            ("wildcard-level", "a filter, where a topic is meant", topic.replace("sensor-7", "+")),
            ("reserved", "speaks for AWS IoT itself", "$aws/things/sensor-7/shadow/update/accepted"),
            ("newline", "adds a line to the log", topic + "\n"),
            ("log-forging", "adds a line to the log", topic.replace("sensor-7", 'x\n{"level":"INFO"}')),
            ("escape", "drives the terminal of whoever prints it", topic + "\x1b[2J"),
            ("nul", "ends the string for code written in C", topic + "\x00"),
            ("bidi", "shows another topic than it is", topic + "\u202e"),
            ("zero-width", "equals another topic to the eye only", topic + "\u200b"),
            ("surrogate", "half a character: encoding it raises", topic + "\ud800"),
            ("long", "longer than any topic", topic + "a" * 1_000),
            ("list", "the levels of a topic", [topic]),
            ("null", "a message without a topic", None),
        ):
            if value != topic and not (name == "reserved" and topic.startswith("$")):
                yield Attack(f"topic-{name}", why, ENVELOPE, partial(_with, sample, {"topic": value}))
        for name, why, stages, change in (
            ("client-forged", "a client id that would forge a line", ENVELOPE, {"client": "a\n{}"}),
            ("client-escape", "a client id that drives a terminal", ENVELOPE, {"client": "\x1b]0;owned\x07"}),
            ("client-long", "a client id that fills the log", ENVELOPE, {"client": "a" * 5_000}),
            ("client-object", "a query operator for a client id", ENVELOPE, {"client": {"$ne": None}}),
            ("principal-number", "a number for a principal", ENVELOPE, {"principal": 1}),
            ("principal-bidi", "shows another principal than it is", ENVELOPE, {"principal": "\u2066admin\u2069"}),
            ("received-text", "text for a time", ENVELOPE, {"received": "1767351600123"}),
            ("received-far", "a time that no calendar has", ENVELOPE, {"received": 10**18}),
            ("received-below", "a time before all time", ENVELOPE, {"received": -1}),
            ("trace-forged", "an id that would forge a line", ENVELOPE, {"trace": "a\n{}"}),
            ("no-data", "a message without bytes", ENVELOPE, {"data": None}),
            ("more-deep", "exhausts the stack", SIZE, {"more": nested(1_000)}),
            ("more-wide", "exhausts memory", SIZE, {"more": [[]] * 50_000}),
            ("more-large", "exhausts memory", SIZE, {"more": "x" * 2_000_000}),
        ):
            yield Attack(f"iot-{name}", why, stages, partial(_with, sample, change))
        yield Attack("iot-no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"])
        yield Attack("iot-empty", "an event without anything", ENVELOPE, dict)
        yield Attack("iot-json", "a rule that reads the message itself", ENVELOPE, lambda: self.payload(sample))


CARRIER = Iot()


def _with(sample: Event, change: Event) -> Event:
    return {**sample, **change}
