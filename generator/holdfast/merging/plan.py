"""(base, disk, theirs) -> what to write, what to delete, what is in conflict, and what a user should know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from holdfast.git import BASE, EXECUTABLE, FILE, LINK, OURS, THEIRS, Entry, Side
from holdfast.merging import files, requirements
from holdfast.merging.disk import Disk
from holdfast.merging.style import PLAIN, Style
from holdfast.tree import File, Tree

#: How the user's side is called in a conflict.
YOURS = "yours"
_DELETED = "you deleted it and the template changed it: it stays deleted"
_KEPT = "{}, so it is kept; delete it if you do not need it"


@dataclass(frozen=True)
class Conflict:
    """A path that a person must decide about: what each side has, by git's stage, and what happened."""

    path: str
    stages: Mapping[int, Entry]
    what: str

    @property
    def marked(self) -> bool:
        """Whether the file holds both sides between markers; otherwise it is the user's own as it was."""
        unlike = any(b"\0" in entry.content or entry.mode == LINK for entry in self.stages.values())
        return {OURS, THEIRS} <= self.stages.keys() and not unlike


@dataclass(frozen=True)
class Note:
    """A file about which nothing is left to do and something to know."""

    path: str
    what: str


@dataclass
class Plan:
    """By path: what it should hold, as the bytes to be written, or None for a file that goes.

    `others` are the user's other files, where the merge had to look at them.
    """

    changes: dict[str, Entry | None] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    others: Disk = field(default_factory=lambda: Disk({}, {}, {}, {}))


@dataclass(frozen=True)
class Sides:
    """What a plan is made of. `disk` holds every path of `base` and `theirs`; `more` reads the user's other files."""

    base: Tree
    disk: Disk
    theirs: Tree
    more: Callable[[], Disk]


def entry(file: File) -> Entry:
    """A rendered file as a merge takes it."""
    return Entry(file.content, EXECUTABLE if file.executable else FILE)


def make(
    sides: Sides,
    *,
    label: str,
    updating: bool,
    steady: bool = True,
    moved: frozenset[str] = frozenset(),
    relock: str = "",
) -> Plan:
    """The plan for a project.

    `label` names the template's side in conflicts. `updating` says that the template is another one: what it no longer
    has and the user edited is a conflict then, and a file may have another name; a seeded one where the service is
    `steady`, the same functions in both. `moved` are files in which a name changes: seeded ones are merged, too, where
    that is no conflict. `relock` makes derived files again.
    """
    plan = Plan()
    merging = _managed(sides, updating and steady) | moved
    for path in sorted((sides.base.keys() | sides.theirs.keys()) - merging):
        if _kind(sides, path) == "derived":
            _derive(plan, sides, path, relock)
        else:
            _seed(plan, sides, path)
    _merge(plan, sides, merging, label, updating, moved)
    return plan


def _kind(sides: Sides, path: str) -> str:
    return sides.theirs[path].kind if path in sides.theirs else sides.base[path].kind


def _managed(sides: Sides, following: bool) -> set[str]:
    """What is merged: managed files, and seeded ones that only one of two templates has, which may be the same."""
    found = {path for path in sides.base.keys() | sides.theirs.keys() if _kind(sides, path) == "managed"}
    gone = {p for p in sides.base.keys() - sides.theirs.keys() if sides.base[p].kind == "seeded"}
    new = {p for p in sides.theirs.keys() - sides.base.keys() if sides.theirs[p].kind == "seeded"}
    if following and gone and new:
        found |= {p for p in gone if p in sides.disk.plain} | {p for p in new if p not in sides.disk.plain}
    return found


def _seed(plan: Plan, sides: Sides, path: str) -> None:
    """A file that is the user's once it is written."""
    mine = sides.disk.plain.get(path)
    if path not in sides.theirs:
        if mine == entry(sides.base[path]):
            plan.changes[path] = None
        elif mine:
            plan.notes.append(Note(path, _KEPT.format("it is not as the template begins it")))
    elif path in sides.base:
        if mine and sides.base[path].kind != "seeded":
            plan.notes.append(Note(path, "it is yours from now on: the template does not change it any more"))
        elif mine and sides.base[path].content != sides.theirs[path].content:
            plan.notes.append(Note(path, "a new one would begin otherwise now; yours is kept as it is"))
    elif mine is None:
        plan.changes[path] = _new(sides, entry(sides.theirs[path]))
    elif mine != entry(sides.theirs[path]):
        plan.notes.append(Note(path, "it was there already, and is kept as it is"))


