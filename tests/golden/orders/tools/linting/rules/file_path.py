"""A path of an event's making reads and writes files of anybody's choice. `Ident` and `S3Key` may be parts of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..code import Module
from ..finding import Span, span
from ..models import NAMES
from ..origin import Values
from ..scope import Scope

_OPENING = frozenset({"io.open", "io.FileIO", "open", "os.path.join", "tarfile.open", "zipfile.ZipFile"})
_OPENING_BY = ("pathlib.Path", "pathlib.PosixPath", "shutil.", "tempfile.")
#: Functions of os that take paths.
_OS = frozenset(
    {
        "access", "chdir", "chmod", "chown", "link", "listdir", "lstat", "makedirs", "mkdir", "mkfifo", "open",
        "readlink", "remove", "removedirs", "rename", "renames", "replace", "rmdir", "scandir", "stat", "symlink",
        "truncate", "unlink", "utime", "walk",
    }
)  # fmt: skip
_MESSAGE = "the event chooses the path: make the field an Ident or an S3Key, or name the file yourself"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module, NAMES | {"AnyS3Key"})
    for node, scope in module.names.nodes:
        for part in _parts(module, node, scope):
            if values.is_event(part, scope):
                yield span(part), _MESSAGE


def _parts(module: Module, node: ast.AST, scope: Scope) -> Iterator[ast.expr]:
    """What names a file in `node`."""
    match node:
        case ast.Call():
            dotted = module.called(node, scope)
            of_os = dotted.startswith("os.") and dotted[3:] in _OS
            if of_os or dotted in _OPENING or dotted.startswith(_OPENING_BY) or _is_joining(node, dotted):
                yield from node.args
                yield from (each.value for each in node.keywords)
        case ast.BinOp(left=left, op=ast.Div(), right=part) | ast.AugAssign(target=left, op=ast.Div(), value=part):
            if _is_path(module, left, scope):
                yield part


def _is_joining(call: ast.Call, dotted: str) -> bool:
    return not dotted and isinstance(call.func, ast.Attribute) and call.func.attr in ("joinpath", "with_name")


def _is_path(module: Module, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether `node` is made of pathlib's classes, as far as names and methods show it."""
    match node:
        case ast.Call(func=function):
            return module.dotted(function, scope).startswith("pathlib.") or (
                isinstance(function, ast.Attribute) and _is_path(module, function.value, scope, depth)
            )
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.BinOp(left=value, op=ast.Div()):
            return _is_path(module, value, scope, depth)
        case ast.Name(id=name) if depth < 5:
            bounds = scope.find(name)
            return any(each.node and _is_path(module, each.node, each.scope, depth + 1) for each in bounds)
    return False
