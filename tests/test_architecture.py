"""Imports go one way, every idea keeps its room, and what costs time is imported where it is used."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from minimal import ROOT

SOURCE = ROOT / "generator/holdfast"
#: From the user down to the words that everybody speaks. A module or package imports its own row's and those below.
LAYERS = (
    {"__main__"},
    {"cli", "plain"},
    {"prompts", "commands", "reports", "gather", "schema", "pruning"},
    {"changing"},
    {"placing", "privileges", "editing"},
    {"project", "sets"},
    {"render", "lock"},
    {"journaling"},
    {"merging"},
    {"drawing"},
    {"graph"},
    {"context", "jinja", "parseable", "policysize", "spec"},
    {"members", "statements"},
    {"permissions", "views"},
    {"reader"},
    {"answers", "catalogue"},
    {"fitting", "tables"},
    {"sharing"},
    {"parts"},
    {"grants", "questions"},
    {"compiled", "origins"},
    {"source", "tree"},
    {"arns", "caches", "git", "iam", "names", "places", "shapes", "stdlib", "text", "versions"},
    {"model", "errors"},
    {"__init__"},
)
#: Who may use what, where that is not everybody's.
ROOMS = {
    "boto3": {"privileges"},
    "botocore": {"privileges"},
    "click": {"cli", "prompts"},
    "cookiecutter": {"jinja"},
    "jinja2": {"compiled", "jinja", "render"},
    "prompt_toolkit": {"prompts"},
    "pygraphviz": {"drawing"},
    "questionary": {"prompts"},
    "rich": {"cli", "reports"},
    "samtranslator": {"privileges"},
    "slugify": {"jinja"},
    "subprocess": {"git"},
    "tomlkit": {"editing", "pruning", "sets"},
    "yaml": {"parseable", "privileges"},
}
#: What plain cookiecutter brings, and with it everything that its hooks may import.
WITH_COOKIECUTTER = {"click", "cookiecutter", "jinja2", "rich", "slugify", "yaml"}
#: Who writes files: of a project, of the journal beside it, of the user's cache.
WRITERS = {
    "caches",
    "changing.finishing",
    "changing.refusing",
    "changing.writing",
    "compiled",
    "git.merging",
    "journaling.home",
    "journaling.journal",
    "journaling.working",
    "origins",
    "placing",
    "tree",
}
_RUNS = re.compile(r"os\.(?:system|popen|startfile|exec\w*|spawn\w*|posix_spawn\w*)")
_WRITES = re.compile(
    r"(?:\.|\b)(?:write_text|write_bytes|open(?!\('rb'\))|mkdir|makedirs|rename|replace_file|rmdir|rmtree|unlink|touch|chmod)\("
)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name below `holdfast`."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


@cache
def imported(name: str) -> frozenset[str]:
    """What a module imports, wherever in it: dotted names, those of the package as `holdfast.…`."""
    found: set[str] = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= set(_from(node.module, [alias.name for alias in node.names]))
    return frozenset(found)


def _from(module: str, names: list[str]) -> Iterator[str]:
    """`from holdfast import spec` imports a module, `from holdfast.spec import parse` does so once."""
    for name in names:
        inner = f"{module}.{name}".removeprefix("holdfast.")
        yield f"holdfast.{inner}" if module.startswith("holdfast") and inner in modules() else module


def own(name: str) -> set[str]:
    """The package's modules that a module imports."""
    found = {
        "__init__" if other == "holdfast" else other.removeprefix("holdfast.")
        for other in imported(name)
        if other.split(".")[0] == "holdfast"
    }
    return found - {name}


def room(name: str) -> str:
    return name.partition(".")[0]


def layer(name: str) -> int:
    for number, rooms in enumerate(LAYERS):
        if room(name) in rooms:
            return number
    pytest.fail(f"holdfast.{name} stands in no layer: say in LAYERS where it belongs", pytrace=False)


