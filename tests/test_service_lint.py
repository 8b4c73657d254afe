"""The lint of a service: what it catches and what it leaves alone, rule by rule, beside what ruff does."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
import yaml

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import goldens, lint_cases, service_tools, tools
from support.lint_cases import _comments, _idiomatic, _ruff, _settings

TABLES = lint_cases.tables()
UNTOUCHED = [(rule, name) for rule, (untouched, _) in TABLES.items() for name in untouched]
CAUGHT = [(rule, name) for rule, (_, caught) in TABLES.items() for name in caught]

Service = Path
#: What lint says about a file: line, rule and message.
Said = list[tuple[int, str, str]]


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The README's example on disk."""
    text = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    place = tmp_path_factory.mktemp("lint") / "orders"
    place.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
    return place


@pytest.fixture(scope="module")
def lint() -> ModuleType:
    """tools/lint.py, which is the same in every service."""
    return service_tools.module("tools.lint")


def written(root: Path, modules: dict[str, str]) -> dict[str, str]:
    """Write modules beside the cases' event.py in a service at `root`; their paths by name."""
    folder = root / "src/orders/functions/cases"
    folder.mkdir(parents=True)
    (folder / "event.py").write_text(lint_cases.MODEL, encoding="utf-8")
    (folder / "queries.py").write_text(lint_cases.QUERIES, encoding="utf-8")
    paths = {}
    for number, (name, text) in enumerate(modules.items()):
        path = folder / f"case_{number}.py"
        path.write_text(text, encoding="utf-8")
        paths[name] = path.relative_to(root).as_posix()
    return paths


def said(lint: ModuleType, root: Path, modules: dict[str, str]) -> dict[str, Said]:
    paths = written(root, modules)
    found: dict[str, Said] = defaultdict(list)
    for finding in lint.findings(root):
        found[finding.path].append((finding.line, finding.rule, finding.message))
    return {name: found[path] for name, path in paths.items()}


@pytest.fixture(scope="module")
def judged(lint: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """What lint says about each case of the tables."""
    modules = {
        f"{rule} {word} {name}": lint_cases.module(text)
        for rule, tables in TABLES.items()
        for word, table in zip(("leaves", "catches"), tables, strict=True)
        for name, text in table.items()
    }
    return said(lint, tmp_path_factory.mktemp("cases"), modules)


@pytest.mark.parametrize(("rule", "name"), UNTOUCHED)
def test_a_rule_leaves_alone(rule: str, name: str, judged: dict[str, Said]) -> None:
    """Nor has any other rule something to say about it."""
    assert judged[f"{rule} leaves {name}"] == []


@pytest.mark.parametrize(("rule", "name"), CAUGHT)
def test_a_rule_catches(rule: str, name: str, judged: dict[str, Said]) -> None:
    """Once, and no other rule sees the same."""
    assert [found for _, found, _ in judged[f"{rule} catches {name}"]] == [rule]


def test_every_rule_has_its_tables(lint: ModuleType) -> None:
    assert {*lint.RULES} == {*TABLES}
    assert all(untouched and caught for untouched, caught in TABLES.values())


@pytest.mark.parametrize(
    ("text", "banned"),
    [
        ('import_module("pickle")', "pickle"),
        ('import_module("xml.dom.minidom")', "xml"),
        ('import pkgutil\npkgutil.resolve_name("pickle:loads")', "pickle"),
        ('import_module("joblib")', ""),
        ('import_module("importlib.metadata")', ""),
    ],
)
def test_what_ruff_bans_is_not_imported_by_its_name(
    text: str, banned: str, service: Service, lint: ModuleType, tmp_path: Path
) -> None:
    """pyproject.toml says what, for both."""
    (tmp_path / "pyproject.toml").write_bytes((service / "pyproject.toml").read_bytes())
    found = said(lint, tmp_path, {"case": lint_cases.module(text)})["case"]
    assert [(rule, message.partition(" ")[0]) for _, rule, message in found] == (
        [("dynamic-code", banned)] if banned else []
    )


@pytest.fixture(scope="module")
def idiomatic(
    lint: ModuleType, service: Service, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Said], dict[str, set[str]]]:
    """What lint and ruff say about each of the idiomatic modules."""
    modules = {name: dedent(text) for name, text in _idiomatic.MODULES.items()}
    root = tmp_path_factory.mktemp("idiomatic")
    return said(lint, root, modules), ruff(service, root, modules)


