"""What a tree holds at a path: content and git's mode."""

from __future__ import annotations

from dataclasses import dataclass

FILE, EXECUTABLE, LINK = "100644", "100755", "120000"


@dataclass(frozen=True)
class Entry:
    """A file, or a symbolic link, whose content is then where it leads."""

    content: bytes
    mode: str = FILE
