"""A planned change is written down, then done; with conflicts it waits for its user, and the lock with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from holdfast.changing import refusing
from holdfast.changing.opened import Project
from holdfast.errors import HoldfastError
from holdfast.git import OURS, Entry, Repository
from holdfast.journaling import journal, working
from holdfast.journaling.journal import INDEX_AFTER, INDEX_BEFORE, NEW, Journal, Waiting
from holdfast.lock import FILE as LOCK
from holdfast.merging.plan import Conflict
from holdfast.spec import FILE as SPEC


def write(
    project: Project,
    verb: str,
    old: Mapping[str, Entry],
    new: Mapping[str, Entry | None],
    conflicts: Sequence[Conflict],
    todo: Sequence[str],
    *,
    finishing: Callable[[], None],
) -> None:
    """Bring the project from `old` to `new`, the lock last of all; or leave it as it is, and say why.

    `old` has the files in conflict, too, those that stay as they are until somebody decides about them.
    """
    changed = {path: wanted for path, wanted in new.items() if not (conflicts and path == LOCK)}
    kept = {each.path: old[each.path] for each in conflicts if each.path in old and each.path not in changed}
    now = {**kept, **changed}
    waiting = tuple(Waiting(each.path, each.marked, each.what) for each in conflicts)
    paths = dict.fromkeys([*now, *(conflict.path for conflict in conflicts)])
    entries = Journal(
        verb,
        journal.steps(old, now, (SPEC, LOCK), kept),
        waiting,
        tuple(todo),
        working.folders(project.root, paths),
        project.repository.flags(paths) if project.repository and waiting else {},
        tuple(project.repository.intended(paths)) if project.repository and waiting else (),
    )
    home = project.home
    try:
        working.prepare(project.root, home, entries, old, now)
        if waiting:
            record = new.get(LOCK) or project.own.raw[LOCK]
            (home / journal.LOCK).write_bytes(record.content)
            if project.repository:
                _index(project, project.repository, old, changed, conflicts)
            refusing.remember(project, changed, journal.WRITTEN_AFTER)
        finishing()
        journal.write(home, "do", entries)
    except OSError as error:
        working.clean(home)
        what = f"nothing was changed: {error.strerror or error}"
        raise HoldfastError(what, where=str(error.filename or home), todo="mend that and try again") from None
    except BaseException:
        working.clean(home)
        raise
    working.do(project.root, home, entries, project.repository)
    if not waiting:
        refusing.remember(project, changed, journal.WRITTEN)


def _index(
    project: Project,
    repository: Repository,
    old: Mapping[str, Entry],
    changes: Mapping[str, Entry | None],
    conflicts: Sequence[Conflict],
) -> None:
    """What the index says of the changed paths now, and what it shall say of those in conflict."""
    home, index = project.home, repository.index()
    paths = dict.fromkeys([*changes, *(conflict.path for conflict in conflicts)])
    (home / INDEX_BEFORE).write_bytes(repository.index_lines({path: index.get(path, {}) for path in paths}))
    drafts: list[Path] = []
    for conflict in conflicts:
        for stage, entry in conflict.stages.items():
            drafts.append(home / NEW / f"stage-{len(drafts)}-{stage}")
            drafts[-1].write_bytes(entry.content)
    known = {each.path for each in conflicts if OURS in each.stages and 0 in index.get(each.path, {})}
    newer = refusing.unlike(project, repository, {path: old[path] for path in known & old.keys()})
    names = iter(repository.keep(drafts))
    stages = {
        conflict.path: {stage: (entry.mode, next(names)) for stage, entry in conflict.stages.items()}
        for conflict in conflicts
    }
    for path in known - newer:  # As git has it, whatever filters make of it on the way out.
        stages[path][OURS] = index[path][0]
    (home / INDEX_AFTER).write_bytes(repository.index_lines(stages))
