"""The short way of guard/flat.py against the long one, tried inside a service: tests/test_guard.py runs them there."""

# mypy: ignore-errors
# ruff: noqa: ARG003, RUF012 - odd models are the matter here, and pydantic copies defaults

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orders.guard import Ident, Line, Payload, Text, flat
from orders.guard.addresses import Email
from orders.guard.binding import bound
from orders.guard.limits import Limits
from orders.guard.names import AnyS3Key
from orders.guard.rejection import Rejected
from orders.guard.sources.sqs import sqs
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    model_validator,
)

LIMITS = Limits(bytes=4_096, depth=3, nodes=12)


class Colour(StrEnum):
    RED = "red"


class Flat(Payload):
    """Every type that the short way knows, some of them loose, so that most texts are of some use."""

    a: Line | None = None
    b: int | None = None
    c: Annotated[float | None, Field(strict=False)] = None
    d: Decimal | None = None
    e: Annotated[bool | None, Field(strict=False)] = None
    f: Annotated[datetime | None, Field(strict=False)] = None
    g: Annotated[timedelta | None, Field(strict=False)] = None
    h: UUID | None = None
    i: Annotated[Decimal | None, Field(max_digits=9_999, strict=False)] = None
    j: Text = Field("x", alias="key:with")
    k: Literal["a", 1] | None = None
    m: Colour = Colour.RED
    n: list[int] = []
    o: dict[str, int] = {}
    p: Annotated[time | None, Field(strict=False)] = None
    q: Annotated[date | None, Field(strict=False)] = None


KEYS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "key:with", "k", "m", "n", "o", "p", "q", "z", "\\u0061", "A", ""]
VALUES = [
    *('"x"', '"a:b"', '"{"', '"["', '","', '"\\""', '"\\\\"', '"red"', '"\\ud800"', '"\ud800"', '"\u3164"', '"\t"'),
    *("1", "-0", "01", "1.5", "1e5", "1e999", "-1e999", "NaN", "Infinity", "-Infinity", "nan", "1e-400", "0.1e1"),
    *("9" * 30, "9" * 4_299, "9" * 4_301, "0." + "9" * 400, '"1e999"', '"1e-130"', '"NaN"', '"9"', "1_0", "+1", ".5"),
    *("true", "false", "null", "[]", "[1, 2]", "{}", '{"a": 1}', '{"a": 1, "a": 2}', "[[[]]]", "'x'", "", "//"),
    *(
        '"2026-01-02T06:00:00Z"',
        '"7f3c2a90-5d1e-4b8a-9c66-1e0f4d2b8a71"',
        '"P1D"',
        '"' + "x" * 600 + '"',
        "1" + " " * 99,
    ),
]
SPACES = st.sampled_from(["", " ", "\n", "\t", "\x0b", "\u00a0", "\ufeff"])
MEMBERS = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES) | st.floats().map(repr)), max_size=14)
#: Texts that are nearly JSON: half of them are, and many have a key twice.
TEXTS = st.tuples(SPACES, MEMBERS, SPACES, st.sampled_from(["", "", "", " ", ",", "}", "{}", "//"])).map(
    lambda t: t[0] + "{" + ",".join(f'"{key}":{t[2]}{value}' for key, value in t[1]) + "}" + t[3]
)


def long(model: type[Payload], text: str, limits: Limits = LIMITS) -> Payload | None:
    """What the long way makes of `text`; None where it refuses."""
    try:
        return bound(model, (), text, {}, limits)
    except Rejected:
        return None


@settings(max_examples=1_000, deadline=None, derandomize=True)
@given(text=TEXTS)
def test_what_the_short_way_takes_the_long_way_takes_alike(text: str) -> None:
    """Nothing passes that it would refuse, and nothing comes out otherwise."""
    found = flat.read(Flat, text, LIMITS)
    if found is not None:
        assert (found, found.model_fields_set) == (same := long(Flat, text), same and same.model_fields_set)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_so_it_is_for_each_value_of_each_key(key: str, value: str) -> None:
    for text in (f'{{"{key}":{value}}}', f'{{"{key}":{value},"b":1}}', f'{{"b":1,"{key}":{value},"{key}":{value}}}'):
        found = flat.read(Flat, text, LIMITS)
        assert found is None or found == long(Flat, text), text


