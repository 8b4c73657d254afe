"""`holdfast sync`: the project becomes what its holdfast.toml says."""

from __future__ import annotations

from pathlib import Path

from holdfast.changing import branches
from holdfast.changing.edited import How, apply, catalogue_of
from holdfast.changing.engine import Outcome
from holdfast.changing.opened import opened


def sync(root: Path, how: How) -> Outcome:
    """Apply a holdfast.toml that was edited by hand, with the template that the project has.

    In the middle of a merge of git's it settles what both branches made of the tool's own files.
    """
    with opened(root, "sync", dry=how.dry, merging=True) as project:
        settled = branches.settled(project, lambda part: catalogue_of(part, how))
        return apply(settled, settled.text, catalogue_of(settled, how), "sync", how)
