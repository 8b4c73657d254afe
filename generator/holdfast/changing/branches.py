"""Two branches that both changed what holdfast makes, merged by git: settled from what each of them was made of.

For a file in conflict the two renders are known that its sides were made from. So what the users of both branches
changed of them can be told from what holdfast did, and is brought to the render of the spec that both have together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from holdfast import lock, render, spec, versions
from holdfast.catalogue import Catalogue
from holdfast.changing import torn
from holdfast.changing.opened import Project
from holdfast.changing.values import Overlay, Wanted
from holdfast.errors import HoldfastError
from holdfast.git import OURS, THEIRS, Entry, Repository
from holdfast.lock import Lock
from holdfast.merging import disk, files, requirements
from holdfast.merging.plan import entry
from holdfast.merging.style import plain
from holdfast.model import TemplateRef
from holdfast.spec import FILE as SPEC
from holdfast.tree import File, Tree


def between(project: Project, load: Callable[[TemplateRef], Catalogue]) -> Wanted | None:
    """What a project in the middle of a merge should become; None where none is under way.

    Of a squash and of `git stash pop` git keeps no other note than the conflicts. Refused in the middle of a merge that
    has nothing to do with holdfast's files.
    """
    repository = project.repository
    under_way = repository.under_way() if repository else ""
    if not repository or not (under_way or project.torn):
        return None
    index = repository.index()
    sides = {stage: repository.read(name) for stage, (_, name) in index.get(lock.FILE, {}).items() if stage}
    if not {OURS, THEIRS} <= sides.keys():
        if not under_way:
            return None
        raise HoldfastError(
            f"{under_way} is under way there", where=str(project.root), todo="finish it or abort it first"
        )
    mine, other = (lock.parse(sides[stage].decode("utf-8", "replace")) for stage in (OURS, THEIRS))
    text = _text(project, repository, index.get(SPEC, {}))
    newest = max((mine, other), key=lambda each: versions.order(each.templates[0].version))
    old, theirs, new = (load(each.templates[0]) for each in (mine, other, newest))
    wanted = spec.parse(text, new)
    overlay = _overlay(project, repository, _renders(mine, old), _renders(other, theirs), render.render(wanted, new))
    return Wanted("sync", wanted, text, new, old, overlay=replace(overlay, lock=mine))


def _renders(record: Lock, catalogue: Catalogue) -> Tree:
    return render.render(record.resolved(catalogue), catalogue, known={})


def _text(project: Project, repository: Repository, stages: dict[int, tuple[str, str]]) -> str:
    """holdfast.toml, with what both branches put into it where they do not contradict each other."""
    if not torn.is_torn(project.text.encode()):
        return project.text
    sides = {stage: plain(repository.read(name))[0].decode("utf-8", "replace") for stage, (_, name) in stages.items()}
    found = torn.joined(project.text, sides)
    if not found:
        todo = "resolve it, then run holdfast sync again for all else"
        raise HoldfastError("the branches changed the same thing in it", where=SPEC, todo=todo)
    return found


@dataclass(frozen=True)
class _Merge:
    """A merge that git is in the middle of: its index, HEAD, the commit that is brought there and what both come from.

    The last two are empty where git does not name them.
    """

    repository: Repository
    index: Mapping[str, Mapping[int, tuple[str, str]]]
    head: Mapping[str, tuple[str, str]]
    brought: Mapping[str, tuple[str, str]]
    ancestor: Mapping[str, tuple[str, str]]

    def changed(self, path: str) -> bool:
        """Whether the merge made something else of a file than HEAD has."""
        return self.index.get(path, {}).get(0) != self.head.get(path)

    def sides(self, path: str, found: Entry) -> tuple[Entry, Entry] | None:
        """Ours and theirs of a file that is as git merged it. Refused where its conflict is resolved by half."""
        stages = self.index.get(path, {})
        if {OURS, THEIRS} <= stages.keys() and torn.is_torn(found.content):
            entries = {stage: self._entry(*each) for stage, each in stages.items()}
            if not torn.untouched(found.content, entries):
                todo = f"finish that, or begin again with git checkout --merge --conflict=merge -- {path}"
                raise HoldfastError("its conflict is resolved by half", where=path, todo=todo)
            return entries[OURS], entries[THEIRS]
        if not self.changed(path) or not {path} <= self.head.keys() & self.brought.keys() or 0 not in stages:
            return None
        if stages[0][1] != self.repository.name_of(found.content):  # Somebody touched it since.
            return None
        ours, theirs = self._entry(*self.head[path]), self._entry(*self.brought[path])
        return (ours, theirs) if self._made(path, ours, theirs) == found.content else None

    def _made(self, path: str, ours: Entry, theirs: Entry) -> bytes | None:
        """What git makes of a file: what else is staged there, somebody resolved by hand."""
        base = {path: self._entry(*self.ancestor[path])} if path in self.ancestor else {}
        merged = files.merge(base, {path: ours}, {path: theirs}, dict, names=("ours", "theirs"))
        return None if merged.conflicts else merged.tree[path].content

    def is_head(self, path: str, file: File) -> bool:
        """Whether HEAD has a file just as it was rendered."""
        return self.head.get(path, ("", ""))[1] == self.repository.name_of(file.content)

    def _entry(self, mode: str, name: str) -> Entry:
        return Entry(plain(self.repository.read(name))[0], mode)


def _overlay(project: Project, repository: Repository, mine: Tree, other: Tree, new: Tree) -> Overlay:
    """What to merge in the place of what lies there: by path."""
    index = repository.index()
    merge = _Merge(repository, index, repository.committed(), *_brought(repository, index))
    paths = sorted(mine.keys() | other.keys() | new.keys())
    there = disk.read(project.root, paths).plain
    overlay = Overlay()
    for path in paths:
        found = there.get(path)
        sides = merge.sides(path, found) if found else None
        joined = _joined(path, other.get(path), sides[1], new[path]) if sides and path in new else None
        if sides and joined:
            overlay.ours[path], overlay.theirs[path] = sides[0], joined
        elif found and torn.is_torn(found.content):
            continue
        elif path in other and (path not in mine or (merge.changed(path) and merge.is_head(path, mine[path]))):
            overlay.base[path] = other[path]  # All that was edited here was edited in the other branch.
    return overlay


def _brought(
    repository: Repository, index: Mapping[str, Mapping[int, tuple[str, str]]]
) -> tuple[Mapping[str, tuple[str, str]], Mapping[str, tuple[str, str]]]:
    """The commit that is brought to HEAD, and what both come from.

    Nothing where the conflicts are not its: a stash in a stopped rebase.
    """
    named = repository.other()
    found = repository.committed(named) if named else {}
    if found.get(lock.FILE) != index[lock.FILE][THEIRS]:
        return {}, {}
    ancestor = repository.ancestor(named)
    return found, repository.committed(ancestor) if ancestor else {}


def _joined(path: str, base: File | None, theirs: Entry, new: File) -> File | None:
    """The new render with what the other branch's users made of theirs; None where that is in conflict itself."""
    if new.kind == "seeded":
        return None
    if new.kind == "derived":
        content = requirements.merged(base.content if base else b"", theirs.content, new.content)
        return replace(new, content=content) if content is not None else None
    merged = files.merge(
        {path: entry(base)} if base else {}, {path: theirs}, {path: entry(new)}, dict, names=("theirs", "new")
    )
    return None if merged.conflicts else replace(new, content=merged.tree[path].content)
