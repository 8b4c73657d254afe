"""`holdfast new`: a spec and a template become a project on disk, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast import __version__, git, origins, placing, project, render, tree
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import ProjectSpec, TemplateRef
from holdfast.tree import Tree

#: From here on a stack is close enough to CloudFormation's 500 to say so.
MANY_RESOURCES = 400


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
            if any(entry.name != ".git" and not placing.is_ours(entry, target) for entry in target.iterdir()):
                raise HoldfastError("the folder is not empty", where=str(target), todo="name a new one, or empty it")
        elif os.path.lexists(target):
            raise HoldfastError("there is a file of that name", where=str(target), todo="name another folder")
    except OSError as error:
        raise placing.refused(error, target) from None


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
    with placing.beside(target) as scratch:
        tree.write(files, scratch)
        if with_git and not surrounding:
            started = _started(scratch, spec)
        finishing()
        placing.put(scratch, target)
    origins.keep(catalogue.template)
    count = render.resource_count(spec, catalogue)
    return Outcome(
        directory=target,
        spec=spec,
        template=catalogue.template.ref,
        files=len(files),
        stack_resources=count,
        commit=started.commit,
        git=started.reason,
        todo=started.todo,
        warnings=(*_examples(spec, catalogue), *_large(count), *_astray(files, target, surrounding)),
    )


def _large(count: int) -> Iterator[str]:
    if count >= MANY_RESOURCES:
        yield f"the stack holds {count} of at most {render.MOST_RESOURCES} resources: think of splitting the service"


def _astray(files: Tree, target: Path, surrounding: Path | None) -> Iterator[str]:
    """A warning where files lie in a part of a repository in which nobody looks for them."""
    if surrounding in (None, target):
        return
    for reader, place in (("GitHub", ".github"), ("GitLab", ".gitlab-ci.yml")):
        if any(path == place or path.startswith(f"{place}/") for path in files):
            yield f"{reader} reads {place} at the root of a repository alone: move it to {surrounding}"


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
