"""A renamed function or resource: its files go to their new places, and what the user made of them with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from holdfast import names
from holdfast.errors import HoldfastError
from holdfast.git import Entry
from holdfast.merging.disk import Disk
from holdfast.merging.plan import Note
from holdfast.tree import File, Tree


@dataclass(frozen=True)
class Renaming:
    """A name that becomes another one, as it stands in the spec."""

    old: str
    new: str

    def pairs(self, base: Tree, theirs: Tree) -> dict[str, str]:
        """The files that only their path tells apart: each old path and its new one."""
        found = {}
        for path in sorted(base.keys() - theirs.keys()):
            other = self._renamed(path)
            if other in theirs and other not in base:
                found[path] = other
        return found

    def _renamed(self, path: str) -> str:
        for way in (names.module, str):
            other = re.sub(rf"(?<![A-Za-z0-9]){re.escape(way(self.old))}(?![A-Za-z0-9])", way(self.new), path)
            if other != path:
                return other
        return path

    def mentions(self, files: Mapping[str, Entry], pattern: str) -> Iterator[Note]:
        """Each place in the user's files that speaks of the old name in a way that no longer works."""
        old = re.compile(pattern.format(re.escape(names.module(self.old))).encode())
        for path, entry in sorted(files.items()):
            for found in old.finditer(entry.content):
                line = entry.content.count(b"\n", 0, found.end()) + 1
                said = b" ".join(found[0].split()).decode("utf-8", "replace").rstrip("(")
                yield Note(f"{path}:{line}", f"it still says {said}; mend that by hand")


@dataclass(frozen=True)
class Moves:
    """Where files are and where they shall be: rendered ones, and the user's own beside them."""

    pairs: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> Mapping[str, str]:
        return {**self.pairs, **self.own}

    def base(self, tree: Tree) -> dict[str, File]:
        """The old render with its files at their new places."""
        return {self.pairs.get(path, path): file for path, file in tree.items()}

    def disk(self, there: Disk) -> Disk:
        """What lies there, as if it were at its new place already. Refused where something is."""
        moved = {old: new for old, new in self.all.items() if old in there.raw}
        for new in moved.values():
            if new in there.raw or new in there.obstacles:
                raise HoldfastError("it is in the way of a file that moves there", where=new, todo="move it away")
        return replace(
            there,
            raw={moved.get(path, path): entry for path, entry in there.raw.items()},
            plain={moved.get(path, path): entry for path, entry in there.plain.items()},
            styles={moved.get(path, path): style for path, style in there.styles.items()},
        )

    def changes(self, planned: Mapping[str, Entry | None], there: Disk) -> dict[str, Entry | None]:
        """What was planned for the new places, with the old ones given up."""
        found = dict(planned)
        for old, new in self.all.items():
            if old in there.raw:
                found.setdefault(new, there.raw[old])
                found[old] = None
        return {path: wanted for path, wanted in found.items() if wanted or path in there.raw}

    def unchanged(self, there: Disk, changes: Mapping[str, Entry | None]) -> set[str]:
        """The old places of files that only move: nothing of them can be lost."""
        return {old for old, new in self.all.items() if old in there.raw and changes.get(new) == there.raw[old]}


def moves(renaming: Renaming | None, base: Tree, theirs: Tree, files: Iterable[str]) -> Moves:
    """The moves that a renaming means; `files` are all of the project's, for those in a folder that moves whole."""
    if renaming is None:
        return Moves()
    pairs = renaming.pairs(base, theirs)
    folders = {}
    for old, new in pairs.items():
        above, there = old.rpartition("/")[0], new.rpartition("/")[0]
        if above != there and not any(path.startswith(f"{above}/") for path in theirs):
            folders[above] = there
    own = {}
    for path in files:
        for above, there in folders.items():
            if path.startswith(f"{above}/") and path not in base:
                own[path] = there + path[len(above) :]
    return Moves(pairs, own)
