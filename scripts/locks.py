"""Write template/locks again: what the own `make lock` of a generated service writes, for each backend and CI system.

`make locks` keeps every version that still fits; `make locks UPGRADE=--upgrade` takes the newest of a week ago.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
LOCKS = TEMPLATE / "locks"


def names(group: str) -> list[str]:
    """The parts that a group of the template offers."""
    return sorted(part.parent.name for part in (TEMPLATE / group).glob("*/part.toml"))


def start() -> None:
    """Give a part that is new its first locks, so that a service with it can be rendered.

    A neighbour's versions are kept where they fit: backends differ by what they bring alone.
    """
    (LOCKS / "tools").mkdir(parents=True, exist_ok=True)
    for backend, kind in itertools.product(names("observability"), ("", "-dev")):
        known = sorted(path for name in names("observability") for path in LOCKS.glob(f"{name}{kind}.txt"))
        if not (LOCKS / f"{backend}{kind}.txt").exists():
            shutil.copyfile(known[0] if known else os.devnull, LOCKS / f"{backend}{kind}.txt")
    for tool in TEMPLATE.glob("**/files/tools/*.txt"):
        (LOCKS / "tools" / tool.name).touch()


def example(group: str, name: str) -> Mapping[str, object]:
    """What a part's own example answers: some of it must be given."""
    part = tomllib.loads((TEMPLATE / group / name / "part.toml").read_text(encoding="utf-8"))
    given: Mapping[str, object] = part.get("example", {})
    return given


def answers(given: Mapping[str, object], above: str = "") -> list[str]:
    """`given` as options of `holdfast new`."""
    found: list[str] = []
    for key, value in given.items():
        found += answers(value, f"{above}{key}.") if isinstance(value, dict) else ["--set", f"{above}{key}={value}"]
    return found


def lock(backend: str, system: str, upgrade: list[str]) -> None:
    """Generate a service, lock it, and keep its locks."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder, "service")
        new = [sys.executable, "-m", "holdfast", "new", str(service), "--spec", str(ROOT / "examples" / "orders.toml")]
        new += ["--set", f"observability.backend={backend}", "--set", f"ci.system={system}", "--no-git", "--quiet"]
        new += answers(example("observability", backend)) + answers(example("ci", system))
        subprocess.run(new, check=True)
        # As its `make lock` and `make upgrade`, but for uv, which is here already.
        subprocess.run(
            [sys.executable, "-m", "tools.dependencies.lock", "--uv", str(uv), *upgrade], cwd=service, check=True
        )
        shutil.copyfile(service / "requirements.txt", LOCKS / f"{backend}.txt")
        shutil.copyfile(service / "requirements-dev.txt", LOCKS / f"{backend}-dev.txt")
        for tool in (service / "tools").glob("*.txt"):
            shutil.copyfile(tool, LOCKS / "tools" / tool.name)


def main(*upgrade: str) -> None:
    start()
    for backend, system in itertools.product(names("observability"), names("ci")):
        print(f"locking a service with {backend} and {system}")
        lock(backend, system, list(upgrade))


if __name__ == "__main__":
    main(*sys.argv[1:])
