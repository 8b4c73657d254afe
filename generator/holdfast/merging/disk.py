"""The user's side: what lies at the paths that matter, links and folders told from files and never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from holdfast.errors import HoldfastError
from holdfast.git import EXECUTABLE, FILE, LINK, Entry
from holdfast.merging.style import PLAIN, Style, plain

#: Why nothing can be written at a path as things are.
Obstacle = Literal["a folder", "no file", "below a file", "below a link"]


@dataclass(frozen=True)
class Disk:
    """What was read: entries as they lie there, and in plain style with how they were written; what is in the way."""

    raw: Mapping[str, Entry]
    plain: Mapping[str, Entry]
    styles: Mapping[str, Style]
    obstacles: Mapping[str, Obstacle]

    def without(self, paths: Container[str]) -> Disk:
        """The rest of it."""
        return Disk(
            {path: entry for path, entry in self.raw.items() if path not in paths},
            {path: entry for path, entry in self.plain.items() if path not in paths},
            {path: style for path, style in self.styles.items() if path not in paths},
            {path: obstacle for path, obstacle in self.obstacles.items() if path not in paths},
        )

    def beside(self, other: Disk) -> Disk:
        """Both of them."""
        return Disk(
            {**other.raw, **self.raw},
            {**other.plain, **self.plain},
            {**other.styles, **self.styles},
            {**other.obstacles, **self.obstacles},
        )

    @property
    def usual(self) -> Style:
        """How most of the files are written: the style of a new one."""
        crlf = sum(style.crlf for style in self.styles.values())
        return Style(crlf=True) if crlf * 2 > len(self.styles) else PLAIN


def read(root: Path, paths: Iterable[str], *, modes: Mapping[str, str] | None = None) -> Disk:
    """What lies at `paths` below `root`; `modes` are those of the plain entries, where the file system has none."""
    raw: dict[str, Entry] = {}
    obstacles: dict[str, Obstacle] = {}
    folders: dict[str, Obstacle | None] = {"": None}
    for path in _told_apart(root, list(dict.fromkeys(paths))):
        blocked = _above(root, path.rpartition("/")[0], folders)
        if blocked:
            obstacles[path] = blocked
            continue
        found = _entry(root / path)
        if isinstance(found, Entry):
            raw[path] = found
        elif found:
            obstacles[path] = found
    texts = {
        path: plain(entry.content) if entry.mode != LINK else (entry.content, PLAIN) for path, entry in raw.items()
    }
    return Disk(
        raw,
        {path: Entry(text, _mode(path, raw[path], modes or {})) for path, (text, _) in texts.items()},
        {path: style for path, (_, style) in texts.items()},
        obstacles,
    )


def _told_apart(root: Path, paths: list[str]) -> list[str]:
    """The paths without those that lead to another one's file, where a file system does not tell cases apart."""
    folded: dict[str, list[str]] = {}
    for path in paths:
        folded.setdefault(path.casefold(), []).append(path)
    twins = {path for group in folded.values() if len(group) > 1 for path in group}
    return [path for path in paths if path not in twins or _is_named(root / path)]


def _is_named(path: Path) -> bool:
    """Whether a folder lists the file by this very name, or has none that could be meant by it."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return True
    return path.name in names or path.name.casefold() not in {name.casefold() for name in names}


def _mode(path: str, entry: Entry, modes: Mapping[str, str]) -> str:
    return entry.mode if entry.mode == LINK else modes.get(path, entry.mode)


def _above(root: Path, folder: str, known: dict[str, Obstacle | None]) -> Obstacle | None:
    """What keeps `folder` from being one, if anything; one that is not there yet can be made."""
    if folder not in known:
        above = _above(root, folder.rpartition("/")[0], known)
        if above is None:
            try:
                mode = (root / folder).lstat().st_mode
                above = "below a link" if stat.S_ISLNK(mode) else None if stat.S_ISDIR(mode) else "below a file"
            except FileNotFoundError:
                above = None
        known[folder] = above
    return known[folder]


def _entry(path: Path) -> Entry | Obstacle | None:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return Entry(os.fsencode(path.readlink()), LINK)
        if stat.S_ISREG(mode):
            return Entry(path.read_bytes(), EXECUTABLE if mode & 0o100 else FILE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HoldfastError(
            f"it cannot be read: {error.strerror or error}", where=str(path), todo="mend that and try again"
        ) from None
    return "a folder" if stat.S_ISDIR(mode) else "no file"
