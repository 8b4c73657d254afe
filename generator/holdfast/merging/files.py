"""Three sides of the managed files become one: most by looking, what both sides changed by git."""

from __future__ import annotations

from collections.abc import Callable

from holdfast import git
from holdfast.git import BASE, LINK, OURS, THEIRS, Entry, Merged, Side


def merge(
    base: Side, ours: Side, theirs: Side, more: Callable[[], Side], *, names: tuple[str, str], following: bool = True
) -> Merged:
    """The merged tree and its conflicts; `more` reads the user's other files, no links, in case one is a moved one.

    A side that took a file away may have moved it; git finds that out, for their side only where it is `following`.
    Otherwise each path stands for itself, and git is asked only for those that both sides changed.
    """
    alone = {path for path, entry in ours.items() if entry.mode == LINK}
    alone |= set() if following else base.keys() - theirs.keys()
    settled = _by_path(base, ours, theirs, alone)
    rest = [{path: entry for path, entry in side.items() if path not in alone} for side in (base, ours, theirs)]
    if _may_have_moved(*rest):
        merged = git.merge(rest[0], {**more(), **rest[1]}, rest[2], names=names)
    else:
        asked = {path for path in ours.keys() & theirs.keys() if path not in settled.tree}
        merged = Merged({}, {})
        if asked:
            merged = git.merge(*({p: s[p] for p in asked if p in s} for s in (base, ours, theirs)), names=names)
        merged = Merged({**settled.tree, **merged.tree}, {**settled.conflicts, **merged.conflicts})
    kept = {path: entry for path, entry in settled.tree.items() if path in alone}
    links = {path: stages for path, stages in settled.conflicts.items() if path in alone}
    return Merged({**merged.tree, **kept}, {**merged.conflicts, **links})


def _by_path(base: Side, ours: Side, theirs: Side, links: set[str]) -> Merged:
    """What can be told of each path by itself: where one side alone changed it, or took it away; links stay ours."""
    tree: dict[str, Entry] = {}
    conflicts: dict[str, dict[int, Entry]] = {}
    for path in dict.fromkeys([*base, *ours, *theirs]):
        was, mine, new = base.get(path), ours.get(path), theirs.get(path)
        if new in (was, mine):
            result = mine
        elif was == mine:
            result = new
        elif mine is None or new is None or path in links:
            result = mine or new
            sides = {BASE: was, OURS: mine, THEIRS: new}
            conflicts[path] = {stage: entry for stage, entry in sides.items() if entry}
        else:
            continue
        if result:
            tree[path] = result
    return Merged(tree, conflicts)


def _may_have_moved(base: Side, ours: Side, theirs: Side) -> bool:
    if base.keys() - theirs.keys() and theirs.keys() - base.keys():
        return True
    gone = base.keys() - ours.keys()
    if any(theirs.get(path) != base[path] for path in gone):
        return True
    folders = {path.rpartition("/")[0] for path in gone}
    return any(path.rpartition("/")[0] in folders for path in theirs.keys() - base.keys())
