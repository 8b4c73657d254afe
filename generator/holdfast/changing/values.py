"""What goes into a change of a project, and what comes out of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.catalogue import Catalogue
from holdfast.changing.moving import Renaming
from holdfast.git import Entry
from holdfast.lock import Lock
from holdfast.merging.plan import Conflict, Note
from holdfast.model import ProjectSpec, TemplateRef
from holdfast.tree import File


@dataclass(frozen=True)
class Overlay:
    """What takes the place of what was read or rendered, by path, while git is in the middle of a merge.

    Nothing is refused then for not being committed: both sides are.
    """

    base: dict[str, File] = field(default_factory=dict)
    ours: dict[str, Entry] = field(default_factory=dict)
    theirs: dict[str, File] = field(default_factory=dict)
    lock: Lock | None = None


@dataclass(frozen=True)
class Wanted:
    """What a project should become: its spec and that one's text, of a template; `old` is the one that it has.

    `mentions` is the pattern of what a renaming leaves behind in the user's code; `strict` refuses what would replace
    data, where others only warn of it.
    """

    verb: str
    spec: ProjectSpec
    text: str
    catalogue: Catalogue
    old: Catalogue
    renaming: Renaming | None = None
    mentions: str = ""
    strict: bool = False
    overlay: Overlay | None = None


@dataclass(frozen=True)
class Outcome:
    """What a command did, or would do: for each path what was there before and what is there now.

    `yours` are the files that are the user's once they are written.
    """

    verb: str
    root: Path
    dry: bool
    before: TemplateRef
    after: TemplateRef
    old: Mapping[str, Entry] = field(default_factory=dict)
    new: Mapping[str, Entry | None] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[Note, ...] = ()
    todo: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    yours: frozenset[str] = frozenset()
