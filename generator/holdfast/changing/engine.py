"""One engine for all verbs: merge(render(old spec, old template), disk, render(new spec, new template)), written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from holdfast import git, lock, render
from holdfast.changing import merged, moving, refusing, replacing
from holdfast.changing.moving import Moves
from holdfast.changing.opened import Project
from holdfast.changing.values import Outcome, Overlay, Wanted
from holdfast.changing.writing import write
from holdfast.git import Entry
from holdfast.lock import FILE as LOCK
from holdfast.lock import Lock
from holdfast.merging import disk, plan
from holdfast.merging.disk import Disk
from holdfast.merging.plan import Plan, Sides
from holdfast.model import TemplateRef
from holdfast.spec import FILE as SPEC
from holdfast.tree import Tree

#: Beyond this size, in bytes, a file is nobody's renamed template.
_LARGEST = 1024 * 1024


def change(project: Project, wanted: Wanted, *, dry: bool, finishing: Callable[[], None]) -> Outcome:
    """Make `project` what is `wanted`, or say what that would do; `finishing` is called before the first write."""
    overlay = wanted.overlay or Overlay()
    was = overlay.lock or project.lock()
    theirs = render.render(wanted.spec, wanted.catalogue)
    there = disk.read(project.root, theirs)
    base = {**render.render(was.resolved(wanted.old), wanted.old, known=_known(was, there, theirs)), **overlay.base}
    notes = replacing.check(base, theirs, strict=wanted.strict)
    moves = moving.moves(wanted.renaming, base, theirs, files(project) if wanted.renaming else ())
    modes = _modes(project, base, theirs)
    if modes or {*base, *moves.own} - theirs.keys():
        there = disk.read(project.root, [*base, *theirs, *moves.own], modes=modes)
    mine = replace(there, plain={**there.plain, **overlay.ours})
    steady = set(was.functions) == {function.name for function in wanted.spec.functions}
    found = _plan(
        project, wanted, moves.base(base), {**theirs, **overlay.theirs}, moves.disk(mine), moves, steady=steady
    )
    there = there.beside(found.others)
    planned = {**_settled(overlay, there), **found.changes}
    changes = _with_modes(project, moves.changes(planned, there), there)
    refusing.in_the_way(changes, there)
    refusing.sparse(project, base, theirs, there)
    refusing.unforeseen(project, changes, there)
    if wanted.overlay is None:
        refusing.uncommitted(project, changes.keys() - moves.unchanged(there, changes), base, there)
    notes += tuple(merged.broken(changes, base, mine.plain, theirs, {each.path for each in found.conflicts}))
    record = lock.dump(lock.make(wanted.spec, wanted.catalogue.template.ref, theirs))
    old, new = _with_own(project, changes, there, {SPEC: wanted.text, LOCK: record})
    if wanted.renaming and wanted.mentions:
        notes += tuple(wanted.renaming.mentions(_code(project, old, new), wanted.mentions))
    outcome = Outcome(
        verb=wanted.verb,
        root=project.root,
        dry=dry,
        before=was.templates[0],
        after=wanted.catalogue.template.ref,
        old=old,
        new=new,
        conflicts=tuple(found.conflicts),
        notes=(*found.notes, *notes),
        todo=(*found.todo, *_after(wanted, new)),
        said=project.said,
        yours=frozenset(p for p, f in theirs.items() if f.kind == "seeded" and p not in moves.pairs.values()),
    )
    if not dry and (new or outcome.conflicts):
        kept = {each.path: there.raw[each.path] for each in found.conflicts if each.path in there.raw}
        write(project, outcome.verb, {**kept, **old}, new, outcome.conflicts, outcome.todo, finishing=finishing)
    return outcome


def _known(was: Lock, there: Disk, theirs: Tree) -> dict[str, bytes]:
    """The files that are as the lock has them and stay so: their old render is at hand.

    Not those that change: somebody may have written the hash of an edit into the lock, and the edit would be gone.
    """
    plain = {path: entry.content for path, entry in there.plain.items()}
    return {path: text for path, text in plain.items() if text == theirs[path].content and was.rendered(path, text)}


def _after(wanted: Wanted, new: Iterable[str]) -> list[str]:
    """What the template has to be done where files of a pattern were changed."""
    after = wanted.catalogue.after
    found = [todo for pattern, todo in after.items() if any(fnmatchcase(path, pattern) for path in new)]
    return list(dict.fromkeys(found))


def files(project: Project) -> list[str]:
    """Every file of the project but those that git ignores."""
    return project.repository.files() if project.repository else git.listed_outside(project.root)


def _settled(overlay: Overlay, there: Disk) -> dict[str, Entry | None]:
    """What stands for a file with both sides in it: it must be written where nothing comes to it, too."""
    return {
        path: Entry(there.styles[path].written(entry.content), there.raw[path].mode)
        for path, entry in overlay.ours.items()
    }


def _without_others(paths: Sequence[str]) -> list[str]:
    """The files that are not another project's, in a folder of this one."""
    others = tuple(path.removesuffix(SPEC) for path in paths if path.endswith(f"/{SPEC}"))
    return [path for path in paths if not path.startswith(others)]


