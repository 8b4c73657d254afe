"""The two bases of every event model: what the service owns, and what AWS owns around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from .scrub import described


def _bound(schema: Any) -> None:
    """Give every number in a core schema the bounds that it lacks: `1e999999999` is a short text and a long number."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "int":
                part.setdefault("ge", -(2**63))
                part.setdefault("le", 2**63 - 1)
            elif part.get("type") == "decimal":
                part.setdefault("max_digits", 38)
            waiting.extend(value for key, value in part.items() if key not in ("metadata", "ref", "cls"))
        elif isinstance(part, list | tuple):
            waiting.extend(part)


class _Shown(str):
    """Text that stands for itself in a `repr`."""

    __slots__ = ()

    __repr__ = str.__str__


class Payload(BaseModel):
    """What a function takes. Strict and closed: no field that is not declared, no conversion, no change afterwards.

    What states no bound gets one: strings 1,000 characters, whole numbers 64 bits, decimals 38 digits. Printed or
    formatted it shows types and sizes; `model_dump` gives the values.
    """

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        str_max_length=1_000,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _bound(schema)
        return schema

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name in type(self).model_fields:
            yield name, _Shown(described(getattr(self, name, None)))


class Envelope(BaseModel):
    """What AWS puts around a payload: it may grow new fields, which nobody sees; the declared ones are typed anew."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)
