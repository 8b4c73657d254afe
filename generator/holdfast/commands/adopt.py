"""`holdfast adopt`: a project whose lock is lost, or was never written, gets it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast import lock, origins, placing, render, source, spec
from holdfast.catalogue import load
from holdfast.changing.edited import How
from holdfast.changing.opened import Project, opened
from holdfast.errors import HoldfastError
from holdfast.lock import Lock
from holdfast.merging import disk
from holdfast.merging.disk import Disk
from holdfast.merging.plan import entry
from holdfast.model import TemplateRef
from holdfast.source import Template
from holdfast.tree import Tree

_BASE = "name a folder or archive of the template that made it with --base"


@dataclass(frozen=True)
class Candidate:
    """A template, what it renders for the project's spec, and how far the project is from that."""

    template: Template
    tree: Tree
    record: Lock
    same: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Adopted:
    """The template that the project was made with, and its files that are not as that one makes them."""

    root: Path
    template: TemplateRef
    same: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    dry: bool


def adopt(root: Path, how: How) -> Adopted:
    """Write the lock of a project that has none: of the template in `how.base`, or of the one that it must be."""
    with opened(root, "adopt", dry=how.dry) as project:
        _check_lost(project)
        spec.load_toml(project.text)
        if how.base is not None:
            best = _candidate(project, _given(how.base, trusted=how.trusted))
        else:
            best = _certain(_candidates(project))
        if not how.dry:
            how.finishing()
            placing.overwrite(project.root / lock.FILE, lock.dump(best.record).encode("utf-8"))
        return Adopted(project.root, best.template.ref, len(best.same), best.changed, best.missing, how.dry)


def _check_lost(project: Project) -> None:
    """Refuse to write over a lock that says something, be it to a newer holdfast alone, and over what is no file."""
    if project.torn:
        return
    try:
        project.lock()
    except lock.NewerError:
        raise
    except HoldfastError:
        return
    raise HoldfastError(f"it has its {lock.FILE}", where=str(project.root), todo="holdfast sync or update")


def _given(base: Path, *, trusted: bool) -> Template:
    """The template in a folder or archive. Refused where a lock could not say where it is to be had again."""
    found = origins.given(base, trusted=trusted)
    if origins.is_ours(found.ref):
        return replace(found, ref=replace(found.ref, location=""))
    if not found.ref.location:
        what = "no lock can say where that template is to be had again"
        raise HoldfastError(what, where=str(base), todo="unpack it and name the folder")
    return found


def _known() -> Iterator[Template]:
    """Every version of our template, newest first."""
    bundled = source.bundled()
    yield bundled
    for path in reversed(origins.releases()):
        released = source.archive(path, trusted=True)
        if released.ref.digest != bundled.ref.digest:
            yield released


def _candidates(project: Project) -> list[Candidate]:
    """Those of our templates that make something of the project's spec. Refused with the newest's word if none does."""
    found, wrong = [], []
    for template in _known():
        try:
            found.append(_candidate(project, template))
        except HoldfastError as error:
            wrong.append(error)
    if not found:
        what = f"no version that this holdfast knows takes its {spec.FILE}: {wrong[0].what}"
        raise HoldfastError(what, where=wrong[0].where or spec.FILE, todo=f"mend that, or {_BASE}")
    return found


def _candidate(project: Project, template: Template) -> Candidate:
    """How far the project is from what a template makes of its spec."""
    catalogue = load(template)
    wanted = spec.parse(project.text, catalogue)
    tree = render.render(wanted, catalogue)
    there = disk.read(project.root, tree)
    return Candidate(
        template,
        tree,
        lock.make(wanted, template.ref, tree),
        same=tuple(path for path in tree if _same(path, tree, there)),
        changed=tuple(path for path in tree if path in there.raw and not _same(path, tree, there)),
        missing=tuple(path for path in tree if path not in there.raw),
    )


def _same(path: str, tree: Tree, there: Disk) -> bool:
    found = there.plain.get(path)
    return found is not None and found.content == entry(tree[path]).content


def _certain(found: list[Candidate]) -> Candidate:
    """The one that it must be: it has most files exactly as they are, half of all, and more than any other has."""
    ranked = sorted(found, key=lambda each: -len(each.same))
    best = ranked[0]
    shown = ", ".join(f"{each.template.ref.version}: {len(each.same)} of {len(each.tree)} files" for each in ranked)
    if 2 * len(best.same) < len(best.tree):
        raise HoldfastError(f"no version is near enough to be certain ({shown})", where=spec.FILE, todo=_BASE)
    others = [each for each in ranked[1:] if len(each.same) == len(best.same) and each.tree != best.tree]
    if others:  # Versions that make the very same files are as good as each other: the newest of them is taken.
        raise HoldfastError(f"several versions are equally near ({shown})", where=spec.FILE, todo=_BASE)
    return best
