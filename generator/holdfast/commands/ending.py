"""`holdfast continue` and `holdfast abort`: the two ends that a command with conflicts can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from holdfast import git
from holdfast.changing import finishing
from holdfast.errors import HoldfastError
from holdfast.journaling import home as homes
from holdfast.journaling.journal import Waiting


@dataclass(frozen=True)
class Ended:
    """What ended, and the conflicts that keep it from it, each with what to do; `todo` is left for later."""

    verb: str
    root: Path
    left: tuple[tuple[Waiting, str], ...] = ()
    todo: tuple[str, ...] = ()


def continue_(root: Path) -> Ended:
    """Write the lock of a command whose conflicts are resolved; where some are not, they are named."""
    root = _root(root)
    repository = git.find(root)
    home = homes.home(root, repository)
    with homes.alone(home, "continue"):
        if said := finishing.recover(root, home, repository):
            raise HoldfastError(said[0].removesuffix("."), where=str(root), todo="look at it, then run this again")
        entries = finishing.waiting(home)
        left = tuple(finishing.unresolved(root, home, entries, repository))
        if not left:
            finishing.check_written(root, entries)
            finishing.finish(root, home, entries, repository)
        return Ended(entries.verb, root, left, () if left else entries.todo)


def abort(root: Path, stopping: Callable[[], None]) -> Ended:
    """Bring back what was there before a command; `stopping` is called before the first write."""
    root = _root(root)
    repository = git.find(root)
    home = homes.home(root, repository)
    with homes.alone(home, "abort"):
        stopping()
        return Ended(finishing.abort(root, home, repository).verb, root)


def _root(root: Path) -> Path:
    if not root.is_dir():
        raise HoldfastError("there is no such folder", where=str(root), todo="name the folder of the service")
    git.require()
    return root.resolve()
