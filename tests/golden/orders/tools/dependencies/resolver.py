"""uv, asked for the versions that pyproject.toml leads to."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from tools.dependencies import pins
from tools.dependencies.pins import Pin

PROJECT = Path("pyproject.toml")
MAIN = Path("requirements.txt")
#: A package without a wheel is refused: its own code would say what it needs, before anybody has audited it.
COMPILE = (
    "pip compile --quiet --universal --no-build --python-version 3.11 --generate-hashes --no-annotate "
    "--no-emit-index-url --no-emit-find-links --custom-compile-command"
)


def locks(project: Path) -> dict[Path, list[str]]:
    """Each lock with uv's words for what is in it.

    Ends the program where something is asked for by its address, or where nothing can be asked for.
    """
    try:
        content = tomllib.loads(project.read_text("utf-8"))
    except OSError as error:
        sys.exit(f"{project}: {error.strerror}")
    except ValueError as error:
        sys.exit(f"{project}: no TOML: {error}")
    groups = _table(project, content, "dependency-groups")
    asked = {"project.dependencies": _table(project, content, "project").get("dependencies")}
    asked |= {"dependency-groups.dev": None} | {f"dependency-groups.{name}": group for name, group in groups.items()}
    for name in groups:
        if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", name):
            sys.exit(f"{project}: {name!r} is no name of a group: write letters, digits, dots, hyphens and underscores")
    for place, texts in asked.items():
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str | dict) for text in texts):
            sys.exit(f'{project}: {place} is no list of what is to be locked: write it as in {place} = ["pydantic>=2"]')
        for text in texts:
            if isinstance(text, str) and requirement(text).url:
                sys.exit(f"{project}: {text}: only the index decides where a package comes from, so ask for a version")
    return {
        MAIN: [str(PROJECT)],
        Path("requirements-dev.txt"): [str(PROJECT), "--group", "dev", "--constraints", str(MAIN)],
        **{Path("tools", f"{name}.txt"): ["--group", name] for name in groups if name != "dev"},
    }


def _table(project: Path, content: dict[str, Any], name: str) -> dict[str, Any]:
    table = content.get(name)
    if not isinstance(table, dict):
        sys.exit(f"{project}: the table [{name}] is missing")
    return table


def requirement(text: str) -> Requirement:
    """The package that is asked for; ends the program where it is none."""
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        sys.exit(f"{text}: {str(error).splitlines()[0]}")


class Unsolvable(Exception):
    """What is asked for cannot be had, with uv's reasons."""


@dataclass(frozen=True)
class Resolver:
    """Makes locks in `folder`, which holds a copy of pyproject.toml.

    A version that is locked stays where it is, as long as pyproject.toml allows it, but for those of `packages`, or for
    all with `upgrade`. What comes new is at least `cooldown` days old.
    """

    uv: str
    folder: Path
    cooldown: int
    upgrade: bool = False
    packages: Sequence[str] = ()

    def lock(self, lock: Path, words: Sequence[str], held: list[Pin]) -> list[Pin]:
        """Write the lock, which holds `held` now. Raises Unsolvable; ends the program where no index answers."""
        before = pins.newest(held)

        def made(kept: Collection[str]) -> list[Pin]:
            (self.folder / lock).write_text("".join(f"{pin.line}\n" for pin in held), "utf-8")
            upgraded = self.packages or (sorted(before.keys() - set(kept)) if self.upgrade else ())
            self._compile(lock, [*words, *_each("--upgrade-package", upgraded), *_young(kept)])
            return pins.read(lock, folder=self.folder)

        named: set[str] = {canonicalize_name(requirement(package).name) for package in self.packages}
        try:
            first = made(())
        except Unsolvable:
            kept = before.keys() - named
        else:
            now = pins.newest(first)
            kept = {name for name, version in before.items() if now.get(name, version) < version} - named
            if not kept:
                return first
        # What was taken while it was young, as the mend of a vulnerability is, is out of sight again and must not fall
        # back for that. It does where pyproject.toml no longer allows it.
        while kept:
            found = made(kept)
            stayed = {name for name in kept if pins.newest(found).get(name) == before[name]}
            if stayed == kept:
                return found
            kept = stayed
        return made(())

    def _compile(self, lock: Path, words: Sequence[str]) -> None:
        command = [self.uv, *COMPILE.split(), "make lock", "--exclude-newer", f"P{self.cooldown}D", *words]
        command += ["--output-file", str(lock)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder)
        if done.returncode == 1:
            raise Unsolvable(f"{lock}: {done.stderr.strip()}")
        if done.returncode:
            print(f"{lock}: {done.stderr.strip()}")
            print("The index gave no answer: no lock was made, and none was found right.")
            sys.exit(2)


def _each(option: str, values: Collection[str]) -> list[str]:
    return [word for value in values for word in (option, value)]


def _young(kept: Collection[str]) -> list[str]:
    return _each("--exclude-newer-package", [f"{name}=P0D" for name in sorted(kept)])
