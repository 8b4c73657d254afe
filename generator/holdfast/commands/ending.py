"""`holdfast continue` and `holdfast abort`: the two ends that a command with conflicts can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from holdfast import git
from holdfast.changing import finishing
from holdfast.errors import HoldfastError
from holdfast.git import Repository
from holdfast.journaling import home as homes
from holdfast.journaling.journal import Waiting


@dataclass(frozen=True)
class Ended:
    """What `way` ended, or would end; `left` are the conflicts that keep it from it, each with what to do.

    `todo` is left for later. `later` are the files that an abort puts back over what somebody made of them since, and
    `kept` is the folder that holds a copy of that.
    """

    way: Literal["continue", "abort"]
    verb: str
    root: Path
    dry: bool = False
    left: tuple[tuple[Waiting, str], ...] = ()
    todo: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    kept: Path | None = None


def continue_(root: Path, *, dry: bool = False) -> Ended:
    """Write the lock of a command whose conflicts are resolved; where some are not, they are named."""
    root, home, repository = _found(root)
    if dry:
        return _continued(root, home, repository, dry=True)
    with homes.alone(home, "continue"):
        if said := finishing.recover(root, home, repository):
            raise HoldfastError(said[0].removesuffix("."), where=str(root), todo="look at it, then run this again")
        return _continued(root, home, repository, dry=False)


def _continued(root: Path, home: Path, repository: Repository | None, *, dry: bool) -> Ended:
    entries = finishing.waiting(home)
    left = tuple(finishing.unresolved(root, home, entries, repository))
    if not left:
        finishing.check_written(root, entries)
        if not dry:
            finishing.finish(root, home, entries, repository)
    return Ended("continue", entries.verb, root, dry, left, () if left else entries.todo)


def abort(root: Path, stopping: Callable[[], None], *, dry: bool = False) -> Ended:
    """Bring back what was there before a command; `stopping` is called before the first write."""
    root, home, repository = _found(root)
    if dry:
        state, entries = finishing.begun(home)
        later = finishing.later(root, home, entries) if state in ("waiting", "abort") else ()
        return Ended("abort", entries.verb, root, dry, later=tuple(sorted(later)))
    with homes.alone(home, "abort"):
        stopping()
        return _aborted(root, home, repository)


def _aborted(root: Path, home: Path, repository: Repository | None) -> Ended:
    try:
        entries, later, kept = finishing.abort(root, home, repository)
    except OSError as error:
        what = f"nothing was taken back: {error.strerror or error}"
        raise HoldfastError(what, where=str(error.filename or home), todo="mend that and try again") from None
    return Ended("abort", entries.verb, root, later=tuple(sorted(later)), kept=kept)


def _found(root: Path) -> tuple[Path, Path, Repository | None]:
    if not root.is_dir():
        raise HoldfastError("there is no such folder", where=str(root), todo="name the folder of the service")
    git.require()
    root = root.resolve()
    repository = git.find(root)
    return root, homes.home(root, repository), repository
