"""Where Lambda comes in: `<package>.guard.entry.<function>` is the handler of functions/<function>/handler.py.

The runtime prints an error that importing a handler raises, with its message, its values and the lines around it. Here
it leaves its type and its place in the log, like any other error of a function, and a clean error takes its place.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .failure import kind_of, place
from .log_format import Vetted
from .logs import log

_FUNCTIONS = f"{__package__.rpartition('.')[0]}.functions"


class NotImported(Exception):
    """The function's module cannot be imported: says the type of the error."""


def __getattr__(function: str) -> Any:
    if function.startswith("_"):
        raise AttributeError(function)
    try:
        return import_module(f"{_FUNCTIONS}.{function}.handler").handler
    except BaseException as error:  # noqa: BLE001 - of any other, the runtime prints all
        kind, where = kind_of(error), place(error)
    log.error("function_failed", error=Vetted(kind), place=Vetted(where))
    raise NotImported(kind)
