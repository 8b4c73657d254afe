"""The text types of a generated service's guard; the cases run inside a service, where its package can be imported."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import tools

CASES = Path(__file__).parent / "support/text_cases.py"
NAMES = [
    node.name
    for node in ast.parse(CASES.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


@pytest.fixture(scope="module")
def results(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What went wrong in each case, by its name; a case that did not run has no entry."""
    text = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    service = tmp_path_factory.mktemp("text") / "orders"
    service.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), service)
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))

    shutil.copy(CASES, service / "tests/guard/test_cases.py")
    report = service / "report.xml"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/guard/test_cases.py", f"--junitxml={report}"]
    printed = tools.attempt([str(commands / "python"), *words], cwd=service).stdout
    assert report.is_file(), printed
    found: dict[str, list[str]] = defaultdict(list)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        wrong = [f"{case.get('name')}:\n{part.text}" for part in case if part.tag in ("failure", "error", "skipped")]
        found[str(case.get("name")).partition("[")[0]] += wrong
    assert found, printed
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_text_type_keeps_its_promise(name: str, results: dict[str, list[str]]) -> None:
    assert name in results, "it did not run"
    if results[name]:
        pytest.fail("\n".join(results[name]), pytrace=False)
