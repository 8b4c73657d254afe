"""Where an error happened, without a word of what it said."""

from __future__ import annotations

from pathlib import PurePath
from types import TracebackType

_PACKAGE = PurePath(__file__).parents[1]
_GUARD = PurePath(__file__).parent


def place(error: BaseException) -> str:
    """`functions/place_order/handler.py:14:handler`: the innermost frame in this service, else the innermost at all."""
    ours = innermost = ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        path = PurePath(step.tb_frame.f_code.co_filename)
        inside = path.is_relative_to(_PACKAGE)
        name = path.relative_to(_PACKAGE).as_posix() if inside else path.name
        innermost = f"{name}:{step.tb_lineno}:{step.tb_frame.f_code.co_name}"
        if inside and not path.is_relative_to(_GUARD):
            ours = innermost
        step = step.tb_next
    return ours or innermost