@pytest.mark.parametrize("name", _idiomatic.MODULES)
def test_idiomatic_code_passes(name: str, idiomatic: tuple[dict[str, Said], dict[str, set[str]]]) -> None:
    """ruff's too, so that nobody learns to write `noqa`."""
    ours, theirs = idiomatic
    assert (ours[name], theirs[name]) == ([], set())


def test_what_holdfast_writes_passes(lint: ModuleType, catalogue: Catalogue, tmp_path: Path) -> None:
    """Every golden service, its settings included."""
    for name, files in goldens.trees(catalogue).items():
        (tmp_path / name).mkdir()
        tree.write(files, tmp_path / name)
        assert lint.findings(tmp_path / name) == [], name


@pytest.mark.parametrize("name", _comments.ALLOWED)
def test_a_comment_with_a_reason_allows_a_finding(name: str, lint: ModuleType, tmp_path: Path) -> None:
    assert said(lint, tmp_path, {"case": lint_cases.module(_comments.ALLOWED[name])})["case"] == []


@pytest.mark.parametrize("name", _comments.WRONG)
def test_a_comment_that_is_wrong_is_found_itself(name: str, lint: ModuleType, tmp_path: Path) -> None:
    text, expected = _comments.WRONG[name]
    found = {rule: message for _, rule, message in said(lint, tmp_path, {"case": lint_cases.module(text)})["case"]}
    assert found.keys() == expected.keys()
    assert all(found[rule].startswith(start) for rule, start in expected.items()), found


def set_to(lint: ModuleType, root: Path, file: str, text: str) -> list[Any]:
    (root / "src").mkdir()
    (root / file).write_text(text, encoding="utf-8")
    return list(lint.findings(root))


@pytest.mark.parametrize(("file", "text"), _settings.QUIET)
def test_a_setting_that_shows_nothing_passes(lint: ModuleType, tmp_path: Path, file: str, text: str) -> None:
    assert set_to(lint, tmp_path, file, text) == []


@pytest.mark.parametrize(("file", "text", "line", "message"), _settings.VERBOSE)
def test_a_verbose_setting_is_found(
    lint: ModuleType, tmp_path: Path, file: str, text: str, line: int, message: str
) -> None:
    found = set_to(lint, tmp_path, file, text)
    assert [(each.path, each.line) for each in found] == [(file, line)], found
    assert found[0].message.startswith(message)


