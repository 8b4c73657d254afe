"""`holdfast sync`: the project becomes what its holdfast.toml says."""

from __future__ import annotations

from pathlib import Path

from holdfast import origins
from holdfast.catalogue import load
from holdfast.changing import branches
from holdfast.changing.edited import How, apply, catalogue_of
from holdfast.changing.engine import change
from holdfast.changing.opened import opened
from holdfast.changing.values import Outcome


def sync(root: Path, how: How) -> Outcome:
    """Apply a holdfast.toml that was edited by hand, with the template that the project has.

    In the middle of a merge of git's it settles what both branches made of the tool's own files.
    """
    with opened(root, "sync", dry=how.dry, merging=True) as project:
        merging = branches.between(project, lambda ref: load(origins.find(ref, project.root, trusted=how.trusted)))
        if merging:
            return change(project, merging, dry=how.dry, finishing=how.finishing)
        return apply(project, project.text, catalogue_of(project, how), "sync", how)