def test_imports_never_go_upward() -> None:
    wrong = [f"{name} -> {other}" for name in modules() for other in own(name) if layer(other) < layer(name)]
    assert wrong == []


def test_imports_form_no_cycle() -> None:
    graph = {name: own(name) for name in modules() if name != "__init__"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle of imports: {' -> '.join(error.args[1])}", pytrace=False)


def test_no_command_imports_another() -> None:
    commands = [name for name in modules() if room(name) == "commands" and name != "commands"]
    assert commands
    wrong = [f"{name} -> {other}" for name in commands for other in own(name) if room(other) in ("commands", "prompts")]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_a_library_is_used_in_its_room_alone(library: str) -> None:
    users = {room(name) for name in modules() if any(other.split(".")[0] == library for other in imported(name))}
    assert users <= ROOMS[library], f"{library} belongs in {sorted(ROOMS[library])}"
    assert users, f"nothing uses {library}: take it out of ROOMS and of pyproject.toml"


def test_no_dependency_is_without_a_room() -> None:
    known = set(ROOMS) | set(sys.stdlib_module_names) | {"holdfast"}
    wrong = [f"{name} -> {other}" for name in modules() for other in imported(name) if other.split(".")[0] not in known]
    assert wrong == []


def test_only_git_starts_a_process() -> None:
    for name, tree in modules().items():
        assert not _RUNS.search(ast.unparse(tree)) or room(name) == "git", f"{name} starts a process"


def test_only_the_command_line_prints() -> None:
    """Reports and questions go to the screen through rich and questionary; nothing else writes to it."""
    for name, tree in modules().items():
        text = ast.unparse(tree)
        prints = re.search(r"(?<![.\w])print\(|click\.(?:echo|secho)\(|sys\.(?:stdout|stderr)\b", text)
        assert not prints or room(name) in ("cli", "prompts"), f"{name} prints"


def test_only_these_write_files() -> None:
    """A tree is written by `tree` and put in place by `placing`, a change by `journaling`; git has scratch folders."""
    texts = {name: ast.unparse(tree).replace("os.open(os.devnull", "") for name, tree in modules().items()}
    writers = {name for name, text in texts.items() if _WRITES.search(text)}
    assert writers == WRITERS, "only these may write files"


def test_the_hooks_need_nothing_that_cookiecutter_does_not_bring() -> None:
    """Plain cookiecutter runs them in its own environment, where questionary and tomlkit are not installed."""
    reached, waiting = {"__init__"}, {"plain"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= own(name) - reached
    foreign = {
        other.split(".")[0]
        for name in reached
        for other in imported(name)
        if other.split(".")[0] not in {*sys.stdlib_module_names, "holdfast"}
    }
    assert foreign <= WITH_COOKIECUTTER


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (
            ["--help"],
            {
                "asyncio",
                "boto3",
                "botocore",
                "cookiecutter",
                "jinja2",
                "prompt_toolkit",
                "pygraphviz",
                "questionary",
                "rich",
                "samtranslator",
                "subprocess",
                "tomlkit",
                "yaml",
            },
        ),
        (
            ["new", "service", "--spec", "SPEC", "--no-git", "--quiet"],
            {
                "boto3",
                "botocore",
                "prompt_toolkit",
                "pygraphviz",
                "questionary",
                "rich",
                "samtranslator",
                "tomlkit",
            },
        ),
        (["map", "SPEC", "--format", "mermaid"], {"prompt_toolkit", "pygraphviz", "questionary", "rich", "tomlkit"}),
    ],
    ids=["--help", "new", "map"],
)
def test_what_costs_is_imported_where_it_is_used(arguments: list[str], absent: set[str], tmp_path: Path) -> None:
    words = [str(ROOT / "examples/orders.toml") if word == "SPEC" else word for word in arguments]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "holdfast", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded, "this did not look at what was imported"
    assert loaded & absent == set()
