"""`holdfast rename`: a function or a resource is called otherwise; its files and its data stay what they are."""

from __future__ import annotations

from pathlib import Path

from holdfast.changing.edited import How, apply, catalogue_of
from holdfast.changing.moving import Renaming
from holdfast.changing.opened import opened
from holdfast.changing.references import references
from holdfast.changing.values import Outcome
from holdfast.editing import edits
from holdfast.spec import parse

#: How a user's code speaks of a function, and of a resource: by its path, or imported from there.
_IMPORTED = r"\s+import\s+(?:\([^)]*?\b|[\w ,]*?\b){0}\b"
_MENTIONS = {
    "functions": rf"\bfunctions(?:\.{{0}}\b|{_IMPORTED})",
    "resources": rf"\bresources(?:\.{{0}}\(|{_IMPORTED})",
}


def member(root: Path, group: str, old: str, new: str, how: How) -> Outcome:
    """Rename a function or a resource in the spec and in everything made of it.

    A function's files move, with what the user made of them. A resource keeps its logical id and physical name; where
    the template gives it another one all the same, data would be replaced, and it is refused. For a function that is
    only said: to AWS it is another one, and its failure queue goes with the old one.
    """
    verb = f"rename {group[:-1]}"
    with opened(root, verb, dry=how.dry) as project:
        catalogue = catalogue_of(project, how)
        spec = parse(project.text, catalogue)
        named = [(table, key) for table, key, name in references(spec, catalogue, group[:-1]) if name == old]
        text = edits.renamed(project.text, spec, group, old, new, named)
        renaming, strict = Renaming(old, new), group == "resources"
        return apply(project, text, catalogue, verb, how, renaming=renaming, mentions=_MENTIONS[group], strict=strict)
