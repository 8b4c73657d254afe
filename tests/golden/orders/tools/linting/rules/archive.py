"""An archive that is unpacked whole writes where its members say, as much as they inflate to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module, is_literal, keyword
from ..finding import Span, span

_MESSAGE = 'members may leave the folder and fill the disk: give filter="data", or read what you need, up to a size'


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for call, scope in module.calls():
        unpacks = isinstance(call.func, ast.Attribute) and call.func.attr == "extractall"
        whole = unpacks or module.called(call, scope) == "shutil.unpack_archive"
        if whole and not is_literal(keyword(call, "filter"), "data"):
            yield span(call), _MESSAGE
