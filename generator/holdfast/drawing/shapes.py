"""The picture's pieces. Whatever a text holds, it stands in the SVG as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from holdfast.drawing.layout import LINE, NAME, PAD, Box
from holdfast.drawing.words import printable

_LETTERS = {"read": "R", "write": "W", "delete": "D"}


def text(value: str) -> str:
    """`value` on one line, for an element's content."""
    return escape(printable(value), quote=False)


def rounded(kind: str, x: int, box: Box, corner: int) -> str:
    """A box."""
    return f'<rect class="{kind}" x="{x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{corner}"/>'


def cut(x: int, box: Box, corner: int = 9) -> str:
    """A box whose corners are cut off: what is not the stack's own."""
    right, y, bottom, c = x + box.width, box.y, box.bottom, corner
    upper = ((x + c, y), (right - c, y), (right, y + c))
    lower = ((right, bottom - c), (right - c, bottom), (x + c, bottom), (x, bottom - c), (x, y + c))
    return f'<polygon class="outside" points="{" ".join(f"{a},{b}" for a, b in upper + lower)}"/>'


def lines(x: int, box: Box, name: str) -> Iterator[str]:
    """A box's texts."""
    y = box.y + PAD - 5
    rows = [(name, NAME, line) for line in box.name] + [("small quiet", LINE, line) for line in box.lines]
    for kind, height, line in rows:
        y += height
        yield f'<text class="{kind}" x="{x + PAD + 2}" y="{y}">{text(line)}</text>'


def badge(x: int, y: int, kind: str) -> str:
    """The letter of what may be done; an arrow for what invokes."""
    if kind in _LETTERS:
        letter = f'<text class="letter" x="{x + 6.5}" y="{y + 9.8}">{_LETTERS[kind]}</text>'
        return f'<rect class="badge" x="{x}" y="{y}" width="13" height="13" rx="2"/>{letter}'
    return f'<path class="badge" d="M{x + 2} {y + 6}l9 -5v10z"/>' if kind == "invokes" else ""


def tip(x: int, y: int, kind: str) -> str:
    """How a line ends at a resource: an open head reads, a full one writes, a cross deletes."""
    if kind == "read":
        return f'<path class="head" d="M{x - 8} {y}H{x - 1}M{x - 7} {y - 4}L{x - 1} {y}L{x - 7} {y + 4}"/>'
    if kind == "write":
        return f'<path class="full" d="M{x} {y}l-9 -4v8z"/>'
    return f'<path class="head" d="M{x - 8} {y - 4}l7 8M{x - 8} {y + 4}l7 -8"/>' if kind == "delete" else ""
