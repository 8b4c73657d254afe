"""What a model must say of its fields before it protects anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    FutureDate,
    FutureDatetime,
    NaiveDatetime,
    PastDate,
    PastDatetime,
    TypeAdapter,
)
from pydantic.fields import FieldInfo

from orders.guard import Payload

from .attacks import texts
from .fields import LISTS, Kind, walk
from .functions import FUNCTIONS
from .harness import Function

#: Types that hold no text of the sender's choice.
PLAIN = (NoneType, None, bool, int, float, Decimal, UUID, date, time, datetime, timedelta, IPv4Address, IPv6Address)
TIMES = (AwareDatetime, NaiveDatetime, PastDatetime, FutureDatetime, PastDate, FutureDate)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_every_field_says_what_it_may_hold(function: Function) -> None:
    """A type that takes anything sanitizes nothing."""
    wrong = [f"{name}: {why}" for name, found in walk(function.model()) for why in missing(found)]
    assert not wrong, "\n".join(wrong)


def missing(found: list[Kind]) -> Iterator[str]:
    """What the types at one place of a model leave open."""
    for kind in found:
        yield from _missing(kind)
    models = [kind for kind in found if _is_model(kind) or kind.origin is dict]
    if len(models) > 1 and not all(kind.noted("discriminator") for kind in models):
        yield "several objects, and each is tried at each depth: Field(discriminator=…) says which it is"
    if sum(kind.origin in LISTS for kind in found) > 1:
        yield "several lists, and each is tried at each depth: declare one"


def _missing(kind: Kind) -> Iterator[str]:
    if kind.type in (Any, object) or (kind.origin is dict and kind.origin is kind.type):
        yield "takes anything: declare a Payload for it"
    elif kind.type is bytes:
        yield from () if kind.noted("max_bytes") else ("bytes: Annotated[bytes, Base64(max_bytes=…)] of guard.binary",)
    elif kind.type is str:
        yield from _missing_of_text(kind)
    elif kind.origin in LISTS:
        if kind.origin is not tuple and not kind.noted("max_length"):
            yield "a list without end: Annotated[list[…], Field(max_length=…)]"
    elif _is_model(kind):
        config = kind.type.model_config
        if not issubclass(kind.type, Payload):
            yield f"{kind.type.__name__} is no Payload: unknown fields and conversions pass"
        elif config.get("extra") != "forbid" or not config.get("strict"):
            yield f"{kind.type.__name__} loosens the rules of Payload"
        elif config.get("regex_engine") == "python-re":
            yield f"{kind.type.__name__} has patterns that can take for ever: leave regex_engine away"
    elif not (kind.type in (*PLAIN, *TIMES, ...) or kind.origin in (dict, Literal) or _is_enum(kind)):
        named = getattr(kind.origin, "__name__", kind.origin)
        yield f"{named} says little of what it holds: take a type of guard, a number, a date, an Enum or a Payload"


def _missing_of_text(kind: Kind) -> Iterator[str]:
    if not kind.free and not kind.noted("pattern"):
        yield "any text: take a type of guard.text, names or addresses, or give it a pattern"
        return
    notes = [note for note in kind.notes if not isinstance(note, FieldInfo)]
    reader: TypeAdapter[str] = TypeAdapter(Annotated[str, *notes], config=ConfigDict(strict=True, str_max_length=1_000))
    for name, why, text in texts([kind], most=0):
        with suppress(Exception):  # Whatever a validator raises, the guard refuses for it.
            reader.validate_python(text)
            yield f"takes {name}, which {why}: anchor its pattern with ^ and $"
            return


def _is_model(kind: Kind) -> bool:
    return isinstance(kind.type, type) and issubclass(kind.type, BaseModel)


def _is_enum(kind: Kind) -> bool:
    return isinstance(kind.type, type) and issubclass(kind.type, Enum)
