"""Names are checked once, for everything that they become: a directory, a module, a logical id, a physical name."""

from __future__ import annotations

import keyword
import re

from holdfast.errors import shown
from holdfast.stdlib import CLASSES, MODULES

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
NAME_HINT = "lower-case letters, digits and single hyphens, starting with a letter"
#: Device names that Windows takes for files in every folder.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})


def problem(name: object, longest: int) -> str:
    """Why `name` cannot name a function, a resource or a project; empty where it can."""
    if name == "":
        return "a name is needed"
    if not isinstance(name, str) or not NAME.match(name):
        return f"{shown(name)} is not a name: it may hold {NAME_HINT}"
    if len(name) > longest:
        return f"{shown(name)} has {len(name)} characters: at most {longest} fit the names that AWS allows"
    if keyword.iskeyword(logical_id(name)) or logical_id(name) in CLASSES:
        return f"{shown(name)} becomes a class {logical_id(name)!r}, which is Python's own"
    if keyword.iskeyword(module(name)):
        return f"{shown(name)} is a Python keyword and cannot become a module"
    if name in DEVICES:
        return f"{shown(name)} is a device name on Windows and cannot become a folder"
    return ""


def shadows(name: str) -> bool:
    """Whether a top-level package of this name would hide one of Python's own modules."""
    return module(name) in MODULES


def module(name: str) -> str:
    """`place-order` as a Python module: `place_order`."""
    return name.replace("-", "_")


def logical_id(name: str) -> str:
    """`place-order` as the stem of CloudFormation logical ids: `PlaceOrder`."""
    return "".join(word.capitalize() for word in name.split("-"))
