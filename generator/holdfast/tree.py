"""Trees: rendered files in memory, and the only code that puts them on disk."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError, shown
from holdfast.model import FileKind
from holdfast.names import DEVICES

_UNSAFE = re.compile(r'[<>:"|?*\\]')
#: File systems end a name at 255 bytes.
LONGEST_PART = 255


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
    if (
        not path.isprintable()
        or unicodedata.normalize("NFC", path) != path
        or _UNSAFE.search(path)
        or not all(_fits(part) for part in path.split("/"))
    ):
        raise HoldfastError(
            f"{shown(path)} is not a path inside the project that every system can hold",
            where=where,
            todo="mend the template's file name",
        )
    return path


def _fits(part: str) -> bool:
    """Whether every system takes one part of a path for itself, and none for git's or for a device."""
    plain = unicodedata.normalize("NFKC", part).casefold()
    return (
        part not in ("", ".", "..")
        and part == part.strip(" ")
        and not part.endswith(".")
        and len(part.encode()) <= LONGEST_PART
        and plain not in (".git", "git~1")
        and plain.split(".")[0].rstrip(" ") not in DEVICES
    )


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
