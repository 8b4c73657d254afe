"""What would run by itself in what was built: before the function's own code, whoever put it there.

A path file or a site module runs when Python starts, and a module called like one of Python's own, on top of the
artefact, runs in its place: Lambda looks there first. `startup_files.py FOLDER` names them and fails.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

#: .pth files may hold code; .start files name what to call (PEP 829).
STARTUP = re.compile(r".*\.(?:pth|start)|(?:site|user)customize(?:\..*)?")
CODE = {".py", ".pyc", ".so"}


def found(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each such file or folder, and what it would do."""
    for path in sorted(folder.rglob("*")):
        if STARTUP.fullmatch(path.name):
            yield path.relative_to(folder), "runs when Python starts"
    for path in sorted(folder.iterdir()):
        holds_code = any(one.suffix in CODE for one in path.rglob("*")) if path.is_dir() else path.suffix in CODE
        if holds_code and path.name.partition(".")[0] in sys.stdlib_module_names:
            yield path.relative_to(folder), f"runs in the place of Python's own {path.name.partition('.')[0]}"


def main(folder: Path) -> int:
    if not any(folder.iterdir()):
        sys.exit(f"{folder}: nothing was built")
    status = 0
    for path, why in found(folder):
        print(f"{path}: {why}: take out of pyproject.toml what brings it", file=sys.stderr)
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
