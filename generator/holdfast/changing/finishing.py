"""What comes after a change: a recovery, and the two ends that conflicts can have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.git import Entry, Repository
from holdfast.journaling import journal, working
from holdfast.journaling.journal import INDEX_BEFORE, LOCK, OLD, WRITTEN, WRITTEN_AFTER, Journal, State, Waiting
from holdfast.lock import FILE
from holdfast.merging import disk

#: The lines of a conflict, in any of git's styles.
_MARKERS = [re.compile(line, re.MULTILINE) for line in (rb"^<{7} ", rb"^\|{7} ", rb"^={7}\r?$", rb"^>{7} ")]


def recover(root: Path, home: Path, repository: Repository | None) -> tuple[str, ...]:
    """Finish or undo what a command was killed in the middle of; what was done, in words."""
    found = journal.read(home)
    if found is None:
        working.clean(home)
        return ()
    state, entries = found
    if state == "waiting":
        if _is_over(home, state):
            working.clean(home)
        return ()
    if state == "do" and working.reverted(root, home, entries):
        journal.turn(home, "do", "undo")
    elif state == "do":
        working.do(root, home, entries, repository, resumed=True)
        return (f"`holdfast {entries.verb}`, which was interrupted, was finished first.",)
    kept = working.keep(home, later(root, home, entries)) if state == "abort" else None
    working.undo(root, home, entries, repository, force=state == "abort")
    aside = f"; what you made of its files since is kept in {kept}" if kept else ""
    return (f"`holdfast {entries.verb}`, which was interrupted, was undone first{aside}.",)


def _is_over(home: Path, state: State) -> bool:
    """Whether `continue` was killed after its last word: the lock is in its place, and the change is whole."""
    return state == "waiting" and not (home / LOCK).exists()


def waiting(home: Path) -> Journal:
    """The journal whose conflicts wait. Refused where none does."""
    found = journal.read(home) if home.is_dir() else None
    if found is None or found[0] != "waiting" or _is_over(home, found[0]):
        raise HoldfastError("no conflicts wait to be resolved there", todo="holdfast sync and update make them")
    return found[1]


def unresolved(
    root: Path, home: Path, entries: Journal, repository: Repository | None
) -> Iterator[tuple[Waiting, str]]:
    """The conflicts that are left, each with what to do."""
    index = repository.index() if repository else {}
    for conflict in entries.conflicts:
        entry = disk.read(root, [conflict.path]).raw.get(conflict.path)
        if conflict.marked and entry and _is_marked(entry.content, _before(home, entries, conflict.path)):
            yield conflict, "it still holds the markers of a conflict"
        elif not conflict.marked and index.get(conflict.path, {}).keys() - {0}:
            yield conflict, "say how it should be with `git add` or `git rm`"


def _before(home: Path, entries: Journal, path: str) -> bytes:
    """What a file held before the command."""
    for number, step in enumerate(entries.steps):
        if step.path == path and step.before:
            return (home / OLD / str(number)).read_bytes()
    return b""


def _is_marked(content: bytes, before: bytes) -> bool:
    """Whether a text has a conflict's lines beyond those that it had anyway: such a line underlines headings, too."""
    return any(len(line.findall(content)) > len(line.findall(before)) for line in _MARKERS)


def check_written(root: Path, entries: Journal) -> None:
    """Refuse to say that a change is done of which nothing is left: `git reset --hard` or `git stash` took it."""
    waiting = {conflict.path for conflict in entries.conflicts}
    written = [step for step in entries.steps if step.path not in waiting]
    there = disk.read(root, [step.path for step in written]).raw
    if written and all(journal.same(journal.state_of(there.get(step.path)), step.before) for step in written):
        what = f"nothing of what `holdfast {entries.verb}` wrote is left, there or elsewhere"
        todo = "bring it back, or take the rest back with `holdfast abort` and begin again"
        raise HoldfastError(what, where=written[0].path, todo=todo)


def settle(home: Path, entries: Journal, repository: Repository | None) -> None:
    """Give resolved files back the one entry that they had in the index, where nobody did."""
    index = repository.index() if repository else {}
    left = {each.path for each in entries.conflicts if index.get(each.path, {}).keys() - {0}}
    if not left or not repository or not (home / INDEX_BEFORE).exists():  # Begun before `git init`: it had none.
        return
    lines = (home / INDEX_BEFORE).read_bytes().split(b"\0")
    shown = {(repository.prefix + path).encode("utf-8", "surrogateescape") for path in left}
    (home / "index-settled").write_bytes(b"".join(line + b"\0" for line in lines if line.partition(b"\t")[2] in shown))
    repository.set_index(home / "index-settled")
    repository.intend(path for path in entries.intended if path in left)
    repository.set_flags({path: flag for path, flag in entries.flags.items() if path in left})
    (home / "index-settled").unlink()


def finish(root: Path, home: Path, entries: Journal, repository: Repository | None) -> None:
    """Write the lock, which says that the project is whole, and forget the backup."""
    settle(home, entries, repository)
    with suppress(FileNotFoundError):
        (home / LOCK).chmod((root / FILE).stat().st_mode & 0o777)
    working.place(home / LOCK, root / FILE)
    with suppress(OSError):
        (home / WRITTEN_AFTER).replace(home / WRITTEN)
    working.clean(home)


def begun(home: Path) -> tuple[State, Journal]:
    """The journal of what was begun. Refused where nothing was."""
    found = journal.read(home) if home.is_dir() else None
    if found is None or _is_over(home, found[0]):
        raise HoldfastError("nothing was begun there", todo="git restores what was committed")
    return found


def later(root: Path, home: Path, entries: Journal) -> dict[str, Entry]:
    """What somebody made of files since they were written, by path: no longer what holdfast wrote, nor as before.

    Without those that an abort, killed halfway, put back: it leaves them alone from then on.
    """
    there = disk.read(root, [step.path for step in entries.steps]).raw
    return {
        step.path: there[step.path]
        for number, step in enumerate(entries.steps)
        if step.path in there
        and (not step.before or (home / OLD / str(number)).exists())
        and not any(journal.same(journal.state_of(there[step.path]), known) for known in (step.before, step.after))
    }


def abort(root: Path, home: Path, repository: Repository | None) -> tuple[Journal, Mapping[str, Entry], Path | None]:
    """Bring back what was there before, whatever the files hold by now. Refused where nothing was begun.

    Also what somebody made of them since, and the folder where that is kept.
    """
    state, entries = begun(home)
    changed: Mapping[str, Entry] = {}
    kept = None
    if state in ("waiting", "abort"):
        changed = later(root, home, entries)
        kept = working.keep(home, changed)
    if state == "waiting":
        journal.turn(home, "waiting", "abort")
    elif state == "do":
        journal.turn(home, "do", "undo")
    working.undo(root, home, entries, repository, force=state in ("waiting", "abort"))
    return entries, changed, kept
