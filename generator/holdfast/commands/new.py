"""`holdfast new`: a spec and a template become a project on disk, whole or not at all."""

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
from dataclasses import dataclass
from pathlib import Path

from holdfast import __version__, git, project, render, tree
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import ProjectSpec, TemplateRef

#: From here on a stack is close enough to CloudFormation's 500 to say so.
MANY_RESOURCES = 400
#: A folder that a killed run left behind is safe to remove after this time, in seconds.
STALE = 3600
#: What the unfinished project is called inside of its scratch folder.
INNER = "project"


def _nothing() -> None:
    """What `new` does before the last step where nobody asked for anything."""


@dataclass(frozen=True)
class Outcome:
    """What was built. `commit` is empty where nothing was committed; `git` then says why, `todo` what commits it."""

    directory: Path
    spec: ProjectSpec
    template: TemplateRef
    files: int
    stack_resources: int
    commit: str
    git: str
    todo: tuple[str, ...]
    warnings: tuple[str, ...]


def check_target(target: Path) -> None:
    """Refuse a target that holds anything but a fresh repository; an empty folder is as good as none."""
    try:
        if target.is_dir():
            if any(entry.name != ".git" for entry in target.iterdir()):
                raise HoldfastError("the folder is not empty", where=str(target), todo="name a new one, or empty it")
        elif os.path.lexists(target):
            raise HoldfastError("there is a file of that name", where=str(target), todo="name another folder")
    except OSError as error:
        raise _os_error(error, target) from None


def new(
    spec: ProjectSpec,
    text: str,
    catalogue: Catalogue,
    target: Path,
    *,
    with_git: bool,
    finishing: Callable[[], None] = _nothing,
) -> Outcome:
    """Build the project that `spec` asks for in `target`; `text` becomes its holdfast.toml.

    Everything is rendered first, then written beside the target, then renamed: a run that is killed leaves no target.
    `finishing` is called right before that.
    """
    target = target.resolve() if target.is_dir() else Path(os.path.abspath(target))
    check_target(target)
    files = project.files(spec, text, catalogue)
    surrounding = git.enclosing(target)
    within = "it was a repository already" if surrounding == target else f"inside the repository {surrounding}"
    started = git.Started("", within if with_git else "not asked for")
    with _beside(target) as scratch:
        tree.write(files, scratch)
        if with_git and not surrounding:
            started = _started(scratch, spec)
        finishing()
        _move(scratch, target)
    count = render.resource_count(spec, catalogue)
    many = f"the stack holds {count} of at most {render.MOST_RESOURCES} resources: think of splitting the service"
    return Outcome(
        directory=target,
        spec=spec,
        template=catalogue.template.ref,
        files=len(files),
        stack_resources=count,
        commit=started.commit,
        git=started.reason,
        todo=started.todo,
        warnings=(*_examples(spec, catalogue), *([many] if count >= MANY_RESOURCES else [])),
    )


def _examples(spec: ProjectSpec, catalogue: Catalogue) -> Iterator[str]:
    """A warning for each answer that must be given and is only the template's example of one."""
    for table, questions in catalogue.tables.items():
        for question in questions:
            given = spec.tables[table].get(question.key)
            if question.required and question.default is not None and given == question.default:
                key = f"{table}.{question.key}"
                yield f"{key} is {given!r}, which is only an example: give yours with --set {key}=…"


def _started(directory: Path, spec: ProjectSpec) -> git.Started:
    if not shutil.which("git"):
        return git.Started("", "git is not installed")
    return git.start(directory, f"Start {spec.name} with holdfast {__version__}")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder to build in, inside one beside `target` that is gone afterwards whatever happened."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        outer = Path(tempfile.mkdtemp(prefix=f".{target.name}.holdfast-", dir=target.parent))
    except OSError as error:
        raise _os_error(error, target) from None
    try:
        inner = outer / INNER
        inner.mkdir()
        yield inner
    except OSError as error:
        raise _os_error(error, target) from None
    finally:
        _remove(outer)


def _sweep(target: Path) -> None:
    """Remove what killed runs left: folders of our own naming that hold nothing but an unfinished project."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.holdfast-[a-z0-9_]{{8}}")
    for left in target.parent.iterdir():
        if ours.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
            entries = [entry.name for entry in left.iterdir()]
            if entries in ([], [INNER]) and time.time() - left.stat().st_mtime > STALE:
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


def _move(scratch: Path, target: Path) -> None:
    """Put the finished folder in place with one rename.

    A target that must stay the same folder (it is the working directory, or holds a fresh repository) is filled entry
    by entry, the lock last, and emptied again where that fails.
    """
    if target.is_dir() and (target.samefile(Path.cwd()) or any(target.iterdir())):
        _fill(scratch, target)
        return
    if target.is_dir():
        target.rmdir()
    scratch.rename(target)


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


def _os_error(error: OSError, target: Path) -> HoldfastError:
    """The error in the words of the user's own paths: where we built in the meantime is nobody's business."""
    named = str(error.filename or target)
    inside = re.sub(rf".*\.holdfast-[a-z0-9_]{{8}}[/\\]{INNER}", lambda _: str(target), named)
    return HoldfastError(
        f"it cannot be written: {error.strerror or error}", where=inside, todo="mend that and try again"
    )
