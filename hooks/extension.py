"""What cookiecutter loads before it asks or writes anything: it ends runs that could only fail later, with one line.

Any Python that cookiecutter runs on must be able to read this file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment
from jinja2.ext import Extension

OLDEST = (3, 11)
#: What `pre_prompt` makes: cookiecutter takes it for the template, and its rendered name is the project's folder.
FOLDER = "{{holdfast(cookiecutter)}}"
ROOT = Path(__file__).resolve().parent.parent


def problem(version: tuple[int, ...], root: Path) -> str:
    """Why nothing can be built by a Python of this version out of the copy in `root`; empty where it can."""
    if version < OLDEST:
        needed, found = (".".join(map(str, numbers[:3])) for numbers in (OLDEST, version))
        return f"holdfast needs Python {needed} or later and cookiecutter runs on {found}; install it for a newer one"
    if not (root / FOLDER).is_dir():
        return (
            "holdfast builds in its hooks, and they did not run; use cookiecutter 2.4 or later, with --accept-hooks yes"
        )
    return ""


_PROBLEM = problem(sys.version_info[:3], ROOT)
if _PROBLEM:
    raise ImportError(_PROBLEM)


class Holdfast(Extension):
    """Gives templates `holdfast(cookiecutter)`: the project's name, once all the answers are known to be good."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals["holdfast"] = checked_name


def checked_name(answers: dict[str, object]) -> str:
    """The name of the project's folder. Answers that holdfast refuses end cookiecutter here, before it makes one."""
    script = Path(str(answers["_repo_dir"]), "hooks", "check.py")
    done = subprocess.run(
        [sys.executable, str(script)], input=json.dumps(answers), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FailedHookException(
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "holdfast: no reason given"
        )
    return str(answers["project_name"])
