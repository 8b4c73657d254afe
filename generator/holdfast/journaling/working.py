"""The only code that changes a user's project: step by step, so that each can be repeated and taken back."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.git import EXECUTABLE, LINK, Entry, Repository
from holdfast.journaling import journal
from holdfast.journaling.journal import INDEX_AFTER, INDEX_BEFORE, LOCK, NEW, OLD, Journal, same, state_of
from holdfast.merging import disk

#: What `abort` puts aside of what somebody did since: so many of its folders are kept.
KEPT = "aborted"
_MOST_KEPT = 20


def prepare(
    root: Path, home: Path, entries: Journal, before: Mapping[str, Entry], after: Mapping[str, Entry | None]
) -> None:
    """Put aside what was there and what shall be there. Nothing counts yet, and nothing of the project is touched."""
    clean(home)
    (home / OLD).mkdir()
    (home / NEW).mkdir()
    for number, step in enumerate(entries.steps):
        old, new = before.get(step.path), after[step.path]
        rights = (root / step.path).lstat().st_mode & 0o666 if old and old.mode != LINK else None
        for folder, entry in ((OLD, old), (NEW, new)):
            if entry:
                _store(home / folder / str(number), entry, rights)


def keep(home: Path, files: Mapping[str, Entry]) -> Path | None:
    """Put these files where an `abort` leaves them for their user, if they are not there; the folder, if any."""
    if not files:
        return None
    place = home / KEPT
    place.mkdir(exist_ok=True)
    numbers = sorted(int(entry.name) for entry in place.iterdir() if entry.name.isdecimal())
    newest = place / str(max(numbers, default=0))
    there = disk.read(newest, files).raw
    if all(path in there and there[path].content == entry.content for path, entry in files.items()):
        return newest  # An abort that could not come to its end is tried again.
    for number in numbers[: 1 - _MOST_KEPT]:
        shutil.rmtree(place / str(number), ignore_errors=True)
    folder = place / str(max(numbers, default=0) + 1)
    for path, entry in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        _store(target, entry, None)
    return folder


def clean(home: Path) -> None:
    """Remove what a command left that was killed before or after anything counted, and the journal itself first."""
    for state in journal.STATES:
        (home / f"{state}.json").unlink(missing_ok=True)
    for name in (OLD, NEW):
        shutil.rmtree(home / name, ignore_errors=True)
    for name in (INDEX_BEFORE, INDEX_AFTER, LOCK, journal.WRITTEN_AFTER, "draft"):
        (home / name).unlink(missing_ok=True)


def do(root: Path, home: Path, entries: Journal, repository: Repository | None, *, resumed: bool = False) -> None:
    """Take every step that was not taken yet, then set the index where there are conflicts.

    Whatever goes wrong, what was done is undone; but for a file that somebody changed before this was `resumed`.
    """
    try:
        for number, step in enumerate(entries.steps):
            taken = _take(root, step.path, step.before, step.after, home / NEW / str(number))
            _check(taken, step.path, resumed=resumed)
        if (home / INDEX_AFTER).exists() and repository:
            repository.set_index(home / INDEX_AFTER)
        if entries.conflicts:
            journal.turn(home, "do", "waiting")
    except BaseException as error:
        if resumed and isinstance(error, HoldfastError):
            raise
        journal.turn(home, "do", "undo")
        undo(root, home, entries, repository)
        if isinstance(error, OSError):
            raise _refused(error, root) from None
        raise
    if not entries.conflicts:
        with suppress(OSError):  # All is done; what is left of the journal, the next command finds done.
            clean(home)


def undo(root: Path, home: Path, entries: Journal, repository: Repository | None, *, force: bool = False) -> None:
    """Put back what was there, in the opposite order.

    A file that somebody changed in the meantime stays as it is now; with `force` it is put back, too.
    """
    try:
        _folders_back(root, entries.folders)
        for number, step in reversed(list(enumerate(entries.steps))):
            source = home / OLD / str(number)
            if step.before and not source.exists():
                continue  # It was put back before, and is somebody's again.
            now = _state(root, step.path) if force else step.after
            if not _take(root, step.path, now, step.before, source) and force:
                what, todo = "something that is no file is in its place or above it", "move that away and try again"
                raise HoldfastError(f"it cannot be put back: {what}", where=step.path, todo=todo)
        _folders_back(root, entries.folders)
        if (home / INDEX_BEFORE).exists() and repository:
            repository.set_index(home / INDEX_BEFORE)
            repository.intend(entries.intended)
            repository.set_flags(entries.flags)
            repository.forget_resolved({step.path for step in entries.steps} | {e.path for e in entries.conflicts})
    except OSError as error:
        why = f"what was begun cannot be undone: {error.strerror or error}"
        todo = "mend that and run any holdfast command there: it goes on"
        raise HoldfastError(why, where=str(error.filename or root), todo=todo) from None
    clean(home)


def folders(root: Path, paths: Iterable[str]) -> dict[str, int]:
    """The folders that there are at these paths and above them, by path with their modes."""
    found: dict[str, int] = {}
    for path in paths:
        while path and path not in found:
            with suppress(OSError):
                mode = (root / path).lstat().st_mode
                if stat.S_ISDIR(mode):
                    found[path] = stat.S_IMODE(mode)
            path = path.rpartition("/")[0]  # noqa: PLW2901 - upwards
    return found


def _folders_back(root: Path, before: Mapping[str, int]) -> None:
    """Make folders again that went with the last file in them; those that are there stay as they are."""
    for path in sorted(before):
        inside = f"{path}/x"
        if not (root / path).exists() and not disk.read(root, [inside]).obstacles:
            (root / path).mkdir(parents=True)
            (root / path).chmod(before[path])


def reverted(root: Path, home: Path, entries: Journal) -> bool:
    """Whether somebody brought a file back that was changed already: then the rest is undone, not finished."""
    return any(
        step.after and not (home / NEW / str(number)).exists() and same(_state(root, step.path), step.before)
        for number, step in enumerate(entries.steps)
    )


def _state(root: Path, path: str) -> str:
    return state_of(disk.read(root, [path]).raw.get(path))


def _check(taken: bool, path: str, *, resumed: bool) -> None:
    if taken:
        return
    if not resumed:
        raise HoldfastError("it changed while holdfast was at work; nothing was changed", where=path, todo="try again")
    raise HoldfastError(
        "it was changed after holdfast was interrupted there",
        where=path,
        todo="move it away and run the command again to finish, or `holdfast abort` to bring the old files back",
    )


def _take(root: Path, path: str, before: str, after: str, source: Path) -> bool:
    """Take one step, if it is not taken yet; whether the file is as it shall be then."""
    found = disk.read(root, [path])
    now, obstacle = state_of(found.raw.get(path)), found.obstacles.get(path, "")
    if same(now, after) and not obstacle:
        return True
    if not same(now, before) or obstacle in ("below a link", "no file"):
        return False
    target = root / path
    if not after:
        target.unlink(missing_ok=True)
        _prune(target.parent, root)
        return True
    if obstacle == "a folder":
        target.rmdir()
    target.parent.mkdir(parents=True, exist_ok=True)
    if after.split(maxsplit=1)[0] == LINK:
        _link(source, target)
    else:
        place(source, target)
    return True


def place(source: Path, target: Path) -> None:
    """Put a file that is finished in its place at once; from another file system it is copied beside it first."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f".{target.name[:200]}.holdfast")
        try:
            shutil.copy(source, beside)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    beside = source.with_suffix(".link")
    beside.unlink(missing_ok=True)
    beside.symlink_to(os.fsdecode(source.read_bytes()))
    beside.replace(target)


def _store(place: Path, entry: Entry, rights: int | None) -> None:
    place.write_bytes(entry.content)
    mode = place.stat().st_mode if rights is None else rights
    place.chmod(mode | 0o111 & (mode >> 2) if entry.mode == EXECUTABLE else mode)


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that became empty, as git does."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def _refused(error: OSError, root: Path) -> HoldfastError:
    named = str(error.filename2 or error.filename or root)
    what = f"it cannot be written: {error.strerror or error}; nothing was changed"
    return HoldfastError(what, where=named.removeprefix(f"{root}{os.sep}"), todo="mend that and try again")
