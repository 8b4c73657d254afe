"""Test modules that run inside a service, where its package can be imported."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

from support import tools


def names(cases: Path) -> list[str]:
    """The tests in the module `cases`."""
    body = ast.parse(cases.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def results(service: Path, cases: Path) -> dict[str, list[str]]:
    """What went wrong in each test of `cases`, by its name; a test that did not run has no entry."""
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))
    shutil.copy(cases, service / "tests/guard/test_cases.py")
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
