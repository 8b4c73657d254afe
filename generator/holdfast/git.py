"""Every call of git. The user's hooks, filters and signing agents have no part in what is read here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError

#: Variables by which a surrounding git (a hook, an alias) would redirect ours to its own repository.
_REDIRECTING = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DEFAULT_HASH",
        "GIT_DIR",
        "GIT_GRAFT_FILE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_TEMPLATE_DIR",
        "GIT_WORK_TREE",
    }
)
_OWN = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.autocrlf=false",
    "-c",
    "core.safecrlf=false",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "protocol.ext.allow=never",
    "-c",
    "advice.detachedHead=false",
)


@dataclass(frozen=True)
class Blob:
    """One entry of a commit's tree: git's mode, the object's name, its size in bytes (-1 for a submodule)."""

    path: str
    mode: str
    name: str
    size: int


@dataclass(frozen=True)
class Started:
    """A new repository: the first commit, or why there is none yet (everything is staged then), and the way to it."""

    commit: str
    reason: str
    todo: tuple[str, ...] = ()


def enclosing(directory: Path) -> Path | None:
    """The work tree that `directory` lies in, if any; it need not exist yet."""
    for parent in (directory, *directory.parents):
        if (parent / ".git").exists():
            return parent
    return None


#: What makes the first commit of a repository that git could not make for want of a name.
_INTRODUCED = ('git config user.name "…"', 'git config user.email "…"', "git commit")


def start(directory: Path, message: str) -> Started:
    """Make `directory` a repository with one commit of all that is in it, signed where the user's git signs.

    Only the commit may fail; all is staged then.
    """
    _run(["init", "--quiet", "--initial-branch=main", "--template="], directory)
    _run(["add", "--all", "--force", "."], directory)
    made = _call(["-c", "user.useConfigOnly=true", "commit", "--quiet", "--no-verify", "--message", message], directory)
    if made.returncode:
        text = made.stderr.decode("utf-8", "replace")
        unknown = "user.useConfigOnly" in text or "tell me who you are" in text or "empty ident" in text
        if unknown:
            return Started("", "git does not know your name and address yet", _INTRODUCED)
        return Started("", _reason(text), ("git commit",))
    return Started(_run(["rev-parse", "--short", "HEAD"], directory).decode().strip(), "")


def read_commit(
    url: str, ref: str, folders: tuple[str, ...], most_bytes: int, most_files: int
) -> tuple[str, dict[str, bytes]]:
    """The commit that `ref` names in the repository at `url`, and its files below `folders`, read from git's objects.

    Nothing is checked out, so no attribute, filter or symbolic link of that repository takes effect here.
    """
    where = without_password(url)
    with tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True) as scratch:
        repository = Path(scratch)
        _run(["init", "--quiet", "--bare", "--template=", "."], repository)
        commit = _fetched(repository, url, ref)
        blobs = _blobs(repository, commit, folders)
        for blob in blobs:
            if blob.mode not in ("100644", "100755"):
                raise HoldfastError(
                    f"{blob.path!r} is a symbolic link or submodule, which a template may not hold",
                    where=where,
                    todo="put the files themselves there",
                )
        if sum(blob.size for blob in blobs) > most_bytes or len(blobs) > most_files:
            raise HoldfastError(
                f"it holds more than {most_files} files or {most_bytes // 1024 // 1024} MiB",
                where=where,
                todo="a template holds source files only",
            )
        return commit, _contents(repository, blobs)


def _fetched(repository: Path, url: str, ref: str) -> str:
    """Fetch `ref` alone where the other side allows it, else everything (an abbreviated commit can't be asked for)."""
    where = without_password(url)
    shallow = _call(["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, ref or "HEAD"], repository)
    if shallow.returncode == 0:
        return _run(["rev-parse", "--verify", "FETCH_HEAD^{commit}"], repository).decode().strip()
    whole = _call(
        ["fetch", "--quiet", "--no-tags", "--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"],
        repository,
    )
    if whole.returncode:
        raise HoldfastError(
            f"it cannot be fetched: {_reason(whole.stderr.decode('utf-8', 'replace'))}",
            where=where,
            todo="check the address, or clone it yourself and name the folder",
        )
    found = _call(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"], repository)
    if found.returncode:
        raise HoldfastError(f"it has no tag, branch or commit {ref!r}", where=where, todo="name one that it has")
    return found.stdout.decode().strip()


def _blobs(repository: Path, commit: str, folders: tuple[str, ...]) -> list[Blob]:
    listing = _run(["ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *folders], repository)
    found = []
    for line in listing.split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, name, size = head.split()
            found.append(
                Blob(path.decode("utf-8", "replace"), mode.decode(), name.decode(), int(size) if size != b"-" else -1)
            )
    return found


def _contents(repository: Path, blobs: list[Blob]) -> dict[str, bytes]:
    asked = "".join(f"{blob.name}\n" for blob in blobs).encode()
    answer = _run(["cat-file", "--batch"], repository, stdin=asked)
    files, at = {}, 0
    for blob in blobs:
        start_of_content = answer.index(b"\n", at) + 1
        end = start_of_content + blob.size
        files[blob.path] = answer[start_of_content:end]
        at = end + 1
    return files


def _run(arguments: list[str], directory: Path, *, stdin: bytes = b"") -> bytes:
    done = _call(arguments, directory, stdin=stdin)
    if done.returncode:
        reason = _reason(done.stderr.decode("utf-8", "replace"))
        raise HoldfastError(
            f"git {arguments[0]} failed: {reason}", where=str(directory), todo="mend that and try again"
        )
    return done.stdout


def _call(arguments: list[str], directory: Path, *, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if not program:
        raise HoldfastError("git is not installed", todo="install git, or use --no-git")
    environment = {key: value for key, value in os.environ.items() if key not in _REDIRECTING}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(
        [program, *_OWN, *arguments], cwd=directory, env=environment, input=stdin, capture_output=True, check=False
    )


def _reason(text: str) -> str:
    """Why git failed: its first line that is no hint; what follows is advice for other cases."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("warning:", "hint:"))]
    return re.sub(r"^(fatal|error): ", "", lines[0]).rstrip(".:") if lines else "it said nothing"


def without_password(url: str) -> str:
    """`url` as it may be shown or written into a file: no password, and for the web no user either."""
    hidden = re.sub(r"^(https?://)[^/@]*@", r"\1", url)
    return re.sub(r"^([a-z][a-z0-9+.-]*://[^/@:]*):[^/@]*@", r"\1@", hidden)
