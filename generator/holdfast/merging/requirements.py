"""Locks of dependencies: made again from their sources, not merged line by line.

Where a user only added packages, and comments above some, to a lock that the template brought, the template's new lock
with those is what making it again would begin with. Anything else needs the resolver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:==|@|;|$)")


def merged(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """`theirs` with what `ours` added to `base`; None where they differ by more than that, or are no such locks."""
    before, mine, new = (_packages(side) for side in (base, ours, theirs))
    if before is None or mine is None or new is None:
        return None
    if any(mine.get(name) != blocks for name, blocks in before.items()):
        return None
    added = {name: blocks for name, blocks in mine.items() if name not in before and name not in new}
    together = {**new, **added}
    known = {line for lines in (*_comments(base).values(), *_comments(theirs).values()) for line in lines}
    said = {name: own for name, lines in _comments(ours).items() if (own := [li for li in lines if li not in known])}
    if said.keys() - together.keys():
        return None
    if not added and not said:
        return theirs
    body = "".join(block for name in sorted(together) for block in (*said.get(name, ()), *together[name]))
    return (_head(theirs) + body).encode()


def _packages(content: bytes) -> Mapping[str, tuple[str, ...]] | None:
    """Each package's entries, its hashes with it; None for a file that is written in another way."""
    try:
        lines = content.decode("utf-8").splitlines(keepends=True)
    except UnicodeDecodeError:
        return None
    found: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in lines:
        bare = line.strip()
        if not bare or (bare.startswith("#") and not line[:1].isspace()):
            continue
        if line[:1].isspace():
            if not name:
                return None
            *earlier, last = found[name]
            found[name] = (*earlier, last + _ended(line))
            continue
        match = _NAME.match(bare.rstrip("\\").strip())
        if not match:
            return None
        name = _plain(match[1])
        found[name] = (*found.get(name, ()), _ended(line))
    return found


def _comments(content: bytes) -> Mapping[str, list[str]]:
    """The lines of comment above each package; those behind the last one stand above none, an empty name."""
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    for line in content.decode("utf-8").splitlines(keepends=True):
        if line.startswith("#"):
            waiting.append(_ended(line))
        elif waiting and (match := _NAME.match(line.strip().rstrip("\\").strip())) and not line[:1].isspace():
            found[_plain(match[1])] = found.get(_plain(match[1]), []) + waiting
            waiting = []
    return {**found, "": waiting} if waiting else found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _head(content: bytes) -> str:
    """The comment that such a file begins with."""
    lines = content.decode("utf-8").splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(map(_ended, lines[:end]))


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n"