def _plan(
    project: Project, wanted: Wanted, base: Tree, theirs: Tree, there: Disk, moves: Moves, *, steady: bool
) -> Plan:
    def more() -> Disk:
        paths = [path for path in _without_others(files(project)) if _small(project.root / path)]
        return disk.read(project.root, [path for path in paths if path not in moves.all])

    updating = wanted.old.template.ref.digest != wanted.catalogue.template.ref.digest
    moved = {new for new in moves.pairs.values() if new in there.raw}
    if wanted.renaming:
        moved |= {p for p, file in theirs.items() if file.kind == "seeded" and p in base and p in there.raw}
    manifest = wanted.catalogue.template.manifest
    derived = manifest.get("derived")
    relock = str(derived.get("command", "")) if isinstance(derived, dict) else ""
    label = _label(wanted.catalogue.template.ref)
    return plan.make(
        Sides(base, there, theirs, more),
        label=label,
        updating=updating,
        steady=steady,
        moved=frozenset(moved),
        relock=relock,
    )


def _with_own(
    project: Project, changes: Mapping[str, Entry | None], there: Disk, texts: Mapping[str, str]
) -> tuple[dict[str, Entry], dict[str, Entry | None]]:
    """What is there and what shall be, the tool's own two files included where they change."""
    own = {name: project.written(name, text) for name, text in texts.items()}
    before = {**there.raw, **project.own.raw}
    new = {path: wanted for path, wanted in {**changes, **own}.items() if before.get(path) != wanted}
    return {path: before[path] for path in new if path in before}, new


def _code(project: Project, old: Mapping[str, Entry], new: Mapping[str, Entry | None]) -> dict[str, Entry]:
    """The project's Python as it will be."""
    paths = [path for path in files(project) if path.endswith(".py") and path not in old]
    found = dict(disk.read(project.root, paths).raw)
    return found | {path: wanted for path, wanted in new.items() if wanted and path.endswith(".py")}


def _modes(project: Project, base: Tree, theirs: Tree) -> dict[str, str] | None:
    """The modes that files have by the template, where the file system does not say."""
    if os.name != "nt" and (project.repository is None or project.repository.modes):
        return None
    return {path: plan.entry(file).mode for path, file in {**theirs, **base}.items()}


def _with_modes(project: Project, changes: dict[str, Entry | None], there: Disk) -> dict[str, Entry | None]:
    """The changes with the modes that files have, where those mean nothing."""
    if project.repository is None or project.repository.modes:
        return changes
    return {
        path: replace(wanted, mode=there.raw[path].mode) if wanted and path in there.raw else wanted
        for path, wanted in changes.items()
    }


def _small(path: Path) -> bool:
    try:
        return path.lstat().st_size <= _LARGEST
    except OSError:
        return False


def _label(ref: TemplateRef) -> str:
    """How the template's side is called in a conflict: a branch's name to git."""
    label = re.sub(r"\.+", ".", re.sub(r"[^A-Za-z0-9._-]", "-", f"{ref.name}-{ref.version}")).strip("-.")
    return label if label and not label.endswith(".lock") else "template"
