"""A project whose holdfast.toml was edited, by hand or by a command: brought in line with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from holdfast import origins, render, spec
from holdfast.catalogue import Catalogue, load
from holdfast.changing.engine import change
from holdfast.changing.moving import Renaming
from holdfast.changing.opened import Project
from holdfast.changing.values import Outcome, Wanted


@dataclass(frozen=True)
class How:
    """What the command line says to every command that changes a project.

    `base` holds the template that the project was made with, where that is not to be had otherwise; `trusted` lets a
    template load its extensions; `dry` touches nothing; `finishing` is called before the first write.
    """

    base: Path | None
    trusted: bool
    dry: bool
    finishing: Callable[[], None]


def catalogue_of(project: Project, how: How) -> Catalogue:
    """The template that the project was made with."""
    return load(origins.find(project.lock().templates[0], project.root, base=how.base, trusted=how.trusted))


def apply(
    project: Project,
    text: str,
    catalogue: Catalogue,
    verb: str,
    how: How,
    *,
    renaming: Renaming | None = None,
    mentions: str = "",
    strict: bool = False,
) -> Outcome:
    """Make the project what `text`, its holdfast.toml from then on, says; `strict` refuses what would replace data."""
    wanted = spec.parse(text, catalogue)
    render.check_size(wanted, catalogue)
    asked = Wanted(verb, wanted, text, catalogue, catalogue, renaming, mentions, strict=strict)
    return change(project, asked, dry=how.dry, finishing=how.finishing)
