"""`holdfast update`: the project is brought up to a newer version of its template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from holdfast import lock, origins, render, sets, source, spec, versions
from holdfast.catalogue import Catalogue, load
from holdfast.changing.edited import How, catalogue_of
from holdfast.changing.engine import change
from holdfast.changing.opened import Project, opened
from holdfast.changing.values import Outcome, Wanted
from holdfast.editing import edits
from holdfast.errors import HoldfastError
from holdfast.model import Question, TemplateRef
from holdfast.source import Template

#: Answers the new template's questions at a terminal: TOML data in, more of it out.
Ask = Callable[[Catalogue, dict[str, object], Mapping[str, tuple[Question, ...]]], dict[str, object]]


@dataclass(frozen=True)
class Request:
    """What the command line said: which version, or which template in the place of the old one; answers beforehand."""

    to: str = ""
    template: str = ""
    sets: tuple[str, ...] = ()
    defaults: bool = False


def update(root: Path, request: Request, ask: Ask | None, how: How) -> tuple[str, Outcome]:
    """Bring the project up to date. Returns what the template's changelog says of it, and what was done."""
    with opened(root, "update", dry=how.dry) as project:
        was = project.lock().templates[0]
        template = _target(was, request, project, how)
        old = catalogue_of(project, how)
        same = template.ref.digest == was.digest
        catalogue = replace(old, template=replace(old.template, ref=template.ref)) if same else load(template)
        text = _answered(project, old, catalogue, request, ask)
        wanted = spec.parse(text, catalogue)
        render.check_size(wanted, catalogue)
        outcome = change(project, Wanted("update", wanted, text, catalogue, old), dry=how.dry, finishing=how.finishing)
        if not how.dry:
            origins.keep(template)
        return versions.news(template.changelog, was.version, template.ref.version), outcome


def _target(was: TemplateRef, request: Request, project: Project, how: How) -> Template:
    """The template to go to. Refused where it is older, unless it was asked for, and where a tag of it moved."""
    if request.template:
        return source.find(request.template, trusted=how.trusted)
    template, tag = origins.target(was, request.to, project.root, trusted=how.trusted)
    now = template.ref
    if now.name != was.name:
        what = f"it is called {now.name}, and the project was made with {was.name}"
        raise HoldfastError(what, where=now.location, todo="name the other template with --template if you mean it")
    released = {now.version, tag} if tag or not now.location else set()
    if now.digest != was.digest and versions.order(was.version) in map(versions.order, released - {""}):
        raise HoldfastError(
            f"version {was.version} has digest {was.digest} in {lock.FILE}, and is {now.digest} now",
            where=now.location or "holdfast's own template",
            todo="a version that was released must not change: ask who moved it",
        )
    if versions.order(now.version) < versions.order(was.version) and not request.to:
        raise HoldfastError(
            f"{now.name} {now.version} is older than {was.version}, which the project has",
            where=now.location or "holdfast's own template",
            todo=f"update holdfast, or ask for the older one with --to {now.version}",
        )
    return template


def _answered(project: Project, old: Catalogue, new: Catalogue, request: Request, ask: Ask | None) -> str:
    """holdfast.toml with the answers to what the new template asks and the old one did not."""
    text = edits.answers(project.text, [sets.parse(each, new) for each in request.sets])
    data = spec.load_toml(text)
    _check_taken(data, new, "" if request.sets else text)
    asked = dict(_new(old, new, data))
    if not asked and not spec.missing(data, new):
        return text
    if request.defaults:
        answers = _defaults(asked)
        _check_complete(edits.answers(text, answers), new)
    elif ask:
        answers = _given(data, ask(new, data, asked))
    else:
        keys = [f"{table}.{question.key}" for table, questions in asked.items() for question in questions]
        named = ", ".join(dict.fromkeys([*keys, *spec.missing(data, new)]))
        raise HoldfastError(
            f"the template {new.template.ref.version} asks for {named}",
            todo="answer with --set KEY=VALUE, or take its defaults with --defaults",
        )
    return edits.answers(text, answers)


def _check_taken(data: Mapping[str, object], new: Catalogue, text: str) -> None:
    """Refuse a spec in which something stands that the new template does not know any more."""
    try:
        spec.check(data, new, text=text)
    except HoldfastError as error:
        what = f"the template {new.template.ref.version} does not take it: {error.what}"
        raise HoldfastError(what, where=error.where, todo=error.todo) from None


def _check_complete(text: str, new: Catalogue) -> None:
    """Refuse defaults where a question has none."""
    if missing := spec.missing(spec.load_toml(text), new):
        what = f"the template {new.template.ref.version} has no default for {', '.join(missing)}"
        raise HoldfastError(what, todo=f"answer with --set {missing[0]}=VALUE")


def _new(old: Catalogue, new: Catalogue, data: Mapping[str, object]) -> Iterator[tuple[str, tuple[Question, ...]]]:
    """The questions of the whole service that are new, and matter, and are not answered yet."""
    for table, questions in new.tables.items():
        known = {question.key for question in old.tables.get(table, ())}
        given = data.get(table, {})
        there = given if isinstance(given, dict) else {}
        values = {question.key: question.default for question in questions} | there
        found = tuple(
            question
            for question in questions
            if question.key not in known
            and question.key not in there
            and (question.asked or question.required)
            and question.matters(values)
        )
        if found:
            yield table, found


def _defaults(asked: Mapping[str, tuple[Question, ...]]) -> list[sets.Assignment]:
    """What must be written down of the defaults: answers that have to be given."""
    return [
        sets.Assignment((table, question.key), question.default)
        for table, questions in asked.items()
        for question in questions
        if question.required and question.default is not None
    ]


def _given(before: Mapping[str, object], after: Mapping[str, object], *path: str) -> list[sets.Assignment]:
    """What was answered: every key that `after` has beyond `before`."""
    found: list[sets.Assignment] = []
    for key, value in after.items():
        known = before.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            found += _given(known, value, *path, key)
        elif value != known:
            found.append(sets.Assignment((*path, key), value))
    return found
