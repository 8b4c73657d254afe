"""Where Lambda comes in: `<package>.guard.entry.<function>` is the handler of functions/<function>/handler.py.

The runtime prints an error that importing a handler raises, with its message, its values and the lines around it. Here
it leaves its type and its place in the log, like any other error of a function, and a clean error takes its place.

Names here begin with `_` or a capital: any other would hide the function of that name.
"""

from importlib import import_module as _import_module
from typing import Any

from .failure import kind_of as _kind_of
from .failure import place as _place
from .log_format import Vetted
from .logs import log as _log

_FUNCTIONS = f"{__package__.rpartition('.')[0]}.functions"


class NotImported(Exception):
    """The function's module cannot be imported: says the type of the error."""


def __getattr__(function: str) -> Any:
    if function.startswith("_"):
        raise AttributeError(function)
    try:
        return _import_module(f"{_FUNCTIONS}.{function}.handler").handler
    except BaseException as error:  # noqa: BLE001 - of any other, the runtime prints all
        kind, where = _kind_of(error), _place(error)
    _log.error("function_failed", error=Vetted(kind), place=Vetted(where))
    raise NotImported(kind)
