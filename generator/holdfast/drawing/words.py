"""Text in boxes of a known width: how wide it is in a monospaced face, and where its lines break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: A line may end after these; longer words are cut.
_PIECES = re.compile(r"[^ ,/.:·-]*[ ,/.:·-]+|[^ ,/.:·-]+")


def columns(value: str) -> int:
    """How many cells of a monospaced face `value` takes: two for a wide character, none for a combining one."""
    return sum(_cells(c) for c in value)


def wrap(value: str, width: int, most: int = 0) -> list[str]:
    """`value` in lines of at most `width` cells; where `most` says how many, the last one ends with an ellipsis."""
    lines = [""]
    for piece in _pieces(printable(value), width):
        if columns(lines[-1]) + columns(piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    lines = [line.rstrip() for line in lines]
    if most and len(lines) > most:
        kept = lines[most - 1]
        while kept and columns(kept) > width - 1:
            kept = kept[:-1]
        lines = [*lines[: most - 1], f"{kept}…"]
    return lines


def printable(value: str) -> str:
    """`value` on one line, with what shows nothing, or turns a line around, written as an escape."""
    text = "".join(c if c.isprintable() else " " if c.isspace() else f"\\u{ord(c):04x}" for c in value)
    return " ".join(text.split())


def _pieces(value: str, width: int) -> Iterator[str]:
    for piece in _PIECES.findall(value):
        rest = piece
        while columns(rest.rstrip()) > width:
            cut = next(end for end in range(len(rest), 0, -1) if columns(rest[:end]) <= width)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
