"""Items as DynamoDB writes them, and the models that take them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import AwareDatetime, Field

from {{ project.package }}.guard import Ident, Line, Payload
from {{ project.package }}.guard.origin import Attribute
from {{ project.package }}.guard.rejection import Rejected
from {{ project.package }}.guard.sources.dynamodb_stream import Change, Number, Typed, as_json, dynamodb_stream

STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-02T06:00:00.000"
KEY: Typed = {"id": {"S": "a1"}}
ITEM: Typed = {**KEY, "amount": {"N": "12.50"}}


class Order(Payload):
    """An item."""

    id: Ident
    amount: Decimal | None = None


class Key(Payload):
    """What an item is found by."""

    id: Ident


class Everything(Change[Order]):
    """All that a stream says."""

    keys: Key
    number: Annotated[Ident, Attribute("sequence_number")]
    changed: Annotated[AwareDatetime, Attribute()]
    expired: Annotated[bool, Attribute()]
    stream: Annotated[Line, Attribute()]


def _record(event_name: str, images: Typed, **more: object) -> dict[str, Any]:
    change = {"Keys": KEY, "SequenceNumber": "111", "ApproximateCreationDateTime": 1767351600, **images}
    source = {"eventSource": "aws:dynamodb", "eventSourceARN": STREAM}
    return {"eventName": event_name, "dynamodb": change, **source, **more}


def _read(model: type[Payload], event_name: str, images: Typed, **more: object) -> list[Payload]:
    (item,) = dynamodb_stream(model).items({"Records": [_record(event_name, images, **more)]})
    return list(item.parse())


def test_a_function_gets_what_was_written() -> None:
    written = Order(id="a1", amount=Decimal("12.50"))
    for event_name in ("INSERT", "MODIFY"):
        assert _read(Order, event_name, {"NewImage": ITEM, "OldImage": KEY}) == [written]


def test_a_view_without_images_gives_the_key() -> None:
    assert _read(Order, "INSERT", {}) == [Order(id="a1")]


def test_what_is_deleted_calls_nothing() -> None:
    assert _read(Order, "REMOVE", {"OldImage": ITEM}) == []


def test_a_change_has_the_item_before_and_after() -> None:
    old = {"id": "a1", "amount": None}
    new = {"id": "a1", "amount": Decimal("12.50")}
    for event_name, images, before, after in (
        ("INSERT", {"NewImage": ITEM}, None, new),
        ("MODIFY", {"NewImage": ITEM, "OldImage": KEY}, old, new),
        ("REMOVE", {"OldImage": KEY}, old, None),
        ("REMOVE", {}, None, None),
    ):
        (change,) = _read(Change[Order], event_name, images)
        assert change.model_dump() == {"event_name": event_name, "new": after, "old": before}


def test_a_change_says_what_its_model_asks_for() -> None:
    by_dynamodb = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    for user, expired in ((by_dynamodb, True), (None, False), ({"type": "User", "principalId": "AIDA"}, False)):
        (change,) = _read(Everything, "REMOVE", {"OldImage": ITEM}, userIdentity=user)
        assert isinstance(change, Everything)
        assert (change.keys, change.number, change.expired, change.stream) == (Key(id="a1"), "111", expired, STREAM)
        assert change.changed.isoformat() == "2026-01-02T11:00:00+00:00"


def test_an_image_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(Rejected):
        _read(Change[Order], "MODIFY", {"NewImage": ITEM, "OldImage": {**KEY, "is_admin": {"BOOL": True}}})


def test_every_type_becomes_json() -> None:
    item: Typed = {
        "text": {"S": 'a"b'},
        "binary": {"B": "AAEC"},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "set": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "-2.5"]},
        "bytes": {"BS": ["AA=="]},
        "empty": {"M": {}},
        "none": {"L": []},
        "nested": {"L": [{"M": {"a": {"L": [{"N": "1"}, {"M": {"b": {"S": ""}}}]}}}, {"S": "c"}]},
    }
    assert json.loads(as_json(item)) == {
        "text": 'a"b',
        "binary": "AAEC",
        "yes": True,
        "nothing": None,
        "set": ["a", "b"],
        "numbers": [1, -2.5],
        "bytes": ["AA=="],
        "empty": {},
        "none": [],
        "nested": [{"a": [1, {"b": ""}]}, "c"],
    }


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("0", "0"),
        ("-0", "-0"),
        ("12.50", "12.50"),
        ("1E+2", "100"),
        ("1.0", "1"),
        ("-1.5e-3", "-0.0015"),
        ("9" * 38, "9" * 38),
        ("9.9999999999999999999999999999999999999E+125", "9" * 38 + "0" * 88),
        ("0.1", "0.1"),
        # Text, so that no digit is lost: a Decimal takes it.
        ("0.1000000000000000000000000000000000001", '"0.1000000000000000000000000000000000001"'),
        ("1E-130", "0." + "0" * 129 + "1"),
    ],
)
def test_a_number_keeps_its_value(number: str, written: str) -> None:
    assert as_json({"n": {"N": number}}) == f'{{ '{{' }}"n":{written}{{ '}}' }}'


class Exact(Payload):
    """A number of any length."""

    amount: Annotated[Decimal, Field(max_digits=38)]


def test_a_decimal_has_every_digit() -> None:
    for digits in ("0.1000000000000000000000000000000000001", "12345678901234567890123456789012345678", "12.5", "-3"):
        (payload,) = _read(Exact, "INSERT", {"NewImage": {"amount": {"N": digits}}})
        assert isinstance(payload, Exact)
        assert payload.amount == Decimal(digits)


class Any38(Payload):
    """Every number of DynamoDB."""

    amount: Number


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("digits", ["1", "9" * 38, "1" * 37, "12345678901234567890123456789012345678"])
@pytest.mark.parametrize("exponent", [-130, -129, -38, -1, 0, 1, 88, 125])
def test_a_number_takes_all_that_dynamodb_holds(sign: str, digits: str, exponent: int) -> None:
    written = Decimal(f"{sign}{digits}E{exponent + 1 - len(digits)}")
    for text in (str(written), format(written, "f")):
        (payload,) = _read(Any38, "INSERT", {"NewImage": {"amount": {"N": text}}})
        assert isinstance(payload, Any38)
        assert payload.amount == written


def test_no_number_is_as_large_as_text_can_make_it() -> None:
    for text in ("1E+126", "1E-131", "1E+999", "1" * 39):
        with pytest.raises(Rejected):
            _read(Any38, "INSERT", {"NewImage": {"amount": {"N": text}}})
    for value in ("1E+999999999", "1E-999999999", "1E+500", "NaN", "Infinity"):
        with pytest.raises(Rejected):
            _read(Any38, "INSERT", {"NewImage": {"amount": {"S": value}}})


def test_the_walk_is_not_the_stacks() -> None:
    value: Typed = {"S": "a"}
    for _ in range(100_000):
        value = {"L": [value]}
    assert as_json({"a": value}).startswith('{"a":[[[')
