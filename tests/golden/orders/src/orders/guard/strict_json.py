"""JSON inside an event, read more strictly than the standard library does."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel

from .limits import Limits, measure
from .rejection import Problem, Rejected, Stage, refusing

M = TypeVar("M", bound=BaseModel)

#: Strings, the last one even where it does not end: a scan that gave it up would start again at each quote within.
_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


def parse(text: str, limits: Limits) -> Any:
    """The value that `text` holds.

    Refuses what is beyond `limits`, a key that is given twice (parsers disagree about which one counts), NaN,
    infinity, and numbers that Python would not convert.
    """
    if len(text) > limits.bytes:
        raise Rejected("size", Problem("too_large"))
    if _values(text) > limits.nodes and _values(_STRINGS.sub("", text)) > limits.nodes:
        raise Rejected("size", Problem("too_many_nodes"))
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_not_finite)
    except RecursionError:
        raise Rejected("size", Problem("too_deep")) from None
    except ValueError:
        raise Rejected("payload", Problem("json_invalid")) from None
    measure(value, limits)
    return value


def decoded(data: bytes) -> str:
    """`data` as UTF-8 text."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Rejected("payload", Problem("encoding")) from None


def validated(model: type[M], text: str, stage: Stage = "payload") -> M:
    """`text` as `model`, which is given JSON, not Python objects: only so can it be strict and still know dates."""
    with refusing(stage, model):
        return model.model_validate_json(text)


def _values(text: str) -> int:
    """At least as many as there are values in `text`, counted before a parser spends memory on them."""
    return 1 + text.count(",") + text.count("[") + text.count("{")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Rejected("payload", Problem("duplicate_key"))
    return found


def _not_finite(_constant: str) -> NoReturn:
    raise Rejected("payload", Problem("finite_number"))
