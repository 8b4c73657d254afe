"""Where a key stands in a TOML text, so that a message can name the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line (from 1) of the longest beginning of `path` that stands in `text`; None where nothing of it does."""
    best, deepest = None, 0
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        found = _HEADER.match(line)
        if found:
            header = _dotted(found[1])
            here = header
        else:
            key = _KEY.match(line)
            if not key:
                continue
            here = header + _dotted(key[1])
        if len(here) > deepest and tuple(path[: len(here)]) == here:
            best, deepest = number, len(here)
    return best


def _dotted(text: str) -> tuple[str, ...]:
    try:
        table: object = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    keys = []
    while isinstance(table, dict):
        (key,) = table
        keys.append(key)
        table = table[key]
    return tuple(keys)
