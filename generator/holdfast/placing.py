"""A folder or a file is built out of sight and put in its place at once, so that nobody ever finds half of it."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from holdfast import project
from holdfast.errors import HoldfastError

#: A folder that a killed run left behind is safe to remove after this time, in seconds.
STALE = 3600
#: What the unfinished project is called inside of its scratch folder.
INNER = "project"
_PLACE = "choose another place, or get the right to write there"
_TODO = {errno.ENOSPC: "make room and try again", **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _PLACE)}


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A folder to build in, inside one beside `target` that is gone afterwards whatever happened.

    It is inside of `target` where that is a folder which no rename can replace: a volume, or one of somebody else's
    folder. Folders above `target` that were made for it go, too, where nothing came into them.
    """
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            home = target if _must_stay(target) else target.parent
            _sweep(home, target)
            outer = Path(tempfile.mkdtemp(prefix=f".{target.name}.holdfast-", dir=home))
        except OSError as error:
            raise _no_place(error, target.parent) from None
        try:
            inner = outer / INNER
            inner.mkdir()
            yield inner
        except OSError as error:
            raise refused(error, target) from None
        finally:
            _remove(outer)
    finally:
        for parent in missing:
            with suppress(OSError):
                parent.rmdir()


def put(scratch: Path, target: Path) -> None:
    """Put the finished folder in place with one rename.

    A target that must stay the same folder (it is the working directory, a volume, or holds a fresh repository) is
    filled entry by entry, the lock last, and emptied again where that fails.
    """
    if target.is_dir() and (target.samefile(Path.cwd()) or any(target.iterdir())):
        _fill(scratch, target)
        return
    if target.is_dir():
        target.rmdir()
    scratch.rename(target)


def overwrite(target: Path, content: bytes) -> None:
    """Write beside the file `target`, then rename: a run that is killed leaves the old file or the new one."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.holdfast")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def is_ours(entry: Path, target: Path) -> bool:
    """Whether `entry` is a scratch folder that a run for `target` was building in."""
    ours = re.fullmatch(rf"\.{re.escape(target.absolute().name)}\.holdfast-[a-z0-9_]{{8}}", entry.name)
    if not ours or not entry.is_dir() or entry.is_symlink():
        return False
    return [inner.name for inner in entry.iterdir()] in ([], [INNER])


def refused(error: OSError, target: Path) -> HoldfastError:
    """The error in the words of the user's own paths: where we built in the meantime is nobody's business."""
    named = str(error.filename or target)
    inside = re.sub(rf".*\.holdfast-[a-z0-9_]{{8}}(?:[/\\]{INNER})?", lambda _: str(target), named)
    todo = _TODO.get(error.errno or 0, "mend that and try again")
    return HoldfastError(f"it cannot be written: {error.strerror or error}", where=_shown(inside), todo=todo)


def _no_place(error: OSError, parent: Path) -> HoldfastError:
    """Why nothing can be made in `parent`, which may not even be there."""
    above = next((each for each in (parent, *parent.parents) if os.path.lexists(each)), parent)
    if not above.is_dir():
        return HoldfastError("it is a file, not a folder", where=_shown(str(above)), todo="name another folder")
    todo = _TODO.get(error.errno or 0, _PLACE)
    what = f"nothing can be written there: {error.strerror or error}"
    return HoldfastError(what, where=_shown(str(above)), todo=todo)


def _shown(path: str) -> str:
    """`path` as somebody who stands in the working directory would write it."""
    with suppress(OSError, ValueError):
        here = os.path.relpath(path)
        return here if not here.startswith("..") else path
    return path


def _must_stay(target: Path) -> bool:
    return target.is_dir() and (target.is_mount() or not os.access(target.parent, os.W_OK))


def _sweep(home: Path, target: Path) -> None:
    """Remove what killed runs left: folders of our own naming that hold nothing but an unfinished project."""
    for left in home.iterdir():
        if is_ours(left, target) and time.time() - left.stat().st_mtime > STALE:
            _remove(left)


def _remove(folder: Path) -> None:
    """Delete a folder of our own; git makes files read-only, which Windows would refuse to delete."""

    def writable(function: Callable[[str], object], path: str, _: object) -> None:
        with suppress(OSError):
            Path(path).chmod(stat.S_IRWXU)
            function(path)

    if sys.version_info >= (3, 12):
        shutil.rmtree(folder, onexc=writable)
    else:
        shutil.rmtree(folder, onerror=writable)


def _fill(scratch: Path, target: Path) -> None:
    moved: list[Path] = []
    entries = sorted(scratch.iterdir(), key=lambda entry: entry.name == project.LAST)
    taken = [target / entry.name for entry in entries if os.path.lexists(target / entry.name)]
    if taken:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(taken[0]))
    try:
        for entry in entries:
            entry.rename(target / entry.name)
            moved.append(target / entry.name)
    except BaseException:
        for entry in moved:
            entry.rename(scratch / entry.name)
        raise
