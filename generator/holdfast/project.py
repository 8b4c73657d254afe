"""A whole project in memory: what the template renders, the user's holdfast.toml, and last the lock."""

from __future__ import annotations

from holdfast import lock, render, spec
from holdfast.catalogue import Catalogue
from holdfast.model import ProjectSpec
from holdfast.tree import File, Tree

#: The file that is written after all others: where it stands, the project is whole.
LAST = lock.FILE


def files(wanted: ProjectSpec, text: str, catalogue: Catalogue) -> Tree:
    """Every file of a new project in the order in which it is written; `text` is its holdfast.toml."""
    rendered = render.render(wanted, catalogue)
    record = lock.make(wanted, catalogue.template.ref, rendered)
    own = {spec.FILE: File(text.encode("utf-8"), kind="seeded"), LAST: File(lock.dump(record).encode("utf-8"))}
    return {**rendered, **own}
