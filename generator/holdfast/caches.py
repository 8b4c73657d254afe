"""The user's cache: what can be had again, and nothing that anybody would miss."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

#: So many files of one sort are kept, the newest.
MOST = 40


def folder() -> Path | None:
    """Our folder in it; None where the user has no home."""
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA", "")
        return Path(place, "holdfast", "cache") if place else None
    with suppress(RuntimeError):
        usual = Path("~").expanduser() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
        return Path(os.environ.get("XDG_CACHE_HOME") or usual, "holdfast")
    return None


def own(path: Path) -> bool:
    """Whether a file is the user's alone: nobody else could have written it."""
    if sys.platform == "win32":
        return path.is_file()
    with suppress(OSError):
        found = path.lstat()
        return found.st_uid == os.getuid() and not found.st_mode & 0o022
    return False


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file of the cache, whole or not at all; where it cannot, nobody is the worse for it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(beside)
            beside.chmod(0o600)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        files = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[MOST:]:
            file.unlink()
