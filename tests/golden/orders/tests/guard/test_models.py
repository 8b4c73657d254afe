"""What a model must say of its fields before it protects anything."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from orders.guard import Payload

from .fields import LISTS, walk
from .functions import FUNCTIONS
from .harness import Function


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_every_field_says_what_it_may_hold(function: Function) -> None:
    """A type that takes anything sanitizes nothing."""
    wrong: list[str] = []
    for name, kind in walk(function.model()):
        if kind.type in (Any, object) or (kind.origin is dict and kind.origin is kind.type):
            wrong.append(f"{name}: takes anything: declare a Payload for it")
        elif kind.type is bytes and not kind.noted("max_bytes"):
            wrong.append(f"{name}: bytes: Annotated[bytes, Base64(max_bytes=…)] of guard.binary")
        elif kind.type is str and not kind.free and not kind.noted("pattern"):
            wrong.append(f"{name}: any text: take a type of guard.text, names or addresses, or give it a pattern")
        elif kind.origin in LISTS and kind.origin is not tuple and not kind.noted("max_length"):
            wrong.append(f"{name}: a list without end: Annotated[list[…], Field(max_length=…)]")
        elif isinstance(kind.type, type) and issubclass(kind.type, BaseModel):
            if not issubclass(kind.type, Payload):
                wrong.append(f"{name}: {kind.type.__name__} is no Payload: unknown fields and conversions pass")
            elif kind.type.model_config.get("extra") != "forbid" or not kind.type.model_config.get("strict"):
                wrong.append(f"{name}: {kind.type.__name__} loosens the rules of Payload")
    assert not wrong, "\n".join(wrong)
