"""`holdfast add`: a function, a resource or a grant more, in holdfast.toml and in all that follows from it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast import members, names, sets, spec
from holdfast.catalogue import Catalogue
from holdfast.changing.edited import How, apply, catalogue_of
from holdfast.changing.opened import opened
from holdfast.changing.values import Outcome
from holdfast.editing import edits
from holdfast.editing.blocks import block
from holdfast.editing.tables import GROUPS
from holdfast.errors import HoldfastError

#: Completes TOML data at a terminal: what is missing of a function or resource, or of both groups' names.
Ask = Callable[[Catalogue, dict[str, object], str, str], dict[str, object]]
#: Asks for a function, if none is named, and for grants: the data with new resources, the function, the grants.
AskGrants = Callable[[Catalogue, dict[str, object], str], tuple[dict[str, object], str, tuple[str, ...]]]


@dataclass(frozen=True)
class Request:
    """What the command line said of a new member; an empty name or kind is asked for."""

    group: str
    name: str = ""
    kind: str = ""
    sets: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()


def member(root: Path, request: Request, ask: Ask | None, how: How) -> tuple[tuple[str, ...], Outcome]:
    """Add a function or a resource. Returns what was added, `function ship` first, and what that did."""
    with opened(root, f"add {request.group[:-1]}", dry=how.dry) as project:
        catalogue = catalogue_of(project, how)
        before = spec.load_toml(project.text)
        spec.parse(project.text, catalogue)
        data = _given(request, before, catalogue)
        if ask and (not request.name or spec.missing(data, catalogue)):
            data = ask(catalogue, data, request.group, request.name)
        elif not request.name:
            todo = f"write holdfast add {request.group[:-1]} NAME"
            raise HoldfastError("nobody can be asked for its name, this is no terminal", todo=todo)
        spec.from_data(data, catalogue, name=f"the new {request.group[:-1]}")
        text, added = _with_new(project.text, before, data)
        return added, apply(project, text, catalogue, f"add {request.group[:-1]}", how)


def grant(
    root: Path, function: str, grants: tuple[str, ...], ask: AskGrants | None, how: How
) -> tuple[tuple[str, ...], Outcome]:
    """Add grants to a function that is there; which ones, and to which, is asked where it is not said."""
    with opened(root, "add grant", dry=how.dry) as project:
        catalogue = catalogue_of(project, how)
        text = project.text
        made: tuple[str, ...] = ()
        if not grants:
            if not ask:
                raise HoldfastError(
                    "nobody can be asked for it, this is no terminal",
                    todo="write holdfast add grant FUNCTION RESOURCE:GRANT",
                )
            spec.parse(text, catalogue)
            before = spec.load_toml(text)
            data, function, grants = ask(catalogue, copy.deepcopy(before), function)
            text, made = _with_new(text, before, data, ("resources",))
        if grants:
            text = edits.grant(text, function, grants)
        added = (*(f"grant {each} for {function}" for each in grants), *made)
        return added, apply(project, text, catalogue, "add grant", how)


def _with_new(
    text: str, before: Mapping[str, object], data: Mapping[str, object], groups: Iterable[str] = GROUPS
) -> tuple[str, tuple[str, ...]]:
    """`text` with the tables that `data` has beyond `before`, and what those are."""
    added = []
    for group in groups:
        known, now = (_table(each, group) for each in (before, data))
        for name in [name for name in now if name not in known]:
            text = edits.put(text, group, name, block(group, name, _table(now, name)))
            added.append(f"{group[:-1]} {name}")
    return text, tuple(sorted(added))


def _given(request: Request, before: Mapping[str, object], catalogue: Catalogue) -> dict[str, object]:
    """The spec with the new member as far as the command line says it."""
    data = copy.deepcopy(dict(before))
    wrong = names.problem(request.name, members.LONGEST_RESOURCE) if request.name else ""
    if wrong:
        raise HoldfastError(wrong, where=f"add {request.group[:-1]}", todo="choose another name")
    if not request.name:
        if request.kind or request.sets or request.grants:
            raise HoldfastError("options without a name", where=f"add {request.group[:-1]}", todo="give the name first")
        return data
    group = data.setdefault(request.group, {})
    if isinstance(group, dict) and request.name in group:
        where = f"{spec.FILE} {request.group}.{request.name}"
        raise HoldfastError(f"{request.name!r} is there already", where=where, todo="choose another name")
    place = (request.group, request.name)
    kind = ("event", "kind") if request.group == "functions" else ("kind",)
    wanted = [sets.Assignment((*place, *kind), request.kind)] if request.kind else []
    if not request.kind:
        wanted.append(sets.Assignment(place, {}))
    if request.grants:
        wanted.append(sets.Assignment((*place, "grants"), list(request.grants)))
    wanted += [
        sets.parse(f"{'.'.join((*place, *_within(request, each, catalogue)))}", catalogue) for each in request.sets
    ]
    sets.apply(data, wanted)
    return data


def _within(request: Request, assignment: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Where in a function's table a key belongs: `queue=inbox` answers its event, `memory=256` the function itself."""
    key = assignment.partition("=")[0].strip().partition(".")[0]
    if request.group != "functions" or key == "event":
        return (assignment,)
    own = {question.key for question in catalogue.function.options}
    events = catalogue.group("events")
    asked = {question.key for question in events[request.kind].options} if request.kind in events else set()
    return ("event", assignment) if key in asked or key not in {*own, "grants", "allow"} else (assignment,)


def _table(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = data.get(key, {})
    return found if isinstance(found, dict) else {}
