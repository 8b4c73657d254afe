"""Whole tables of holdfast.toml put in and taken out, by line: a comment belongs to the table that it stands above."""

from __future__ import annotations

import re

from holdfast import places
from holdfast.text import quote

#: The groups of named tables, in the order in which a spec has them.
GROUPS = ("resources", "functions")
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def insert(text: str, group: str, block: str) -> str:
    """`text` with the table(s) `block` behind the last of its group."""
    lines, headers = text.split("\n"), places.headers(text)
    own = [at for at, path in headers if path[0] == group]
    later = GROUPS[GROUPS.index(group) + 1 :]
    if own:
        following = [at for at, path in headers if at > own[-1]]
    else:
        following = [at for at, path in headers if path[0] in later]
    end = _start(lines, following[0]) if following else len(lines)
    before = "\n".join(lines[:end]).rstrip("\n")
    after = "\n".join(lines[end:]).lstrip("\n")
    return f"{before}\n\n{block.strip()}\n" + (f"\n{after}" if after else "")


def remove(text: str, group: str, name: str) -> str:
    """`text` without the tables of one function or resource; the comment directly above one goes with it."""
    lines, headers = text.split("\n"), places.headers(text)
    ends = [at for at, _ in headers[1:]] + [len(lines)]
    for (at, path), following in reversed(list(zip(headers, ends, strict=True))):
        if path[:2] == (group, name):
            end = _start(lines, following) if following < len(lines) else len(lines)
            start = _start(lines, at)
            while end < len(lines) and not lines[end].strip():
                end += 1
            if end >= len(lines):
                while start and not lines[start - 1].strip():
                    start -= 1
                lines[start:] = [""]
            else:
                del lines[start:end]
    return "\n".join(lines)


def renamed(text: str, group: str, old: str, new: str) -> str:
    """`text` with `new` in the headers and keys, those that begin a line, of what was called `old`."""
    lines = text.split("\n")
    for at, path in places.headers(text):
        if path[:2] == (group, old):
            brackets = "[[" if lines[at].lstrip().startswith("[[") else "["
            tail = re.sub(r"^\s*\[{1,2}[^\]]*\]{1,2}", "", lines[at])
            lines[at] = f"{brackets}{_dotted(group, new, *path[2:])}{']' * len(brackets)}{tail}"
    for at, place, path, above in places.keys(text):
        if path[:2] == (group, old) and above < 2:
            key = _dotted(*(group, new, *path[2:])[above:])
            lines[at] = f"{lines[at][: place.start]}{key}{lines[at][place.stop :]}"
    return "\n".join(lines)


def _dotted(*path: str) -> str:
    return ".".join(key if _BARE.match(key) else quote(key) for key in path)


def append(text: str, path: tuple[str, ...], line: str) -> str:
    """`text` with one more line at the end of the table at `path`; one of the whole service is made if need be."""
    lines, headers = text.split("\n"), places.headers(text)
    at = next((at for at, found in headers if found == path), None)
    if at is None:
        following = [at for at, found in headers if found[0] in GROUPS]
        end = _start(lines, following[0]) if following else len(lines)
        return "\n".join([*lines[:end], f"[{path[0]}]", line, "", *lines[end:]])
    end = next((other for other, _ in headers if other > at), len(lines))
    end = _start(lines, end) if end < len(lines) else end
    while end > at + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return "\n".join([*lines[:end], line, *lines[end:]])


def _start(lines: list[str], header: int) -> int:
    """The first line of the comment directly above a header, or the header's own."""
    while header and lines[header - 1].lstrip().startswith("#"):
        header -= 1
    return header
