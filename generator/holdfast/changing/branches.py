"""Two branches that both changed the tool's own files, merged by git: settled from what each of them was made of."""

from __future__ import annotations

from collections.abc import Callable

from holdfast.catalogue import Catalogue
from holdfast.changing.opened import Project
from holdfast.errors import HoldfastError


def settled(project: Project, catalogue_of: Callable[[Project], Catalogue]) -> Project:
    if project.repository and project.repository.under_way():
        raise HoldfastError("not yet")
    return project
