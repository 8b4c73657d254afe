"""The journal of one change: each file before and after, by the sha256 of its bytes and its mode."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from holdfast.errors import HoldfastError, shown
from holdfast.git import Entry

#: What is being done: the name of the journal's file, so that one renaming says what comes next.
State = Literal["do", "undo", "abort", "waiting"]
STATES: tuple[State, ...] = ("do", "undo", "abort", "waiting")
OLD, NEW = "old", "new"
#: The index's entries before and after, for the paths that are changed; a lock that is not written yet.
INDEX_BEFORE, INDEX_AFTER, LOCK = "index-before", "index-after", "holdfast.lock"
#: What holdfast wrote last, by path; and what that is once conflicts have been resolved.
WRITTEN, WRITTEN_AFTER = "written", "written-after"
_STATE = re.compile(r"(?:(?:100644|100755|120000) [0-9a-f]{64})?\Z")
#: Folders in which no file of a project is.
_FOREIGN = frozenset({".git", "git~1", ".holdfast"})


@dataclass(frozen=True)
class Step:
    """One file: what it held and shall hold, as `mode sha256`, or nothing where it is not there."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Waiting:
    """A conflict that a person resolves; `marked` says that the file holds markers until then."""

    path: str
    marked: bool
    what: str


@dataclass(frozen=True)
class Journal:
    """What `verb` does, in order. With conflicts, the lock is written only by `continue`.

    What an undo needs beside the files: `folders` are those that there were, with their modes, and `flags` what git was
    told of paths that it should not look at, as `git ls-files -v` has it; `intended` are paths that the index has by
    name alone.
    """

    verb: str
    steps: tuple[Step, ...]
    conflicts: tuple[Waiting, ...] = ()
    todo: tuple[str, ...] = ()
    folders: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    intended: tuple[str, ...] = ()


def state_of(entry: Entry | None) -> str:
    """An entry as a step names it."""
    return f"{entry.mode} {hashlib.sha256(entry.content).hexdigest()}" if entry else ""


def same(one: str, other: str) -> bool:
    """Whether two states are one; where a file system has no modes, by content alone."""
    return one == other if os.name != "nt" else one.rpartition(" ")[2] == other.rpartition(" ")[2]


def steps(
    before: Mapping[str, Entry], after: Mapping[str, Entry | None], last: Sequence[str], kept: Collection[str] = ()
) -> tuple[Step, ...]:
    """The steps from `before` to `after`: what goes, then what comes, then `last` in its order.

    What is `kept` has a step that changes nothing, so that it can be brought back from whatever becomes of it later.

    A folder can take the place of a file so, a file that of a folder, and a name that of the same one in another case.
    """

    def when(path: str) -> tuple[int, int, str]:
        return (after[path] is not None, last.index(path) + 1 if path in last else 0, path)

    return tuple(
        Step(path, state_of(before.get(path)), state_of(after[path]))
        for path in sorted(after, key=when)
        if before.get(path) != after[path] or path in kept
    )


def read(home: Path) -> tuple[State, Journal] | None:
    """The journal in `home`, if one was begun."""
    for state in STATES:
        try:
            data = json.loads((home / f"{state}.json").read_text(encoding="utf-8"))
            return state, Journal(
                str(data["verb"]),
                tuple(_checked(Step(**step), home) for step in data["steps"]),
                tuple(_waiting(Waiting(**each), home) for each in data["conflicts"]),
                tuple(map(str, data["todo"])),
                {_placed(path, home): int(mode) & 0o7777 for path, mode in data.get("folders", {}).items()},
                {_placed(path, home): str(flag) for path, flag in data.get("flags", {}).items()},
                tuple(_placed(str(path), home) for path in data.get("intended", ())),
            )
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise HoldfastError(
                f"the journal cannot be read ({type(error).__name__})",
                where=str(home),
                todo="a newer holdfast may have written it; the files under old/ are your backup",
            ) from None
    return None


def _checked(step: Step, home: Path) -> Step:
    """A step as it was read. Refused where holdfast cannot have written it: it came with somebody else's project."""
    path = step.path if _STATE.match(step.before) and _STATE.match(step.after) else ""
    _placed(path, home, step.path)
    return step


def _waiting(conflict: Waiting, home: Path) -> Waiting:
    _placed(conflict.path, home)
    return conflict


def _placed(path: str, home: Path, named: str = "") -> str:
    if not _inside(path):
        what = f"the journal in it is none of holdfast's: it would change {shown(named or path)}"
        raise HoldfastError(what, where=str(home), todo="look where it came from, and delete it")
    return path


def _inside(path: str) -> bool:
    """Whether a path stays in the project, and out of git's folder and ours, however a file system reads it."""
    parts = path.split("/")
    plain = {unicodedata.normalize("NFKC", "".join(filter(str.isprintable, part))).casefold() for part in parts}
    foreign = os.sep != "/" and (os.sep in path or ":" in path)
    return {"", ".", ".."}.isdisjoint(parts) and plain.isdisjoint(_FOREIGN) and not foreign and "\0" not in path


def write(home: Path, state: State, journal: Journal) -> None:
    """Write the journal whole or not at all; from then on it counts."""
    draft = home / "draft"
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(asdict(journal), stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(home / f"{state}.json")


def turn(home: Path, now: State, then: State) -> None:
    """Say that something else is to be done; this needs no room on a full disk."""
    (home / f"{now}.json").replace(home / f"{then}.json")
