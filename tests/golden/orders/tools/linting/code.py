"""The service's modules, parsed, and what their names stand for."""

from __future__ import annotations

import ast
import builtins
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .finding import Finding
from .scope import Bound, Names, Scope


@dataclass(eq=False)
class Module:
    """A file of src/: `name` is how others import it, `path` how a finding names it."""

    project: Project
    name: str
    path: str
    text: str
    tree: ast.Module

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each name stands for that is imported anywhere in the file, in full: `log` is `orders.guard.log`."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for each in node.names:
                    first = each.name.split(".")[0]
                    found[each.asname or first] = each.name if each.asname else first
            elif isinstance(node, ast.ImportFrom):
                start = self._above(node.level) + (node.module or "").split(".")
                found |= {each.asname or each.name: ".".join(filter(None, [*start, each.name])) for each in node.names}
        return found

    @cached_property
    def names(self) -> Names:
        return Names(self.tree, self._is_event)

    @cached_property
    def returned(self) -> dict[str, list[Bound]]:
        """What the functions of this module return, by their names."""
        names = {inner: node.name for node, inner in self.names.inner.items() if isinstance(node, ast.FunctionDef)}
        found: dict[str, list[Bound]] = {}
        for node, scope in self.names.nodes:
            if isinstance(node, ast.Return) and node.value and scope in names:
                found.setdefault(names[scope], []).append(Bound("value", scope, node.value))
        return found

    def calls(self) -> Iterator[tuple[ast.Call, Scope]]:
        """Every call, and the scope that it stands in."""
        return ((node, scope) for node, scope in self.names.nodes if isinstance(node, ast.Call))

    def called(self, call: ast.Call, scope: Scope) -> str:
        """The full name of what is called, also by a name of one's own: `run = subprocess.run`."""
        return self.dotted(*behind(call.func, scope))

    def dotted(self, node: ast.expr, scope: Scope) -> str:
        """The full name of what is imported or Python's own, `os.path.join` or `open`; empty for all else."""
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value, scope)
            return f"{owner}.{node.attr}" if owner else ""
        if isinstance(node, ast.Name) and not scope.find(node.id):
            return self.imports.get(node.id, node.id if hasattr(builtins, node.id) else "")
        return ""

    def _above(self, level: int) -> list[str]:
        """The package that a relative import of this many dots starts from; none for an absolute one."""
        parts = self.name.split(".")
        if self.path.endswith("__init__.py"):
            parts.append("")
        return parts[:-level] if level else []

    def _is_event(self, function: ast.AST, index: int, given: ast.arg) -> bool:
        """Whether a parameter is an event: the first one of a handler, or one annotated with a model of an event.py."""
        decorators: list[ast.expr] = getattr(function, "decorator_list", [])
        names = [self.dotted(each.func, Scope()) for each in decorators if isinstance(each, ast.Call)]
        if index == 0 and any(name.split(".")[-2:] == ["guard", "guarded"] for name in names):
            return True
        model = self.dotted(annotated(given.annotation), Scope()) if given.annotation else ""
        return model.split(".")[-2:-1] == ["event"]


class Project:
    """The modules under src/ but for guard/, by name; `unreadable` are the files that are no Python."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[str, Module] = {}
        self.unreadable: list[Finding] = []
        for path in sorted((root / "src").rglob("*.py")):
            parts = path.relative_to(root / "src").with_suffix("").parts
            if parts[1:2] == ("guard",):
                continue
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            shown = path.relative_to(root).as_posix()
            try:
                text = path.read_text("utf-8")
                self.modules[name] = Module(self, name, shown, text, ast.parse(text))
            except (SyntaxError, ValueError) as error:
                line, column = (error.lineno or 1, error.offset or 1) if isinstance(error, SyntaxError) else (1, 1)
                self.unreadable.append(Finding(shown, line, column, "syntax", "is no Python: mend it first", line))
            except (RecursionError, MemoryError):
                self.unreadable.append(too_deep(shown))

    @cached_property
    def banned(self) -> frozenset[str]:
        """What ruff lets nobody import, as pyproject.toml has it."""
        file = self.root / "pyproject.toml"
        found: Any = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        for key in ("tool", "ruff", "lint", "flake8-tidy-imports", "banned-api"):
            found = found.get(key, {})
        return frozenset(found)

    def find(self, dotted: str) -> tuple[Module, str] | None:
        """The module of the service that defines `dotted`, and its name there."""
        owner, _, name = dotted.rpartition(".")
        return (self.modules[owner], name) if owner in self.modules else None


def too_deep(path: str) -> Finding:
    """What is said of a file that Python itself could hardly read."""
    return Finding(path, 1, 1, "syntax", "is nested too deep to read: write it in smaller steps", 1)


def behind(node: ast.expr, scope: Scope, depth: int = 0) -> tuple[ast.expr, Scope]:
    """The attribute or the name that `node` was given to stand for, and where: `cursor.execute` for `run`."""
    if isinstance(node, ast.Name) and depth < 4:
        for each in scope.find(node.id):
            if each.role == "value" and isinstance(each.node, ast.Attribute | ast.Name):
                return behind(each.node, each.scope, depth + 1)
    return node, scope


def annotated(node: ast.expr) -> ast.expr:
    """An annotation, read out of its quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return node
    return node


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """What `call` gives for the first of these keywords that it names."""
    return next((each.value for name in names for each in call.keywords if each.arg == name), None)


def argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    """What `call` gives at `position`, counted from 0, or for one of these keywords; else what it unpacks there."""
    before = call.args[: position + 1]
    unpacked = next((each.value for each in before if isinstance(each, ast.Starred)), None)
    if unpacked is None and len(before) > position:
        return before[position]
    return keyword(call, *names) or unpacked or next((each.value for each in call.keywords if each.arg is None), None)


def is_literal(node: ast.expr | None, value: object) -> bool:
    """Whether `node` is that one literal: True, "data"."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def last_name(node: ast.expr) -> str:
    """What is called or read in the end: `execute` in `database.cursor().execute`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=function):
            return last_name(function)
    return ""
