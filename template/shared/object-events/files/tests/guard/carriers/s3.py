"""Objects of a bucket: whoever may write there chooses the key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from ..asynchronous import FailsWhole, attribute, nested
from ..harness import Attack, Event, Model, Place, with_value

#: Where an event has what a model may ask for by name; nobody writes an `id`, which is made of the rest.
PLACES: Mapping[str, Place] = {
    "bucket": ("s3", "bucket", "name"),
    "etag": ("s3", "object", "eTag"),
    "event_name": ("eventName",),
    "key": ("s3", "object", "key"),
    "sequencer": ("s3", "object", "sequencer"),
    "size": ("s3", "object", "size"),
    "time": ("eventTime",),
    "version_id": ("s3", "object", "versionId"),
}
#: Absent from some events, and so nothing to be surprised at.
SPARE = frozenset({"etag", "sequencer", "size", "version_id"})


class S3(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        return {}

    def stage(self, place: Place) -> str:
        return "payload" if place == ("key",) else "envelope"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return {("key",): unquote_plus(sample["Records"][0]["s3"]["object"]["key"])}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        name = attribute(model, place) or str(place[0])
        if name not in PLACES or len(place) > 1 or (value is None and name in SPARE):
            return None
        if name == "key":
            if not isinstance(value, str):
                return None
            value = quote_plus(value, errors="surrogatepass")
        return _with(sample, {PLACES[name]: value})

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        return None

    def body(self, sample: Event, text: str) -> Event | None:
        return None

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, change in (
            ("key-escaped", "a command once it is decoded again", "payload", {"key": "a%2524%2528id%2529"}),
            ("key-escaped-twice", "leaves the folder once it is decoded again", "payload", {"key": "%252e%252e%252fa"}),
            ("key-escaped-traversal", "leaves the folder", "payload", {"key": "%2e%2e%2f%2e%2e%2fetc%2fpasswd"}),
            ("key-segment", "leaves the folder in the middle", "payload", {"key": "a/../../b"}),
            ("key-dot", "the folder itself", "payload", {"key": "a/./b"}),
            ("key-double-slash", "two names of one file", "payload", {"key": "a//b"}),
            ("key-absolute", "names a file", "payload", {"key": "/etc/passwd"}),
            ("key-backslash", "leaves the folder elsewhere", "payload", {"key": "a%5C..%5Cb"}),
            ("key-command", "runs a command", "payload", {"key": "%24%28touch+%2Ftmp%2Fowned%29.png"}),
            ("key-option", "becomes an option of a command", "payload", {"key": "--checkpoint-action%3Dexec%3Dsh"}),
            ("key-nul", "ends the string for code written in C", "payload", {"key": "report.pdf%00.exe"}),
            ("key-newline", "forges a line", "payload", {"key": "a%0A%7B%22level%22%3A%22INFO%22%7D"}),
            ("key-bidi", "shows another name than it has", "payload", {"key": "invoice%E2%80%AEfdp.exe"}),
            ("key-latin", "no UTF-8", "payload", {"key": "caf%E9"}),
            ("key-overlong", "a slash in two bytes", "payload", {"key": "a%C0%AFb"}),
            ("key-surrogate", "half a character", "payload", {"key": "a%ED%A0%80"}),
            ("key-long", "longer than a key may be", "payload", {"key": "a" * 1_025}),
            ("key-empty", "no key", "payload", {"key": ""}),
            ("key-huge", "exhausts memory", "size", {"key": "a" * 10_000_000}),
            ("key-list", "a list for a key", "envelope", {"key": ["a"]}),
            ("key-operator", "a query operator in place of a key", "envelope", {"key": {"$ne": None}}),
            ("key-number", "a number for a key", "envelope", {"key": 10**400}),
            ("key-null", "no key", "envelope", {"key": None}),
            ("bucket", "no bucket", "envelope", {"bucket": "../other"}),
            ("bucket-look-alike", "almost a bucket", "envelope", {"bucket": "upl\u043eads"}),
            ("bucket-object", "an object for a bucket", "envelope", {"bucket": {"$ne": None}}),
            ("name", "nothing that happens", "envelope", {"event_name": "ObjectCreated:Put\n"}),
            ("name-text", "nothing that happens", "envelope", {"event_name": "$(id)"}),
            ("size-negative", "less than nothing", "envelope", {"size": -1}),
            ("size-text", "a text for a number", "envelope", {"size": "1 OR 1=1"}),
            ("size-huge", "a number that no machine type holds", "envelope", {"size": 10**400}),
            ("etag", "no entity tag", "envelope", {"etag": '"><script>'}),
            ("version", "no version", "envelope", {"version_id": "../../x"}),
            ("sequencer", "no sequence", "envelope", {"sequencer": "$(id)"}),
            ("time-text", "no time", "envelope", {"time": "now"}),
            ("time-impossible", "a time that no calendar has", "envelope", {"time": "2026-13-45T25:61:61.000Z"}),
        ):
            changes = {PLACES[key]: value for key, value in change.items()}
            yield Attack(f"s3-{name}", why, (stage,), partial(_with, sample, changes))
        record = sample["Records"][0]
        for name, why, stage, event in (
            ("source", "another service's record", "envelope", lambda: _with(sample, {("eventSource",): "aws:sqs"})),
            ("no-source", "a record of nobody", "envelope", lambda: _with(sample, {("eventSource",): None})),
            ("no-object", "nothing that it happened to", "envelope", lambda: _with(sample, {("s3", "object"): None})),
            ("deep", "exhausts the stack", "size", lambda: _with(sample, {("userIdentity",): nested(1_000)})),
            ("test-event", "almost the event that says nothing", "envelope", lambda: {"Event": "s3:TestEvent"}),
            ("one-bad", "a good record before a bad one", "envelope", lambda: {"Records": [record, {}]}),
            ("no-event", "not an event at all", "envelope", lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", "envelope", dict),
            ("records-text", "records as text", "envelope", lambda: {"Records": "many"}),
            ("records-many", "more records than come at once", "size", lambda: {"Records": [record] * 100_000}),
        ):
            yield Attack(f"s3-{name}", why, (stage,), event)


CARRIER = S3()


def _with(sample: Event, changes: Mapping[Place, Any]) -> Event:
    """The sample with changes of its record."""
    record = sample["Records"][0]
    for place, value in changes.items():
        record = with_value(record, place, value)
    return {"Records": [record]}
