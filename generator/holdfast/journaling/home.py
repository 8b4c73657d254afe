"""Where a command keeps its journal and its backup, and the one command that may work on a project at a time."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from holdfast.errors import HoldfastError
from holdfast.git import Repository
from holdfast.journaling.journal import INDEX_AFTER, INDEX_BEFORE, STATES

#: Beside the project's files where there is no git folder to keep it in; it hides itself from a git that comes later.
OUTSIDE = ".holdfast"
_LOCK, _IGNORING = "lock", ".gitignore"


def home(root: Path, repository: Repository | None) -> Path:
    """The folder that a project's journal is in. A journal that was begun before `git init` stays where it is.

    Refused where it is not holdfast's alone: with links in it what is written there would be written elsewhere.
    """
    outside = root / OUTSIDE
    if repository is None or any((outside / f"{state}.json").exists() for state in STATES):
        if repository and repository.tracks(OUTSIDE):
            todo = f"look where it came from, and take it out: git rm -r {OUTSIDE}"
            raise HoldfastError("it is committed, and holdfast keeps nothing there that is", where=OUTSIDE, todo=todo)
        if repository and any((outside / name).exists() for name in (INDEX_BEFORE, INDEX_AFTER)):
            what = "the journal in it is none of holdfast's: it would change git's index"
            raise HoldfastError(what, where=str(outside), todo="look where it came from, and delete it")
        return _without_links(outside, outside)
    name = hashlib.sha256(os.fsencode(repository.prefix)).hexdigest()[:12] if repository.prefix else "project"
    place = repository.folder / "holdfast" / name
    return _without_links(place, place.parent, place)


def _without_links(place: Path, *folders: Path) -> Path:
    inside = place.iterdir() if place.is_dir() and not place.is_symlink() else ()
    for path in (*folders, *inside):
        if path.is_symlink():
            todo = "look where it came from, and delete it"
            raise HoldfastError("it is a link, and holdfast writes through none", where=str(path), todo=todo)
    return place


@contextmanager
def alone(place: Path, verb: str) -> Iterator[None]:
    """Be the only command at work on the project; another is refused with the first one's name.

    The system itself takes the lock back from a process that ends, however it does.
    """
    try:
        stream = _locked(place, verb)
    except OSError as error:
        raise HoldfastError(
            f"nothing can be written there: {error.strerror or error}",
            where=str(place.parent),
            todo="get the right to write there",
        ) from None
    try:
        yield
    finally:
        if place.name == OUTSIDE and not any((place / f"{state}.json").exists() for state in STATES):
            with suppress(OSError):  # All is done by now. Windows deletes no open file, and what is not ours stays.
                (place / _LOCK).unlink(missing_ok=True)
                if {entry.name for entry in place.iterdir()} == {_IGNORING}:
                    (place / _IGNORING).unlink()
                    place.rmdir()
        stream.close()


def _locked(place: Path, verb: str) -> BinaryIO:
    while True:
        place.mkdir(parents=True, exist_ok=True)
        if place.name == OUTSIDE:
            (place / _IGNORING).write_bytes(b"*\n")
        stream = (place / _LOCK).open("a+b")
        try:
            _take(stream)
        except OSError:
            stream.seek(0)
            first = _said(stream.read())
            stream.close()
            raise HoldfastError(f"{first} is at work on this project", todo="wait until it is done") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(stream.fileno()), (place / _LOCK).stat()):
                stream.truncate(0)
                stream.write(json.dumps({"command": verb, "process": os.getpid()}).encode())
                stream.flush()
                return stream
        stream.close()  # The one before us removed the folder in the meantime.


def _said(text: bytes) -> str:
    try:
        data = json.loads(text)
        return f"`holdfast {data['command']}` (process {data['process']})"
    except (ValueError, KeyError, TypeError):
        return "another holdfast"


if sys.platform == "win32":
    import msvcrt

    def _take(stream: BinaryIO) -> None:
        # Far behind what is written there: Windows would not let anybody read a byte that is locked.
        stream.seek(1 << 30)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        stream.seek(0)

else:
    import fcntl

    def _take(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
