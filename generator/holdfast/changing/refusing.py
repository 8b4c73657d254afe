"""What stops a change before anything is touched: what is in the way, and what nobody could bring back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from holdfast.changing.opened import Project
from holdfast.errors import HoldfastError
from holdfast.git import LINK, Entry, Repository
from holdfast.journaling.journal import WRITTEN
from holdfast.merging import disk
from holdfast.merging.disk import Disk
from holdfast.merging.plan import entry
from holdfast.merging.style import plain
from holdfast.tree import Tree

#: As many names as one line shows.
_SHOWN = 5


def in_the_way(changes: Mapping[str, Entry | None], there: Disk) -> None:
    """Refuse to write where there is a folder, a link or another thing that no file can replace."""
    going = {path for path, wanted in changes.items() if wanted is None}
    for path, obstacle in there.obstacles.items():
        if changes.get(path) is None and obstacle != "no file":
            continue
        parents = {path[:at] for at, character in enumerate(path) if character == "/"}
        if obstacle == "a folder" and any(other.startswith(f"{path}/") for other in going):
            continue  # What is in it goes first; should more be there, it is refused then, and nothing is changed.
        if obstacle == "below a file" and parents & going:
            continue
        raise HoldfastError(
            f"it is in the way: the template has a file there, and what is there is {obstacle}",
            where=path,
            todo="move it away",
        )


def unforeseen(project: Project, changes: Mapping[str, Entry | None], there: Disk) -> None:
    """Refuse to write over what nobody looked for: a file that git ignores, where one of the user's own moves."""
    new = [path for path, wanted in changes.items() if wanted and path not in there.raw]
    found = disk.read(project.root, new).raw
    if found:
        what = "it is in the way of a file that moves there"
        raise HoldfastError(what, where=_listed(list(found)), todo="move it away")


def uncommitted(project: Project, changes: Iterable[str], base: Tree, there: Disk) -> None:
    """Refuse to change files whose content is nowhere else: neither committed nor written by holdfast itself."""
    repository, own = project.repository, _written(project.home)
    asked = [
        path
        for path in sorted(changes)
        if path in there.raw
        and not (path in base and there.plain[path] == entry(base[path]))
        and own.get(path) != _sha(there.raw[path].content)
    ]
    if repository is None or not asked:
        return
    index, head = repository.index(), repository.committed()
    untracked, changed, staged = list[str](), list[str](), dict[str, Entry]()
    for path in asked:
        stages = index.get(path, {})
        if not stages:
            untracked.append(path)
        elif stages.keys() != {0} or stages[0] != head.get(path):
            changed.append(path)
        else:
            staged[path] = there.raw[path]
    changed += unlike(project, repository, staged)
    if untracked:
        todo = "commit them, move them away or delete them"
        raise HoldfastError("in the way, and not in git", where=_listed(untracked), todo=todo)
    if changed:
        todo = "commit or stash that first"
        raise HoldfastError("changed here, and not committed", where=_listed(changed), todo=todo)


def unlike(project: Project, repository: Repository, files: Mapping[str, Entry]) -> set[str]:
    """Of these files, which are in the index, those that are something else there."""
    index = repository.index()
    unclear = [path for path, found in files.items() if index[path][0][1] not in _names(project, found)]
    return set(unclear) - repository.unread(repository.filtered(unclear))


def sparse(project: Project, base: Tree, theirs: Tree, there: Disk) -> None:
    """Refuse to change files that a sparse checkout left out: they are not deleted, and nobody could read them."""
    paths = {p for p in base.keys() | theirs.keys() if p not in there.raw and base.get(p) != theirs.get(p)}
    skipped = (
        sorted(path for path, flag in project.repository.flags(paths).items() if flag in "Ss")
        if (paths and project.repository)
        else []
    )
    if skipped:
        todo = "check them out first: git sparse-checkout add, or disable"
        raise HoldfastError("left out of this checkout, and the template changes it", where=_listed(skipped), todo=todo)


def remember(project: Project, changes: Mapping[str, Entry | None], name: str) -> None:
    """Keep in mind under `name` what holdfast wrote, so that its next command may write there again before a commit."""
    if project.repository is None:
        return
    own = _written(project.home) | {p: _sha(wanted.content) for p, wanted in changes.items() if wanted}
    with suppress(OSError):
        (project.home / name).write_text(json.dumps(own), encoding="utf-8")


def _written(home: Path) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((home / WRITTEN).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def _names(project: Project, found: Entry) -> set[str]:
    """What git may call this file: as it lies there, or with the line ends of a checkout put back."""
    assert project.repository  # noqa: S101 - asked only inside of one
    texts = {found.content}
    if found.mode != LINK:
        texts |= {plain(found.content)[0], found.content.replace(b"\r\n", b"\n")}
    return {project.repository.name_of(text) for text in texts}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _listed(paths: list[str]) -> str:
    paths = sorted(paths)
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f"{', '.join(paths[:_SHOWN])}{more}"
