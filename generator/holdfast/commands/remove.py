"""`holdfast remove`: a function, a resource or a grant less; what the user changed of its files is kept and named."""

from __future__ import annotations

from pathlib import Path

from holdfast.catalogue import Catalogue
from holdfast.changing.edited import How, apply, catalogue_of
from holdfast.changing.opened import opened
from holdfast.changing.references import references
from holdfast.changing.values import Outcome
from holdfast.editing import edits
from holdfast.errors import HoldfastError
from holdfast.model import ProjectSpec
from holdfast.spec import FILE, load_toml, parse


def member(root: Path, group: str, name: str, how: How) -> Outcome:
    """Take a function or a resource out. Refused where another still names a resource."""
    verb = f"remove {group[:-1]}"
    with opened(root, verb, dry=how.dry) as project:
        catalogue = catalogue_of(project, how)
        text = edits.drop(project.text, group, name)
        if group == "resources":
            _check_unused(parse(project.text, catalogue), catalogue, name)
        elif not load_toml(text).get(group):
            what = "it is the only function, and a service has one at least"
            raise HoldfastError(what, where=f"{FILE} functions.{name}", todo="add another one first")
        return apply(project, text, catalogue, verb, how)


def grant(root: Path, function: str, grants: tuple[str, ...], how: How) -> Outcome:
    """Take grants from a function."""
    with opened(root, "remove grant", dry=how.dry) as project:
        text = edits.revoke(project.text, function, grants)
        return apply(project, text, catalogue_of(project, how), "remove grant", how)


def _check_unused(spec: ProjectSpec, catalogue: Catalogue, name: str) -> None:
    for table, key, named in references(spec, catalogue, "resource"):
        if named == name:
            where = f"{FILE} {'.'.join(table)}.{key}"
            raise HoldfastError(f"{table[1]} still uses {name}", where=where, todo=f"change that or remove {table[1]}")
    for function in spec.functions:
        held = [str(grant) for grant in function.grants if grant.resource == name]
        if held:
            todo = f"holdfast remove grant {function.name} {' '.join(held)}"
            where = f"{FILE} functions.{function.name}.grants"
            raise HoldfastError(f"{function.name} still has {', '.join(held)}", where=where, todo=todo)
