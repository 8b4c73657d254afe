"""Messages of a topic: whoever may publish there writes the message, its subject and its attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..asynchronous import FailsWhole, attribute, nested
from ..harness import Attack, Event, Model, Place, leaves, with_value


class Sns(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        message: Event = json.loads(sample["Records"][0]["Sns"]["Message"])
        return message

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(self.payload(sample)))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return self.body(sample, json.dumps(with_value(self.payload(sample), place, value)))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        if attribute(model, place):
            return None
        return self.body(sample, json.dumps({key: v for key, v in self.payload(sample).items() if key != place[0]}))

    def body(self, sample: Event, text: str) -> Event:
        return _with(sample, {"Message": text})

    def document(self, event: Any) -> Any:
        """A queue gets the message as SNS writes it, without Lambda's records around."""
        match event:
            case {"Records": [{"EventSource": "aws:sns", "Sns": document}]}:
                return document
        return None

    def event(self, document: Any) -> Event:
        return {"Records": [{"EventSource": "aws:sns", "Sns": document}]}

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, change in (
            ("subscription", "asks to confirm a subscription", "envelope", {"Type": "SubscriptionConfirmation"}),
            ("unsubscribed", "no message at all", "envelope", {"Type": "UnsubscribeConfirmation"}),
            ("type-null", "a message of no kind", "envelope", {"Type": None}),
            ("id-forged", "an id that would forge a line", "envelope", {"MessageId": "a\n{}"}),
            ("id-list", "a list for an id", "envelope", {"MessageId": ["a"]}),
            ("topic", "no topic", "envelope", {"TopicArn": "https://203.0.113.9/"}),
            ("topic-look-alike", "almost a topic", "envelope", {"TopicArn": "arn:aws:sns:eu-west-1:1:\u043erders"}),
            ("topic-newline", "forges a line", "envelope", {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:a\n"}),
            ("time-text", "no time", "envelope", {"Timestamp": "now"}),
            ("time-impossible", "a time that no calendar has", "envelope", {"Timestamp": "2026-13-45T25:61:61.000Z"}),
            ("message-null", "no message", "envelope", {"Message": None}),
            ("message-object", "a message that is no text", "envelope", {"Message": {"id": "a"}}),
            ("message-empty", "an empty message", "payload", {"Message": ""}),
            ("message-surrogate", "half a character", "payload", {"Message": '{"id": "\ud800"}'}),
            ("subject-large", "exhausts memory", "size", {"Subject": "x" * 2_000_000}),
            ("attributes-many", "exhausts memory", "size", {"MessageAttributes": {f"a{n}": {} for n in range(20_000)}}),
            ("attributes-deep", "exhausts the stack", "size", {"MessageAttributes": nested(1_000)}),
        ):
            yield Attack(f"sns-{name}", why, (stage,), partial(_with, sample, change))
        for name, why, stage, event in (
            ("source", "another service's record", "envelope", lambda: _record(sample, {"EventSource": "aws:sqs"})),
            ("no-source", "a record of nobody", "envelope", lambda: _record(sample, {"EventSource": None})),
            ("no-message", "a record without a message", "envelope", lambda: _record(sample, {"Sns": None})),
            ("no-event", "not an event at all", "envelope", lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", "envelope", dict),
            ("records-text", "records as text", "envelope", lambda: {"Records": "many"}),
            ("records-many", "more messages than come at once", "size", lambda: {"Records": [{}] * 100_000}),
            ("record-text", "a text for a record", "envelope", lambda: {"Records": ["text"]}),
        ):
            yield Attack(f"sns-{name}", why, (stage,), event)


CARRIER = Sns()


def _with(sample: Event, change: Event) -> Event:
    """The sample with a change of its message."""
    return _record(sample, {"Sns": {**sample["Records"][0]["Sns"], **change}})


def _record(sample: Event, change: Event) -> Event:
    return {"Records": [{**sample["Records"][0], **change}]}
