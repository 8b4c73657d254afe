"""A commit of a repository somewhere else, read from git's objects."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from holdfast.errors import HoldfastError
from holdfast.git.running import call, reason, run, without_password

_FILES = ("100644", "100755")
#: For a repository that is gone in a moment: one pack, and no waiting for the disk.
_FAST = ("-c", "core.fsync=none", "-c", "fetch.unpackLimit=1")


@dataclass(frozen=True)
class Blob:
    """One entry of a commit's tree: git's mode, the object's name, its size in bytes (-1 for a submodule)."""

    path: str
    mode: str
    name: str
    size: int


def read_commit(
    url: str, ref: str, folders: tuple[str, ...], most_bytes: int, most_files: int, *, spare: tuple[str, ...] = ()
) -> tuple[str, dict[str, bytes]]:
    """The commit that `ref` names in the repository at `url`, and its files below `folders`, read from git's objects.

    Of `spare` it takes what are files, too.

    Nothing is checked out, so no attribute, filter or symbolic link of that repository takes effect here.
    """
    where = without_password(url)
    with tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True) as scratch:
        repository = Path(scratch)
        run(["init", "--quiet", "--bare", "--template=", "."], repository)
        commit = _fetched(repository, url, ref)
        blobs = _blobs(repository, commit, (*folders, *spare))
        blobs = [blob for blob in blobs if blob.path not in spare or blob.mode in _FILES]
        for blob in blobs:
            if blob.mode not in _FILES:
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
        return commit, contents(repository, blobs)


def tags(url: str) -> dict[str, str]:
    """All tags in the repository at `url`, no path relative to anywhere, each with the commit that it names."""
    with tempfile.TemporaryDirectory(prefix="holdfast-", ignore_cleanup_errors=True) as scratch:
        # Not where we are: the settings of a repository there would choose the programs that reach the other.
        run(["init", "--quiet", "--bare", "--template=", "."], Path(scratch))
        done = call(["ls-remote", "--tags", "--", url], Path(scratch), extra=_itself(Path(scratch)))
    if done.returncode:
        raise HoldfastError(
            f"it cannot be read: {reason(done.stderr.decode('utf-8', 'replace'))}",
            where=without_password(url),
            todo="check the address and your connection",
        )
    found = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        commit, _, name = line.partition("\trefs/tags/")
        found[name.removesuffix("^{}")] = commit  # An annotated tag has two lines, its commit in the second.
    return found


def _itself(repository: Path) -> dict[str, str]:
    """What names a bare repository: git may be set to find none by itself (`safe.bareRepository`)."""
    return {"GIT_DIR": str(repository)}


def _fetched(repository: Path, url: str, ref: str) -> str:
    """Fetch `ref` alone where the other side allows it, else everything (an abbreviated commit can't be asked for)."""
    where, itself = without_password(url), _itself(repository)
    shallow = call(
        [*_FAST, "fetch", "--quiet", "--depth=1", "--no-tags", "--", url, ref or "HEAD"], repository, extra=itself
    )
    if shallow.returncode == 0:
        return run(["rev-parse", "--verify", "FETCH_HEAD^{commit}"], repository, extra=itself).decode().strip()
    whole = call(
        ["fetch", "--quiet", "--no-tags", "--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"],
        repository,
        extra=itself,
    )
    if whole.returncode:
        raise HoldfastError(
            f"it cannot be fetched: {reason(whole.stderr.decode('utf-8', 'replace'))}",
            where=where,
            todo="check the address, or clone it yourself and name the folder",
        )
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
    found = call(asked, repository, extra=itself)
    if found.returncode:
        raise HoldfastError(f"it has no tag, branch or commit {ref!r}", where=where, todo="name one that it has")
    return found.stdout.decode().strip()


def _blobs(repository: Path, commit: str, folders: tuple[str, ...]) -> list[Blob]:
    asked = ["ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", *folders]
    listing = run(asked, repository, extra=_itself(repository))
    found = []
    for line in listing.split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, _, name, size = head.split()
            found.append(
                Blob(path.decode("utf-8", "replace"), mode.decode(), name.decode(), int(size) if size != b"-" else -1)
            )
    return found


def contents(repository: Path, blobs: list[Blob]) -> dict[str, bytes]:
    asked = "".join(f"{blob.name}\n" for blob in blobs).encode()
    answer = run(["cat-file", "--batch"], repository, stdin=asked, extra=_itself(repository))
    files, at = {}, 0
    for blob in blobs:
        start_of_content = answer.index(b"\n", at) + 1
        end = start_of_content + blob.size
        files[blob.path] = answer[start_of_content:end]
        at = end + 1
    return files
