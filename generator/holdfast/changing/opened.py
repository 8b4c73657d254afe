"""A project as a command finds it: its spec, its lock, the repository that it lies in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from holdfast import git, lock
from holdfast.changing import finishing
from holdfast.errors import HoldfastError
from holdfast.git import Entry, Repository
from holdfast.journaling import home as homes
from holdfast.journaling import journal
from holdfast.lock import Lock
from holdfast.merging import disk
from holdfast.merging.disk import Disk
from holdfast.merging.style import PLAIN
from holdfast.spec import FILE as SPEC

#: Far above any spec's or lock's size.
MOST_BYTES = 16 * 1024 * 1024
_NO_PROJECT = "go to the folder of a service that holdfast made, or name it"


@dataclass(frozen=True)
class Project:
    """A project to be changed. `own` holds holdfast.toml and holdfast.lock as they lie there."""

    root: Path
    home: Path
    repository: Repository | None
    own: Disk
    #: What a recovery did before the command itself began, for its user to know.
    said: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        """holdfast.toml, its line ends as everywhere."""
        entry = self._there(SPEC)
        try:
            return entry.content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise HoldfastError(f"it is not UTF-8 (byte {error.start})", where=SPEC, todo="save it as UTF-8") from None

    def lock(self) -> Lock:
        """holdfast.lock. Refused where it is lost, or torn by a merge."""
        entry = self._own(lock.FILE)
        if entry is None:
            self._there(SPEC)  # Without one it is no project at all.
            todo = "`holdfast adopt` finds out which template made the project"
            raise HoldfastError(f"there is no {lock.FILE}", where=str(self.root), todo=todo)
        if self.torn:
            todo = f"take one side of it (git checkout --ours {lock.FILE}), then run holdfast sync"
            raise HoldfastError("it holds both sides of a merge", where=lock.FILE, todo=todo)
        return lock.parse(entry.content.decode("utf-8", "replace"))

    @property
    def torn(self) -> bool:
        """Whether holdfast.lock holds both sides of a merge."""
        entry = self._own(lock.FILE)
        return entry is not None and b"\n<<<<<<<" in b"\n" + entry.content

    def written(self, name: str, text: str) -> Entry:
        """`text` for one of the tool's own files, written as that is now."""
        style, mode = self.own.styles.get(name, PLAIN), git.FILE
        return Entry(style.written(text.encode("utf-8")), self.own.raw[name].mode if name in self.own.raw else mode)

    def _there(self, name: str) -> Entry:
        entry = self._own(name)
        if entry is None:
            raise HoldfastError(f"there is no {name}", where=str(self.root), todo=_NO_PROJECT)
        return entry

    def _own(self, name: str) -> Entry | None:
        entry = self.own.plain.get(name)
        if name in self.own.obstacles or (entry and (entry.mode == git.LINK or len(entry.content) > MOST_BYTES)):
            raise HoldfastError("it is no plain file of a spec's size", where=name, todo="put the file itself there")
        return entry


@contextmanager
def opened(root: Path, verb: str, *, dry: bool = False, merging: bool = False) -> Iterator[Project]:
    """Work on the project in `root`, alone; what an earlier command left undone is finished or undone first.

    Refused while conflicts wait for their user, and in the middle of a merge or rebase of git's unless the command is
    `merging`. With `dry` nothing is touched, not even to keep others away.
    """
    root = _root(root)
    git.require()
    repository = git.find(root)
    place = homes.home(root, repository)
    if dry:
        found = journal.read(place) if place.is_dir() else None
        if found and found[0] != "waiting":
            raise HoldfastError("a command was interrupted there", where=str(root), todo="run it without --dry-run")
        _check(root, place, repository, merging=merging)
        yield _project(root, place, repository)
        return
    with homes.alone(place, verb):
        said = finishing.recover(root, place, repository)
        try:
            _check(root, place, repository, merging=merging)
            yield _project(root, place, repository, said)
        except HoldfastError as error:
            if not said:
                raise
            what = f"{said[0].removesuffix('.')}; then this: {error.what}"
            raise HoldfastError(what, where=error.where, todo=error.todo) from None


def _check(root: Path, place: Path, repository: Repository | None, *, merging: bool) -> None:
    found = journal.read(place) if place.is_dir() else None
    if found:
        first = found[1].conflicts[0].path if found[1].conflicts else str(root)
        raise HoldfastError(
            f"the conflicts of `holdfast {found[1].verb}` wait to be resolved",
            where=first,
            todo="resolve them and run `holdfast continue`, or take all of it back with `holdfast abort`",
        )
    under_way = repository.under_way() if repository else ""
    if under_way and not merging:
        raise HoldfastError(f"{under_way} is under way there", where=str(root), todo="finish it or abort it first")


def _root(root: Path) -> Path:
    if not root.is_dir():
        raise HoldfastError("there is no such folder", where=str(root), todo=_NO_PROJECT)
    return root.resolve()


def _project(root: Path, place: Path, repository: Repository | None, said: tuple[str, ...] = ()) -> Project:
    return Project(root, place, repository, disk.read(root, [SPEC, lock.FILE]), said)