def test_guard_and_what_is_not_shipped_are_left_alone(lint: ModuleType, tmp_path: Path) -> None:
    for path in ("src/orders/guard/logs.py", "tests/test_a.py", "tools/a.py"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("def f(cursor, text):\n    cursor.execute(text)\n", encoding="utf-8")
    assert lint.findings(tmp_path) == []


UNREADABLE = {
    "no Python": (b"def f(:\n", "is no Python: mend it first"),
    "no text": (b"\xff\xfe\x00", "is no Python: mend it first"),
    "deep": (b"x = " + b"+".join([b"'a'"] * 800) + b"\n", "is nested too deep to read: write it in smaller steps"),
    "deeper": (b"x = " + b"+".join([b"'a'"] * 9000) + b"\n", "is nested too deep to read: write it in smaller steps"),
    "too deep for Python": (b"x = " + b"-" * 9000 + b"1\n", "is nested too deep to read: write it in smaller steps"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_a_finding(name: str, lint: ModuleType, tmp_path: Path) -> None:
    content, message = UNREADABLE[name]
    (tmp_path / "src/orders").mkdir(parents=True)
    (tmp_path / "src/orders/a.py").write_bytes(content)
    assert [(each.path, each.rule, each.message) for each in lint.findings(tmp_path)] == [
        ("src/orders/a.py", "syntax", message)
    ]


def run(service: Service, *words: str) -> tuple[int, str]:
    done = tools.attempt([sys.executable, "-m", "tools.lint", *words], cwd=service)
    return done.returncode, done.stdout


def test_it_says_where_and_what_on_one_line_each(service: Service, tmp_path: Path) -> None:
    """And exits with 1; with 0 where it finds nothing."""
    assert run(service) == (0, "")
    path = written(tmp_path, {"case": lint_cases.module('open(event.name)\nlog.info("a", extra=event)')})["case"]
    code, printed = run(service, str(tmp_path))
    assert code == 1
    assert re.fullmatch(
        rf"{path}:(\d+):10: file-path the event chooses the path: .+\n{path}:\d+:25: log-extra extra= hides .+\n",
        printed,
    ), printed


def test_a_folder_that_is_no_service_is_refused(service: Service, tmp_path: Path) -> None:
    code, printed = run(service, str(tmp_path))
    assert code == 2
    assert f"{tmp_path.resolve()} holds no src/: run it in the service's folder" in printed
    assert run(service, "--fix")[0] == 2


def test_make_lint_and_the_commit_hook_run_it(service: Service) -> None:
    """The hook where a file changes that lint reads."""
    makefile = (service / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe
    assert "\t@.venv/bin/python -m tools.lint\n" in recipe[1]
    hooks = yaml.safe_load((service / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    hook = next(hook for hook in hooks if hook["id"] == "lint")
    assert hook["entry"] == ".venv/bin/python -m tools.lint"
    assert not hook["pass_filenames"]
    paths = {path.relative_to(service).as_posix() for path in service.rglob("*") if path.is_file()}
    read = {path for path in paths if re.search(hook["files"], path)}
    code = {path for path in paths if path.startswith("src/") and path.endswith(".py")}
    assert read == {"template.yaml", "samconfig.toml", "holdfast.toml", *code}


def ruff(service: Service, root: Path, modules: dict[str, str]) -> dict[str, set[str]]:
    """The codes of what ruff finds in each module, by the service's own settings, in one run."""
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))
    if not (root / "src").is_dir():
        written(root, modules)
    (root / "pyproject.toml").write_bytes((service / "pyproject.toml").read_bytes())
    words = [str(commands / "ruff"), "check", "--no-cache", "--output-format", "json", "src"]
    found: dict[str, set[str]] = defaultdict(set)
    for each in json.loads(tools.attempt(words, cwd=root).stdout):
        found[Path(each["filename"]).stem].add(each["code"])
    return {name: found[f"case_{number}"] for number, name in enumerate(modules)}


@pytest.fixture(scope="module")
def banned(service: Service, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What ruff says about each text of the table."""
    modules = {text: f'"""A case."""\n\n{text}\n' for text in _ruff.CAUGHT}
    return ruff(service, tmp_path_factory.mktemp("banned"), modules)


@pytest.mark.parametrize("text", _ruff.CAUGHT)
def test_ruff_catches(text: str, banned: dict[str, set[str]]) -> None:
    assert _ruff.CAUGHT[text] in banned[text]


def test_every_ban_of_ruff_has_its_case(service: Service) -> None:
    """A ban that no text of the table names could be one that never takes effect."""
    settings = tomllib.loads((service / "pyproject.toml").read_text(encoding="utf-8"))
    bans = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    texts = " ".join(re.sub(r"from (\S+) import (\S+)", r"\1.\2 \1", text) for text in _ruff.CAUGHT)
    assert [ban for ban in bans if not re.search(rf"(?<![\w.]){re.escape(ban)}(?!\w)", texts)] == []
