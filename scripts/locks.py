"""Write template/locks again: what the own `make lock` of a generated service writes, for each backend and CI system.

`make locks` keeps every version that still fits; `make locks UPGRADE=--upgrade` takes the newest of a week ago.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
LOCKS = TEMPLATE / "locks"


def names(group: str) -> list[str]:
    """The parts that a group of the template offers."""
    return sorted(part.parent.name for part in (TEMPLATE / group).glob("*/part.toml"))


def start() -> None:
    """Give a part that is new its empty locks, so that a service with it can be rendered."""
    (LOCKS / "tools").mkdir(parents=True, exist_ok=True)
    for backend in names("observability"):
        (LOCKS / f"{backend}.txt").touch()
        (LOCKS / f"{backend}-dev.txt").touch()
    for tool in TEMPLATE.glob("**/files/tools/*.txt"):
        (LOCKS / "tools" / tool.name).touch()


def lock(backend: str, system: str, upgrade: list[str]) -> None:
    """Generate a service, lock it, and keep its locks."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder, "service")
        new = [sys.executable, "-m", "holdfast", "new", str(service), "--spec", str(ROOT / "examples" / "orders.toml")]
        new += ["--set", f"observability.backend={backend}", "--set", f"ci.system={system}", "--no-git", "--quiet"]
        subprocess.run(new, check=True)
        # As its `make lock` and `make upgrade`, but for uv, which is here already.
        subprocess.run([sys.executable, "tools/lock.py", "--uv", str(uv), *upgrade], cwd=service, check=True)
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