def test_the_short_way_is_taken() -> None:
    """Otherwise nothing here would say anything."""
    assert flat.is_flat(Flat)
    assert flat.read(Flat, '{"a": "x", "b": 1, "h": null}', LIMITS) == Flat(a="x", b=1, h=None)
    assert flat.read(Flat, "{}", LIMITS) == Flat()


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "x", "a": "y"}',
        '{"a": "x", "\\u0061": "y"}',
        '{"a": "x:y"}',
        '{"a": "{"}',
        '{"n": []}',
        '{"o": {}}',
        '{"a": "' + "x" * 600 + '"}',
        "{" + ",".join(f'"{key}": null' for key in "abcdefghikpq") + "}",
        '{"z": 1}',
        '{"b": NaN}',
        '"a"',
        "",
    ],
)
def test_what_it_does_not_see_through_it_leaves_to_the_long_way(text: str) -> None:
    assert flat.read(Flat, text, LIMITS) is None


def test_no_limit_is_wider_on_the_short_way() -> None:
    text = '{"a": "xxxxxxxxxx", "b": 1}'
    for limits in (Limits(bytes=20), Limits(depth=1), Limits(nodes=2)):
        assert flat.read(Flat, text, limits) is None
        assert long(Flat, text, limits) is None


class Inside(BaseModel):
    a: int = 1


class AnyNumber(Enum):
    ENDLESS = float("inf")


class Forgiving(StrEnum):
    RED = "red"

    @classmethod
    def _missing_(cls, value: object) -> Forgiving:
        return cls.RED


class Extended(Payload):
    model_config = ConfigDict(extra="allow")


class Ignoring(Payload):
    model_config = ConfigDict(extra="ignore")


class Named(Payload):
    """`{"b": …}` sets both."""

    model_config = ConfigDict(populate_by_name=True)
    a: int = Field(0, alias="x")
    b: int = Field(0, alias="a")


class Endless(Payload):
    model_config = ConfigDict(allow_inf_nan=True)
    a: float


class Coercing(Payload):
    model_config = ConfigDict(coerce_numbers_to_str=True)
    a: str


class Prepared(Payload):
    a: int = 1

    def model_post_init(self, _context: Any, /) -> None: ...


class Initialised(Payload):
    a: int = 1

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)


class CheckedAfter(Payload):
    a: int = 1

    @model_validator(mode="after")
    def _same(self) -> CheckedAfter:
        return self


class CheckedBefore(Payload):
    a: int = 1

    @model_validator(mode="before")
    @classmethod
    def _same(cls, data: Any) -> Any:
        return data


class Root(RootModel[int]): ...


class Recursive(Payload):
    a: Recursive | None = None


def of(kind: Any, **more: Any) -> type[Payload]:
    return type("Of", (Payload,), {"__annotations__": {"a": kind}, "a": Field(**more), "__module__": __name__})


REFUSED = {
    "two keys": of(int, validation_alias=AliasChoices("a", "b")),
    "a model": of(Inside),
    "anything": of(Any),
    "either": of(int | str),
    "bytes": of(bytes),
    "a union": of(int | Line | None),
    "before": of(Annotated[int, BeforeValidator(lambda value: value)]),
    "no end": of(Annotated[float, Field(allow_inf_nan=True)]),
    "no end, behind others": of(Annotated[float | None, Field(allow_inf_nan=True)]),
    "a number as text": of(Annotated[str, Field(coerce_numbers_to_str=True)]),
    "a number as text, checked": of(
        Annotated[str, Field(coerce_numbers_to_str=True), AfterValidator(lambda value: value)]
    ),
    "endless members": of(AnyNumber),
    "a member for anything": of(Forgiving),
    "more fields": Extended,
    "other fields": Ignoring,
    "names and aliases": Named,
    "endless by config": Endless,
    "numbers as text by config": Coercing,
    "post_init": Prepared,
    "init": Initialised,
    "a check of the model": CheckedAfter,
    "a check before": CheckedBefore,
    "a root": Root,
    "itself": Recursive,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_the_short_way_does_not_know_is_not_flat(name: str) -> None:
    assert not flat.is_flat(REFUSED[name])


def test_two_fields_of_one_key_are_not_flat() -> None:
    class Twins(Payload):
        a: int = Field(alias="x")
        b: int = Field(alias="x")

    assert not flat.is_flat(Twins)


@pytest.mark.parametrize(
    "kind", [Line, Text, Ident, Email, AnyS3Key, int, Decimal, Colour, UUID, Line | None, list[int]]
)
def test_usual_models_are_flat(kind: Any) -> None:
    assert flat.is_flat(of(kind))


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1e999}', '{"a": 1, "a": 2}', '{"a": 1, "b": NaN}'])
@pytest.mark.parametrize("name", ["endless by config", "more fields", "no end", "numbers as text by config"])
def test_a_loose_model_reads_as_strictly_as_any(name: str, text: str) -> None:
    with pytest.raises(Rejected):
        sqs(REFUSED[name]).read(text)


def test_a_second_key_through_a_name_is_refused() -> None:
    with pytest.raises(Rejected):
        sqs(Named).read(json.dumps({"a": 1})[:-1] + ', "a": 2}')
