"""Files that a merge of git's left with both sides in them, and what can be told of them without asking anybody."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from holdfast import git
from holdfast.git import BASE, OURS, THEIRS, Entry

#: One conflict in a file, as git writes it in any of its styles.
_HUNK = re.compile(
    r"^<{7} .*\n(?P<ours>(?:.*\n)*?)(?:\|{7}.*\n(?:.*\n)*?)?={7}\n(?P<theirs>(?:.*\n)*?)>{7} .*\n", re.MULTILINE
)


def is_torn(content: bytes) -> bool:
    """Whether a text still holds a conflict."""
    return bool(_HUNK.search(content.decode("utf-8", "replace")))


def both(text: str) -> str:
    """The text with both sides of each conflict, ours first."""
    return _HUNK.sub(lambda hunk: hunk["ours"] + hunk["theirs"], text)


def untouched(content: bytes, stages: Mapping[int, Entry]) -> bool:
    """Whether a file is in the state that git left it in: nobody has begun to resolve it."""
    sides = [{"file": stages[stage]} if stage in stages else {} for stage in (BASE, OURS, THEIRS)]
    merged = git.merge(*sides, names=("ours", "theirs")).tree.get("file")
    found = content.decode("utf-8", "replace")
    return merged is not None and both(merged.content.decode("utf-8", "replace")) == both(found)


def joined(text: str, sides: Mapping[int, str]) -> str:
    """A torn holdfast.toml with what both sides did, where each did something else; empty where that cannot be told."""
    found = both(text)
    try:
        data = [tomllib.loads(sides.get(stage, "")) for stage in (BASE, OURS, THEIRS)]
        same = tomllib.loads(found) == _merged(*data)
    except (ValueError, RecursionError):
        return ""
    return found if same else ""


def _merged(base: Mapping[str, object], ours: Mapping[str, object], theirs: Mapping[str, object]) -> dict[str, object]:
    """What both sides made of TOML data. Refused (`ValueError`) where they made different things of one key."""
    result: dict[str, object] = {}
    for key in dict.fromkeys([*base, *ours, *theirs]):
        was, mine, new = base.get(key), ours.get(key), theirs.get(key)
        if isinstance(mine, dict) and isinstance(new, dict):
            result[key] = _merged(was if isinstance(was, dict) else {}, mine, new)
        elif new in (was, mine):
            result[key] = mine
        elif was == mine:
            result[key] = new
        else:
            raise ValueError(key)
    return {key: value for key, value in result.items() if value is not None}
