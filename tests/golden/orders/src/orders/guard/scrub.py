"""What of a value may be shown: the value where its name is allowed, else its type and size."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from uuid import UUID

from .failure import name_of

_LONGEST = 256
_SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset)


def described(value: object) -> str:
    """`value` by type and size alone: `<str, 36>`."""
    size = f", {len(value)}" if isinstance(value, _SIZED) else ""
    return f"<{name_of(type(value), 'object')}{size}>"


def shown(value: object) -> object:
    """A scalar as it is, cut at 256 characters; whatever could hold more than it seems to, by type and size."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and value.bit_length() <= 64 and not isinstance(value, Enum):
        return value
    if isinstance(value, float) and isfinite(value) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str | UUID | date | time | timedelta | Decimal):
        return str(value)[:_LONGEST]
    return described(value)
