"""`holdfast new`: a spec and a template become a project on disk, whole or not at all."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass(frozen=True)
class Outcome:
    """What was built. `commit` is empty where nothing was committed, and `git` then says why."""

    directory: Path
    spec: ProjectSpec
    template: TemplateRef
    files: int
    stack_resources: int
    commit: str
    git: str
    warnings: tuple[str, ...]


def check_target(target: Path) -> None:
    """Refuse a target that holds anything; an empty folder is as good as none."""
    try:
        if target.is_dir():
            if any(target.iterdir()):
                raise HoldfastError("the folder is not empty", where=str(target), todo="name a new one, or empty it")
        elif os.path.lexists(target):
            raise HoldfastError("there is a file of that name", where=str(target), todo="name another folder")
    except OSError as error:
        raise _os_error(error, target) from None


def new(spec: ProjectSpec, text: str, catalogue: Catalogue, target: Path, *, with_git: bool) -> Outcome:
    """Build the project that `spec` asks for in `target`; `text` becomes its holdfast.toml.

    Everything is rendered first, then written beside the target, then renamed: a run that is killed leaves no target.
    """
    target = Path(os.path.abspath(target))
    check_target(target)
    files = project.files(spec, text, catalogue)
    surrounding = git.enclosing(target.parent)
    started = git.Started("", "not asked for" if not with_git else f"inside the repository {surrounding}")
    with _beside(target) as scratch:
        tree.write(files, scratch)
        if with_git and not surrounding:
            started = _started(scratch, spec)
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
        warnings=(many,) if count >= MANY_RESOURCES else (),
    )


def _started(directory: Path, spec: ProjectSpec) -> git.Started:
    if not shutil.which("git"):
        return git.Started("", "git is not installed")
    return git.start(directory, f"Start {spec.name} with holdfast {__version__}")


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside `target` to build in, gone afterwards whatever happened."""
    prefix = f".{target.name}.holdfast-"
    scratch = target.parent / f"{prefix}{os.getpid()}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent, prefix)
        scratch.mkdir()
        yield scratch
    except OSError as error:
        raise _os_error(error, target) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _sweep(parent: Path, prefix: str) -> None:
    for left in parent.iterdir():
        if (
            left.name.startswith(prefix)
            and left.is_dir()
            and not left.is_symlink()
            and time.time() - left.stat().st_mtime > STALE
        ):
            shutil.rmtree(left, ignore_errors=True)


def _move(scratch: Path, target: Path) -> None:
    """Put the finished folder in place: one rename, but into the working directory, which must stay the same folder."""
    if target.is_dir() and target.samefile(Path.cwd()):
        for entry in sorted(scratch.iterdir(), key=lambda entry: entry.name == project.LAST):
            entry.rename(target / entry.name)
        return
    if target.is_dir():
        target.rmdir()
    scratch.rename(target)


def _os_error(error: OSError, target: Path) -> HoldfastError:
    return HoldfastError(
        f"it cannot be written: {error.strerror or error}",
        where=str(error.filename or target),
        todo="mend that and try again",
    )
