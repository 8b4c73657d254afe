"""Which calls write a line of a log."""

from __future__ import annotations

import ast

from .code import Module, last_name
from .scope import Scope

_LEVELS = frozenset({"critical", "debug", "error", "exception", "fatal", "info", "log", "warn", "warning"})
_LOGS = frozenset({"log", "logger", "logging"})


def is_log(module: Module, call: ast.Call, scope: Scope) -> bool:
    """Whether this is guard's `log.info(…)`, or a call of anything else that looks like a logger."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LEVELS:
        return False
    full = module.dotted(call.func.value, scope).split(".")
    name = last_name(call.func.value).lower().strip("_")
    return full[-2:] == ["guard", "log"] or full[0] == "logging" or name in _LOGS or name.endswith(("logger", "_log"))
