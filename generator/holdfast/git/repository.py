"""The repository that a project lies in: read without refreshing it, changed in its index alone."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.git.running import call, reason, run
from holdfast.git.starting import enclosing

#: What git leaves in its folder while it waits for its user, and what it is doing then.
_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
}
#: Where git names the commit whose changes it brings.
_OTHERS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
_STAT = re.compile(
    rb"([^\0]+)\0  ctime: \d+:\d+\n  mtime: (\d+):(\d+)\n  dev: .*\n  uid: .*\n  size: (\d+)\tflags: (.*)\n"
)
#: Among those flags, that of `git add --intent-to-add`.
_INTENDED = 1 << 29


@dataclass(frozen=True)
class Repository:
    """The work tree at `top`, its own git folder, and the project in it: `prefix` is empty or ends with a slash.

    `modes` is false where git does not look at whether a file is executable. Paths below are relative to the project.
    """

    root: Path
    top: Path
    folder: Path
    prefix: str
    hashing: str
    modes: bool

    def under_way(self) -> str:
        """What git is in the middle of, in words, or nothing."""
        return next((what for name, what in _UNDER_WAY.items() if (self.folder / name).exists()), "")

    def index(self) -> dict[str, dict[int, tuple[str, str]]]:
        """The index below the project: by path and stage, mode and name of the object."""
        found: dict[str, dict[int, tuple[str, str]]] = {}
        for line in _lines(run(["ls-files", "-s", "-z"], self.root)):
            head, _, path = line.partition(b"\t")
            mode, name, stage = head.decode().split()
            found.setdefault(os.fsdecode(path), {})[int(stage)] = (mode, name)
        return found

    def flags(self, paths: Collection[str]) -> dict[str, str]:
        """Of these, what git does not look at: `S` for skip-worktree, a small letter for assume-unchanged."""
        listed = (os.fsdecode(line) for line in _lines(run(["ls-files", "-v", "-z"], self.root)))
        found = {path: flag for flag, _, path in (line.partition(" ") for line in listed) if path in paths}
        return {path: flag for path, flag in found.items() if flag == "S" or flag.islower()}

    def set_flags(self, flags: Mapping[str, str]) -> None:
        """Tell git again what it does not look at, as `flags` said it."""
        for option, wanted in (("--skip-worktree", "Ss"), ("--assume-unchanged", "abcdefghijklmnopqrstuvwxyz")):
            paths = [self.prefix + path for path, flag in sorted(flags.items()) if flag in wanted]
            if paths:
                run(["update-index", option, "--", *paths], self.top)

    def intended(self, paths: Collection[str]) -> list[str]:
        """Of these, those that the index has by name alone: `git add --intent-to-add`."""
        found = _STAT.findall(run(["ls-files", "-z", "--debug"], self.root))
        listed = (os.fsdecode(path) for path, *_, flags in found if int(flags, 16) & _INTENDED)
        return [path for path in listed if path in paths]

    def intend(self, paths: Iterable[str]) -> None:
        """Have these, which lie there, in the index by name alone again."""
        shown = [self.prefix + path for path in paths if os.path.lexists(self.root / path)]
        if shown:
            run(["update-index", "--force-remove", "--", *shown], self.top)
            run(["--literal-pathspecs", "add", "--intent-to-add", "--force", "--sparse", "--", *shown], self.top)

    def forget_resolved(self, paths: Collection[str]) -> None:
        """Drop the conflicts that `git checkout --merge` would bring back, where only these paths had any."""
        lines = _lines(run(["ls-files", "-z", "--resolve-undo"], self.top))
        found = {os.fsdecode(line.partition(b"\t")[2]) for line in lines}
        if found and found <= {self.prefix + path for path in paths}:
            run(["update-index", "--clear-resolve-undo"], self.top)

    def other(self) -> str:
        """The commit that is being merged into HEAD, or put upon it; nothing where git keeps none."""
        return next((name for name in _OTHERS if (self.folder / name).exists()), "")

    def ancestor(self, other: str) -> str:
        """The commit from which HEAD and what is brought there, as `other` names it, are told apart; or nothing."""
        merging = other == "MERGE_HEAD"
        asked = ["merge-base", "HEAD", other] if merging else ["rev-parse", "--verify", "--quiet", f"{other}^"]
        done = call(asked, self.root)
        return done.stdout.decode().strip() if done.returncode == 0 else ""

    def committed(self, commit: str = "HEAD") -> dict[str, tuple[str, str]]:
        """A commit below the project: by path, mode and name of the object."""
        done = call(["ls-tree", "-r", "-z", commit], self.root)
        found = {}
        for line in _lines(done.stdout) if done.returncode == 0 else ():  # Without a commit there is no HEAD.
            head, _, path = line.partition(b"\t")
            mode, _, name = head.decode().split()
            found[os.fsdecode(path)] = (mode, name)
        return found

    def unread(self, paths: Iterable[str]) -> set[str]:
        """Of these, those that are as git wrote them by date and size; what filters make of them is not looked at."""
        wanted, found = set(paths), set[str]()
        if not wanted:
            return found
        newest = (self.folder / "index").stat().st_mtime_ns
        for path, seconds, rest, size, _ in _STAT.findall(run(["ls-files", "-z", "--debug"], self.root)):
            name, written = os.fsdecode(path), int(seconds) * 10**9 + int(rest)
            if name in wanted and written < newest:
                there = (self.root / name).lstat()
                if (written, int(size)) == (there.st_mtime_ns, there.st_size & 0xFFFFFFFF):
                    found.add(name)
        return found

    def filtered(self, paths: Sequence[str]) -> list[str]:
        """Of these, those that are other bytes in a checkout than in git, by more than their line ends."""
        if not paths:
            return []
        asked = b"\0".join(map(os.fsencode, paths))
        words = ["check-attr", "-z", "--stdin", "filter", "ident", "working-tree-encoding"]
        fields = run(words, self.root, stdin=asked).split(b"\0")
        found = zip(fields[0::3], fields[2::3], strict=False)
        return sorted({os.fsdecode(path) for path, value in found if value not in (b"unspecified", b"unset")})

    def files(self) -> list[str]:
        """Every file of the project that git knows or would take, which leaves out what it ignores."""
        listed = _lines(run(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], self.root))
        return sorted({os.fsdecode(path) for path in listed if not path.endswith(b"/")})

    def tracks(self, path: str) -> bool:
        """Whether the index has this file, or one below this folder, in whatever case."""
        return bool(run(["ls-files", "-z", "--", f":(icase,literal){path}"], self.root))

    def read(self, name: str) -> bytes:
        """The content of an object."""
        return run(["cat-file", "blob", name], self.root)

    def name_of(self, content: bytes) -> str:
        """The name that this repository gives to a blob."""
        return hashlib.new(self.hashing, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def keep(self, files: Sequence[Path]) -> list[str]:
        """Put these files' contents among the repository's objects; their names."""
        if not files:
            return []
        asked = b"".join(os.fsencode(file) + b"\n" for file in files)
        return run(["hash-object", "-w", "--no-filters", "--stdin-paths"], self.top, stdin=asked).decode().split()

    def index_lines(self, entries: Mapping[str, Mapping[int, tuple[str, str]]]) -> bytes:
        """What makes the index hold exactly these stages for these paths; none takes a path out of it."""
        nothing = "0" * hashlib.new(self.hashing, usedforsecurity=False).digest_size * 2
        lines = []
        for path, stages in entries.items():
            shown = os.fsencode(self.prefix + path)
            lines.append(b"0 %s\t%s\0" % (nothing.encode(), shown))
            lines += [b"%s %s %d\t%s\0" % (m.encode(), n.encode(), s, shown) for s, (m, n) in sorted(stages.items())]
        return b"".join(lines)

    def set_index(self, lines: Path) -> None:
        """Change the index as a file of `index_lines` says, at once and as often as one likes.

        Git looks at other files meanwhile, those whose dates tell too little, and would ask the user's filters.
        """
        listed = call(["config", "-z", "--name-only", "--get-regexp", r"^filter\."], self.top).stdout
        off = [f"{os.fsdecode(name)}={'false' if name.endswith(b'.required') else ''}" for name in _lines(listed)]
        run(
            [*(word for each in off for word in ("-c", each)), "update-index", "-z", "--index-info"],
            self.top,
            stdin=lines,
        )


def find(root: Path) -> Repository | None:
    """The repository of the project in `root`; None outside of any, and for a project that its repository ignores."""
    if enclosing(root) is None:
        return None
    asked = ["rev-parse", "--show-object-format", "--show-prefix", "--show-toplevel", "--absolute-git-dir"]
    done = call(asked, root)
    if done.returncode:
        why = reason(done.stderr.decode("utf-8", "replace"))
        raise HoldfastError(f"git cannot work there: {why}", where=str(root), todo="mend that and try again")
    lines = [os.fsdecode(line) for line in done.stdout.removesuffix(b"\n").split(b"\n")]
    if len(lines) != len(asked) - 1:
        todo = "rename that folder"
        raise HoldfastError("a folder that it is in has a line break in its name", where=str(root), todo=todo)
    hashing, prefix, top, folder = lines
    if prefix and call(["check-ignore", "--quiet", "."], root).returncode == 0:
        return None
    modes = call(["config", "--type=bool", "core.fileMode"], root).stdout.strip() != b"false"
    return Repository(root, Path(top), Path(folder), prefix, hashing, modes)


def listed_outside(root: Path) -> list[str]:
    """Every file of a project outside of git, but for what its own .gitignore names."""
    with tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True) as scratch:
        run(["init", "--quiet", "--bare", "--template=", "."], Path(scratch))
        there = {"GIT_DIR": scratch, "GIT_WORK_TREE": str(root)}
        listed = _lines(run(["ls-files", "-z", "--others", "--exclude-standard"], root, extra=there))
    return sorted(os.fsdecode(path) for path in listed if not path.endswith(b"/"))


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\0") if line]
