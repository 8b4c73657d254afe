"""What an error was and where it happened, without a word of what it said.

Nothing here may run code of the error's own class, and nothing may raise: it is called where an error is handled.
"""

from __future__ import annotations

import re
import sys
from pathlib import PurePath
from types import ModuleType, TracebackType
from typing import Any

_PACKAGE = PurePath(__file__).parents[1]
_GUARD = PurePath(__file__).parent
_NAME = re.compile(r"(?=.{1,64}\Z)[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_NOT_A_PLACE = re.compile(r"[^A-Za-z0-9_./<>:-]")
_LONGEST_PLACE = 200
#: Python's own flag of a class that was made while the program ran.
_HEAP_TYPE = 1 << 9
#: Makes its exceptions at run time, by the names that AWS gives to the errors of a service.
_NAMED_BY_AWS = "botocore.errorfactory"


def kind_of(error: BaseException) -> str:
    """The name of the error's class: `ValueError`."""
    return name_of(type(error), "Exception")


def name_of(kind: type, otherwise: str) -> str:
    """The name of `kind`, or of the nearest base whose name stands in a module's code: a class that is made at run time
    can be named by an event.
    """
    for base in _of(kind, "__mro__"):
        name, module = _of(base, "__qualname__"), _of(base, "__module__")
        if base is object or type(module) is not str or type(name) is not str or not _NAME.match(name):
            continue
        if not _of(base, "__flags__") & _HEAP_TYPE or module == _NAMED_BY_AWS or _found(module, name) is base:
            return name
    return otherwise


def place(error: BaseException) -> str:
    """`functions/place_order/handler.py:14:handler`: the innermost frame in this service, else the innermost at all."""
    ours = innermost = ""
    step: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    while step is not None:
        path = PurePath(step.tb_frame.f_code.co_filename)
        inside = path.is_relative_to(_PACKAGE)
        name = path.relative_to(_PACKAGE).as_posix() if inside else path.name
        innermost = f"{name}:{step.tb_lineno}:{step.tb_frame.f_code.co_name}"
        if inside and not path.is_relative_to(_GUARD):
            ours = innermost
        step = step.tb_next
    return _NOT_A_PLACE.sub("?", ours or innermost)[:_LONGEST_PLACE]


def _of(kind: type, attribute: str) -> Any:
    """An attribute as `type` itself gives it, whatever a metaclass makes of it; None where the class has lost it."""
    try:
        return type.__dict__[attribute].__get__(kind)
    except AttributeError:
        return None


def _found(module: str, name: str) -> object:
    found: object = sys.modules.get(module)
    for part in name.split("."):
        owner: type = ModuleType if issubclass(type(found), ModuleType) else type
        if not issubclass(type(found), owner):
            return None
        found = owner.__dict__["__dict__"].__get__(found).get(part)
    return found
