"""How big an event may be, looked at before any model is tried."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from .rejection import Problem, Rejected

KIB = 1024
MIB = 1024 * KIB


class Limits(NamedTuple):
    """The size of an event, or of one record where a source delivers several; settings.py changes them by source."""

    #: UTF-8 bytes of all strings and keys together, numbers counted roughly.
    bytes: int = MIB
    #: How deep lists and objects are nested, in the event and again in the JSON that it carries.
    depth: int = 32
    #: Values of every kind, lists and objects included.
    nodes: int = 10_000
    #: Records in one event.
    records: int = 1


def measure(value: object, limits: Limits) -> None:
    """Refuse a JSON value that is beyond `limits`; walks level by level, so its own depth does not matter.

    NaN, infinity and Python objects that JSON does not know are refused too.
    """
    size = nodes = depth = 0
    texts: list[str] = []
    level = [value]
    while level:
        depth += 1
        nodes += len(level)
        if depth > limits.depth:
            raise Rejected("size", Problem("too_deep"))
        if nodes > limits.nodes:
            raise Rejected("size", Problem("too_many_nodes"))
        below: list[object] = []
        for node in level:
            if isinstance(node, str):
                texts.append(node)
            elif isinstance(node, dict):
                texts += node
                below += node.values()
            elif isinstance(node, list):
                below += node
            else:
                size += _size(node)
        level = below
    if size + _bytes(texts) > limits.bytes:
        raise Rejected("size", Problem("too_large"))


def _bytes(texts: list[str]) -> int:
    """UTF-8 bytes of all `texts`: counted together, which takes a fraction of the time that counting each one does."""
    try:
        text = "".join(texts)
    except TypeError:  # The key of an object was no string.
        raise Rejected("size", Problem("not_json")) from None
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _size(scalar: object) -> int:
    if scalar is None or isinstance(scalar, bool):
        return 4
    if isinstance(scalar, int):
        return 1 + scalar.bit_length() // 3
    if isinstance(scalar, float):
        if isfinite(scalar):
            return 8
        raise Rejected("size", Problem("finite_number"))
    raise Rejected("size", Problem("not_json"))
