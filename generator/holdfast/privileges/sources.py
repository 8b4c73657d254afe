"""The service's own Python files: found by module name, read with care, parsed once. None of them is ever imported."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.privileges.values import FunctionNode, Scope

#: A source file that is longer, or a project with more of them, is nobody's handler.
LONGEST = 2 * 1024 * 1024
#: Never taken for the service's own, even where their code lies beside it.
LIBRARIES = frozenset({"aws_lambda_powertools", "boto3", "botocore", "s3transfer", "typing", "typing_extensions"})


@dataclass(frozen=True)
class Source:
    """A parsed module; `problem` says why there is no tree."""

    name: str
    file: str
    tree: ast.Module
    is_package: bool
    problem: str = ""

    @property
    def package(self) -> str:
        return self.name if self.is_package else self.name.rpartition(".")[0]


class Files:
    """Files of a project, none outside of it: links are followed only where they stay inside."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def inside(self, path: Path) -> Path | None:
        """The real path, or None where it leaves the project or cannot be."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return real if real.is_relative_to(self.root) else None

    def read(self, path: Path, longest: int) -> bytes | None:
        """A regular file's content; None where there is none inside the project. Refuses what is too long."""
        real = self.inside(path)
        if real is None or not real.is_file():
            return None
        if real.stat().st_size > longest:
            raise HoldfastError(f"it is longer than {longest // 1024} KiB", where=self.name(real), todo="shorten it")
        return real.read_bytes()

    def folder(self, path: Path) -> bool:
        real = self.inside(path)
        return real is not None and real.is_dir()

    def name(self, path: Path) -> str:
        """How messages name it: as the project does."""
        real = path.resolve()
        return real.relative_to(self.root).as_posix() if real.is_relative_to(self.root) else path.name


class Modules:
    """The modules below some folders, in the order in which Python would look there."""

    def __init__(self, files: Files, folders: tuple[Path, ...]) -> None:
        self.files = files
        self.folders = folders
        self._sources: dict[str, Source | None] = {}
        self._vendored: set[str] | None = None

    def find(self, name: str) -> Source | None:
        """The module of that name, or None where it is a library's. A namespace package is an empty module."""
        if name not in self._sources:
            self._sources[name] = None if self._is_library(name) else self._look(name)
        return self._sources[name]

    def add(self, source: Source) -> None:
        """A module whose text stands elsewhere, such as in the template."""
        self._sources[source.name] = source

    def _is_library(self, name: str) -> bool:
        top = name.partition(".")[0]
        return top in LIBRARIES or top in self._installed() or not all(p.isidentifier() for p in name.split("."))

    def _installed(self) -> set[str]:
        """Top-level modules that were installed into the code's folder, by what pip leaves beside them."""
        if self._vendored is None:
            self._vendored = set()
            for folder in self.folders:
                if not self.files.folder(folder):
                    continue
                for info in folder.glob("*.dist-info"):
                    listed = self.files.read(info / "top_level.txt", LONGEST) or info.name.partition("-")[0].encode()
                    self._vendored |= set(listed.decode("utf-8", "replace").split())
        return self._vendored

    def _look(self, name: str) -> Source | None:
        for folder in self.folders:
            path = folder.joinpath(*name.split("."))
            for file, is_package in ((path / "__init__.py", True), (path.with_name(f"{path.name}.py"), False)):
                try:
                    content = self.files.read(file, LONGEST)
                except HoldfastError as error:
                    problem = f"{error.what}, and is not read"
                    return Source(name, self.files.name(file), ast.Module([], []), is_package, problem)
                if content is not None:
                    return parse(name, self.files.name(file), content, is_package=is_package)
            if self.files.folder(path):
                return Source(name, self.files.name(path), ast.Module([], []), is_package=True)
        return None


def parse(name: str, file: str, content: bytes | str, *, is_package: bool) -> Source:
    """Python as a tree; text that is none gives an empty one and says why."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content, file)
    except SyntaxError as error:
        line = f" (line {error.lineno})" if error.lineno else ""
        return Source(name, file, ast.Module([], []), is_package, f"it does not parse: {error.msg}{line}")
    except (ValueError, RecursionError, MemoryError, UnicodeError) as error:
        return Source(
            name, file, ast.Module([], []), is_package, f"it does not parse: {str(error) or type(error).__name__}"
        )
    return Source(name, file, tree, is_package)


class Scopes:
    """The scopes of a code base: the same module, or call with the same arguments, always has the same one."""

    def __init__(self) -> None:
        self._known: dict[object, Scope] = {}

    def of(self, key: object, kind: str, module: str, parent: Scope | None) -> Scope:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Scope(kind, module, parent)
        return found


@cache
def is_generator(node: FunctionNode) -> bool:
    """Whether a function yields, itself and not a function inside of it."""
    waiting: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(inner))
    return False
