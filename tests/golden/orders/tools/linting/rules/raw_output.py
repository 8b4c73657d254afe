"""What is written to standard output stands in the log as it is, whatever it holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ..code import Module, argument
from ..finding import Span, span

_WRITING = frozenset({"io.FileIO", "io.open", "open", "os.dup", "os.dup2", "os.fdopen", "os.write", "os.writev"})
_STANDARD = range(3)
_FILE = re.compile(r"/dev/(?:console|fd(?:/.*)?|std(?:err|in|out)|tty)|/proc(?:/.*)?")
_MESSAGE = "goes to the log as it is, or shows the process's own: use `log` from guard"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    for node, scope in module.names.nodes:
        match node:
            case ast.Constant(value=str() as text) if _FILE.fullmatch(text):
                yield span(node), f"{text} {_MESSAGE}"
            case ast.Call() if module.called(node, scope) in _WRITING:
                file = argument(node, 0, "file", "fd")
                bounds = scope.find(file.id) if isinstance(file, ast.Name) else []
                if any(_is_standard(each) for each in (file, *(bound.node for bound in bounds))):
                    yield span(node), f"standard output {_MESSAGE}"


def _is_standard(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value in _STANDARD
