"""JSON inside an event, read more strictly than the standard library does."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel

from .limits import Limits, measure
from .rejection import Problem, Rejected, Stage, refused

M = TypeVar("M", bound=BaseModel)

#: What values are counted by: what opens one or parts two of them, and strings, which hold nothing of that. The last
#: string even where it does not end: a scan that gave it up would start again at each quote within.
_COUNTED = re.compile(r'[\[{,]|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


def parse(text: str, limits: Limits) -> Any:
    """The value that `text` holds.

    Refuses what is beyond `limits`, a key that is given twice (parsers disagree about which one counts), NaN,
    infinity, and numbers that Python would not convert.
    """
    if len(text) > limits.bytes:
        raise Rejected("size", Problem("too_large"))
    depth, values = at_most(text)
    if values > limits.nodes and _has_more(text, limits.nodes):
        raise Rejected("size", Problem("too_many_nodes"))
    value = _value(text.strip(" \t\r\n"))
    # No value takes more than eight bytes for a character of its text, so that most need no second look.
    if depth > limits.depth or values > limits.nodes or 8 * len(text) > limits.bytes:
        measure(value, limits)
    return value


def decoded(data: bytes | bytearray) -> str:
    """`data` as UTF-8 text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("payload", Problem("encoding")) from None


def validated(model: type[M], text: str, stage: Stage = "payload") -> M:
    """`text` as `model`, which is given JSON, not Python objects: only so can it be strict and still know dates."""
    try:
        return model.model_validate_json(text)
    except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
        raise refused(error, stage, model) from None


def at_most(text: str) -> tuple[int, int]:
    """How deep `text` can be, and how many values it can hold: counted before a parser spends memory on them."""
    opened = text.count("[") + text.count("{")
    return 1 + opened, 1 + opened + text.count(",")


def _has_more(text: str, most: int) -> bool:
    """Whether `text` holds more than `most` values; no more of it is read than shows that, and nothing is copied."""
    values, strings = 1, 0
    for found in _COUNTED.finditer(text):
        if text[found.start()] == '"':
            strings += 1
        else:
            values += 1
        # A value is one string at most, and its key another.
        if values > most or strings > 2 * most:
            return True
    return False


def _value(text: str) -> Any:
    try:
        value, end = _DECODER.raw_decode(text)
    except RecursionError:
        raise Rejected("size", Problem("too_deep")) from None
    except ValueError:
        raise Rejected("payload", Problem("json_invalid")) from None
    if end < len(text):
        raise Rejected("payload", Problem("json_invalid"))
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Rejected("payload", Problem("duplicate_key"))
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if isfinite(number):
        return number
    raise Rejected("size", Problem("finite_number"))


def _not_finite(_constant: str) -> NoReturn:
    raise Rejected("payload", Problem("finite_number"))


#: Made once: `json.loads` would make one for each text.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_not_finite)
