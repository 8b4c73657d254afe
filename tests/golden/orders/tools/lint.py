"""Looks for what ruff cannot see: values of events in SQL, addresses, paths, commands and templates, and what leaks.

It reads the service's own code, template.yaml, samconfig.toml and holdfast.toml, and runs nothing of them. guard/ is
left out: it belongs to holdfast, and is the one place that may touch what is refused everywhere else.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.linting import allow, verbose_setting
from tools.linting.code import Project, too_deep
from tools.linting.finding import Finding
from tools.linting.rules import RULES


def findings(root: Path) -> list[Finding]:
    """What is wrong in the service at `root`, file by file, without what a comment allows."""
    project = Project(root)
    found = list(project.unreadable)
    for module in project.modules.values():
        try:
            raised = [
                Finding(module.path, line, column, rule, message, last)
                for rule, check in RULES.items()
                for (line, column, last), message in check(module)
            ]
        except RecursionError:
            raised = [too_deep(module.path)]
        found += allow.apply(raised, module.path, allow.in_python(module.text), {*RULES})
        found += allow.without_reason(module.text, module.path)
    for file in verbose_setting.FILES:
        if (root / file).is_file():
            found += verbose_setting.findings(root, file)
    return sorted(found)


def main() -> int:
    words = argparse.ArgumentParser(description="Look for values of events where they do harm, and for leaks.")
    words.add_argument("root", nargs="?", type=Path, default=Path(), help="the service's folder; this one by default")
    root = words.parse_args().root
    if not (root / "src").is_dir():
        words.error(f"{root.resolve()} holds no src/: run it in the service's folder")
    found = findings(root)
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
