"""Locks of dependencies: made again from their sources, not merged line by line.

Where a user only added packages to a lock that the template brought, the template's new lock with those packages is
what making it again would begin with. Anything else needs the resolver.
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
    head = _head(theirs)
    body = "".join(block for name in sorted(together) for block in together[name])
    return (head + body).encode() if added else theirs


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
        name = re.sub(r"[-_.]+", "-", match[1]).lower()
        found[name] = (*found.get(name, ()), _ended(line))
    return found


def _head(content: bytes) -> str:
    """The comment that such a file begins with."""
    lines = content.decode("utf-8").splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "".join(map(_ended, lines[:end]))


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n"
