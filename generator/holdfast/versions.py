"""Versions of templates: which is newer, and what changed between two of them."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)(?:[-.]?([a-z][0-9A-Za-z.-]*))?\Z")
#: What is longer is no version, and its numbers are none that anybody counted.
_LONGEST = 100
_HEADING = re.compile(r"^## \[?v?(\d[^\]\s]*)\]?.*$", re.MULTILINE)


def is_version(text: str) -> bool:
    """Whether `text` is a version, with or without a leading v."""
    return _found(text) is not None


def is_release(text: str) -> bool:
    """Whether it is one that is finished: 1.2.0, not 1.2.0-rc1."""
    found = _found(text)
    return bool(found and not found[2])


def order(text: str) -> tuple[tuple[int, ...], bool, tuple[tuple[int, str], ...]]:
    """What sorts versions by age; a text that is none comes before all."""
    found = _found(text)
    if not found:
        return (), False, ()
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    rest = re.findall(r"\d+|[A-Za-z]+", found[2] or "")
    return tuple(numbers), not found[2], tuple((int(each), "") if each.isdigit() else (-1, each) for each in rest)


def _found(text: str) -> re.Match[str] | None:
    return _VERSION.match(text) if len(text) <= _LONGEST else None


def news(changelog: str, before: str, after: str) -> str:
    """The sections of a changelog for the versions after `before` up to `after`, newest first as they stand there."""
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)] * bool(headings)
    found = [
        changelog[heading.start() : end].strip()
        for heading, end in zip(headings, ends, strict=True)
        if order(before) < order(heading[1]) <= order(after)
    ]
    return "\n\n".join(found)
