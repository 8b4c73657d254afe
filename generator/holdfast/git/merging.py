"""A merge of three trees by git, in a repository that exists for it alone: nothing of the user's takes part.

The commits are base -> ours and base -> theirs. `git merge-tree` follows renames, of whole folders too, modes and
binaries; what it says of conflicts is handed on as stages, as an index would hold them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.git.entries import Entry
from holdfast.git.running import call, reason, run

Side = Mapping[str, Entry]
BASE, OURS, THEIRS = 1, 2, 3
#: Renames are looked for among so many files, and no setting of the user's changes how.
_CONFIG = """\
[core]
	repositoryformatversion = 0
	bare = true
	compression = 0
	fsync = none
[merge]
	renames = true
	directoryRenames = true
	renameLimit = 30000
	conflictStyle = merge
[fastimport]
	unpackLimit = 1
"""


@dataclass(frozen=True)
class Merged:
    """The tree that came out, and for each path in conflict what each side has: by stage, as in git's index."""

    tree: Mapping[str, Entry]
    conflicts: Mapping[str, Mapping[int, Entry]]


def merge(base: Side, ours: Side, theirs: Side, *, names: tuple[str, str]) -> Merged:
    """Merge what `ours` and `theirs` made of `base`; `names` label the two sides of a conflict in a file."""
    with tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True) as scratch:
        store = _Store(Path(scratch))
        store.commit(base, ours, theirs, names)
        return store.merge(names)


class _Store:
    """A bare repository with three commits."""

    def __init__(self, place: Path) -> None:
        self._place = place
        for folder in ("objects", "refs"):
            (place / folder).mkdir()
        (place / "HEAD").write_text("ref: refs/heads/base\n", encoding="utf-8")
        (place / "config").write_text(_CONFIG, encoding="utf-8")
        self._known: dict[str, bytes] = {}
        self._env = {
            "GIT_DIR": str(place),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "0",
            "GIT_CONFIG_PARAMETERS": "",
            "GIT_ATTR_NOSYSTEM": "1",
        }

    def commit(self, base: Side, ours: Side, theirs: Side, names: tuple[str, str]) -> None:
        stream: list[bytes] = []
        for content in {entry.content for side in (base, ours, theirs) for entry in side.values()}:
            name = _oid(content)
            self._known[name] = content
            stream += [b"blob\nmark :%d\ndata %d\n" % (len(self._known), len(content)), content, b"\n"]
        marks = {content: b":%d" % number for number, content in enumerate(self._known.values(), start=1)}
        for branch, side in (("base", base), (names[0], ours), (names[1], theirs)):
            stream.append(b"commit refs/heads/" + branch.encode() + b"\ncommitter holdfast <> 0 +0000\ndata 0\n")
            if branch != "base":
                stream.append(b"from refs/heads/base\ndeleteall\n")
            stream += [
                b"M %s %s %s\n" % (entry.mode.encode(), marks[entry.content], _quoted(path))
                for path, entry in side.items()
            ]
        run(["fast-import", "--quiet", "--done"], self._place, stdin=b"".join([*stream, b"done\n"]), extra=self._env)

    def merge(self, names: tuple[str, str]) -> Merged:
        done = call(["merge-tree", "--write-tree", "-z", *names], self._place, extra=self._env)
        if done.returncode not in (0, 1):
            why = reason(done.stderr.decode("utf-8", "replace"))
            raise HoldfastError(f"git could not merge: {why}", todo="report it, with the project if you can")
        tree, *fields = done.stdout.split(b"\0")
        conflicts: dict[str, dict[int, tuple[str, str]]] = {}
        for field in fields if done.returncode else ():
            if not field:
                break
            head, _, path = field.partition(b"\t")
            mode, name, stage = head.decode().split()
            conflicts.setdefault(os.fsdecode(path), {})[int(stage)] = (mode, name)
        listed = self._listed(tree.decode().strip())
        self._read(name for _, name in (*listed.values(), *(s for each in conflicts.values() for s in each.values())))
        return Merged(
            {path: self._entry(*found) for path, found in listed.items()},
            {path: {s: self._entry(*found) for s, found in each.items()} for path, each in conflicts.items()},
        )

    def _listed(self, tree: str) -> dict[str, tuple[str, str]]:
        found = {}
        for line in run(["ls-tree", "-r", "-z", "--full-tree", tree], self._place, extra=self._env).split(b"\0"):
            if line:
                head, _, path = line.partition(b"\t")
                mode, _, name = head.decode().split()
                found[os.fsdecode(path)] = (mode, name)
        return found

    def _entry(self, mode: str, name: str) -> Entry:
        return Entry(self._known[name], mode)

    def _read(self, names: Iterable[str]) -> None:
        """Learn the content of what the merge made; all else was put here by us."""
        wanted = list(dict.fromkeys(name for name in names if name not in self._known))
        if not wanted:
            return
        asked = "".join(f"{name}\n" for name in wanted).encode()
        answer, at = run(["cat-file", "--batch"], self._place, stdin=asked, extra=self._env), 0
        for name in wanted:
            start = answer.index(b"\n", at) + 1
            end = start + int(answer[at:start].split()[2])
            self._known[name] = answer[start:end]
            at = end + 1


def _oid(content: bytes) -> str:
    """The name that git gives to a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _quoted(path: str) -> bytes:
    """`path` as fast-import reads it, whatever it holds."""
    plain = os.fsencode(path)
    return b'"' + b"".join(b"\\%03o" % c if c < 32 or c > 126 or c in b'"\\' else b"%c" % c for c in plain) + b'"'
