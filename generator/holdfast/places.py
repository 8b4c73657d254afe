"""Where a key stands in a TOML text, so that a message can name the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
#: Strings and comments, those of many lines first: what looks like a key inside of one is none.
_OPAQUE = re.compile(r"""\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*""", re.DOTALL)


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line (from 1) of the longest beginning of `path` that stands in `text`; None where nothing of it does."""
    best, deepest = None, 0
    header: tuple[str, ...] = ()
    for number, line in enumerate(_OPAQUE.sub(_folded, text).split("\n"), start=1):
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


def headers(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Each header of a table in `text`: the number of its line, from 0, and its path."""
    lines = _OPAQUE.sub(_folded, text).split("\n")
    return [(number, _dotted(found[1])) for number, line in enumerate(lines) if (found := _HEADER.match(line))]


def keys(text: str) -> list[tuple[int, slice, tuple[str, ...], int]]:
    """Each key that begins a line: the line from 0, where in it, the path, and how much of that is the table's."""
    header: tuple[str, ...] = ()
    found = []
    for number, line in enumerate(_OPAQUE.sub(_folded, text).split("\n")):
        if table := _HEADER.match(line):
            header = _dotted(table[1])
        elif key := _KEY.match(line):
            found.append((number, slice(*key.span(1)), header + _dotted(key[1]), len(header)))
    return found


def _folded(found: re.Match[str]) -> str:
    """A string of many lines as an empty one with as many line breaks; anything else as it is."""
    return '""' + "\n" * found[0].count("\n") if found[0].startswith(('"""', "'''")) else found[0]


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
