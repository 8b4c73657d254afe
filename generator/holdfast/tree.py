"""Trees: rendered files in memory, and the only code that puts them on disk."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.model import FileKind
from holdfast.names import DEVICES

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


@dataclass(frozen=True)
class File:
    """One rendered file: its bytes, whether it is executable, and who owns it after generation."""

    content: bytes
    executable: bool = False
    kind: FileKind = "managed"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


Tree = Mapping[str, File]


def check_path(path: str, *, where: str) -> str:
    """`path` if it is safe below a target on every system; refused otherwise."""
    parts = path.split("/")
    if (
        not path
        or _UNSAFE.search(path)
        or any(part in ("", ".", "..") or part != part.strip(" ") or part.endswith(".") for part in parts)
        or any(part.lower() == ".git" or part.lower().split(".")[0] in DEVICES for part in parts)
    ):
        raise HoldfastError(
            f"{path!r} is not a path inside the project that every system can hold",
            where=where,
            todo="mend the template's file name",
        )
    return path


def write(tree: Tree, directory: Path) -> None:
    """Write every file below `directory`, which must exist and be the tool's own (nothing is overwritten)."""
    made: set[Path] = set()
    for path in tree:
        file = tree[path]
        target = directory / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        with target.open("xb") as stream:
            stream.write(file.content)
        if file.executable:
            target.chmod(target.stat().st_mode | 0o111)