def _derive(plan: Plan, sides: Sides, path: str, relock: str) -> None:
    """A lock: the template's where the user's is the old one, with what the user added where that is all."""
    was, new, mine = sides.base.get(path), sides.theirs.get(path), sides.disk.plain.get(path)
    if new is None:
        _seed(plan, sides, path)
    elif mine is None:
        if was is None:
            plan.changes[path] = _new(sides, entry(new))
        elif was.content != new.content:
            plan.notes.append(Note(path, _DELETED))
    elif mine != entry(new) and (was is None or was.content != new.content):
        ours, before = mine.content, was.content if was else b""
        content = new.content if ours == before else requirements.merged(before, ours, new.content)
        again = relock or "make it again from its sources"
        if content is None:
            plan.notes.append(Note(path, f"you did more to it than add packages, so it is kept as it is: {again}"))
        else:
            style = sides.disk.styles.get(path, PLAIN)
            plan.changes[path] = _styled(style, mine, Entry(content, mine.mode))
            if content != new.content:
                plan.notes.append(Note(path, "what you added to it is kept beside the template's new versions"))
        if content != new.content and again not in plan.todo:
            plan.todo.append(again)


def _merge(plan: Plan, sides: Sides, paths: set[str], label: str, updating: bool, moved: frozenset[str]) -> None:
    base, theirs = ({p: entry(t[p]) for p in paths if p in t} for t in (sides.base, sides.theirs))
    ours = {path: sides.disk.plain[path] for path in paths if path in sides.disk.plain}
    known = sides.base.keys() | sides.theirs.keys()

    def more() -> Side:
        found = sides.more()
        links = {path for path, each in found.raw.items() if each.mode == LINK}
        plan.others = found.without(known | links)
        return plan.others.plain

    merged = files.merge(base, ours, theirs, more, names=(YOURS, label), following=updating)
    result = dict(merged.tree)
    for path, found in sorted(merged.conflicts.items()):
        if path in moved and path in ours and sides.theirs[path].kind == "seeded":
            result[path] = ours[path]
        elif what := _settled(sides, path, found, updating=updating):
            plan.notes.append(Note(path, what))
            if OURS not in found:
                result.pop(path, None)
        else:
            plan.conflicts.append(Conflict(path, found, _happened(found)))
    _change(plan, sides, ours, result)


def _change(plan: Plan, sides: Sides, ours: Side, result: Side) -> None:
    """What has to be written for the user's side to become the result, in the style of what is there."""
    there, styles = {**plan.others.plain, **ours}, {**plan.others.styles, **sides.disk.styles}
    for path in sorted(there.keys() | result.keys()):
        wanted, mine = result.get(path), there.get(path)
        if wanted is None:
            plan.changes[path] = None
            if path in plan.others.plain:
                plan.notes.append(Note(path, "it moved with the folder that it was in"))
        elif mine is None:
            plan.changes[path] = _new(sides, wanted)
        elif wanted != mine:
            plan.changes[path] = _styled(styles.get(path, PLAIN), mine, wanted)


def _settled(sides: Sides, path: str, found: Mapping[int, Entry], *, updating: bool) -> str:
    """What to say of a conflict that nobody needs to decide; nothing for one that somebody must."""
    seeded = path in sides.base and sides.base[path].kind == "seeded"
    if found.keys() == {BASE}:
        return "you and the template both renamed it, each in its own way"
    if OURS not in found and BASE in found:
        return _DELETED
    if THEIRS not in found and BASE in found and (seeded or not updating):
        return _KEPT.format("it is not as the template begins it" if seeded else "you changed it")
    return ""


def _happened(stages: Mapping[int, Entry]) -> str:
    if {OURS, THEIRS} <= stages.keys():
        return f"you and the template both {'changed' if BASE in stages else 'added'} it"
    if BASE in stages and OURS in stages:
        return "you changed it, and the template no longer has it"
    return "you and the template both renamed it"


def _styled(style: Style, mine: Entry, wanted: Entry) -> Entry:
    """`wanted` written as the user's file is."""
    last = mine.content.removesuffix(b"\n").rpartition(b"\n")[2]
    return Entry(style.written(wanted.content, last), wanted.mode)


def _new(sides: Sides, wanted: Entry) -> Entry:
    """`wanted` written as the project's files are."""
    return Entry(sides.disk.usual.written(wanted.content), wanted.mode)
