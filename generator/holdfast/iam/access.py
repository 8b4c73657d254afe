"""What IAM actions do to data, in three words: read, write, delete.

Read and List are IAM's own access levels, all others write. IAM calls Write what removes data too: that is told by the
action's name. `access.txt` beside this file holds the actions whose level their verb does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

Access = Literal["read", "write", "delete"]
#: From the least to the most that can be done.
LEVELS: tuple[Access, ...] = ("read", "write", "delete")
#: An action reads if its name begins with one of these, unless `access.txt` names it.
READING = re.compile(
    r"(?:Calculate|Check|Count|Describe|Detect|Discover|Download|Evaluate|Get|Is|List|Lookup|Pass|Preview|Query|Read"
    r"|Scan|Search|Select|Validate|View)(?![a-z0-9])",
    re.ASCII,
)
#: What takes data away; writing in batches deletes as well as it puts.
_REMOVES = re.compile(r"(?:Admin|Batch|Bulk|PartiQL)?(?:Delete|Purge|Erase|Destroy|Drop|Redact)|BatchWrite", re.ASCII)


def of(actions: Iterable[str]) -> Access:
    """The most that any of `actions` does to data.

    An action that nobody knows writes; one that holds `*` may do all that its beginning does not exclude.
    """
    return max((_one(action) for action in actions), key=LEVELS.index, default="read")


def _one(action: str) -> Access:
    service, _, name = action.partition(":")
    fixed, star, _ = name.partition("*")
    if reads(service, fixed) and fixed:
        return "read"
    return "delete" if star or "*" in service or _REMOVES.match(fixed) else "write"


def reads(service: str, name: str) -> bool:
    """Whether IAM's access level of an action is Read or List."""
    return by_verb(name) != (name in _exceptions().get(service.lower(), ()))


def by_verb(name: str) -> bool:
    """What the first word of an action's name says of that."""
    return READING.match(name) is not None


def exceptions_text() -> str:
    """What `access.txt` holds: comments, and lines of a service and its actions."""
    return Path(__file__).with_name("access.txt").read_text(encoding="utf-8")


@cache
def _exceptions() -> dict[str, frozenset[str]]:
    rows = (line.split() for line in exceptions_text().splitlines() if not line.startswith("#"))
    return {service: frozenset(names) for service, *names in rows}
