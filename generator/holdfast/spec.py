"""holdfast.toml: text to `ProjectSpec` and back. Everything is checked here, once, at the edge."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast import names
from holdfast.answers import may_hold, problem
from holdfast.catalogue import Catalogue, Part
from holdfast.errors import HoldfastError
from holdfast.model import EventSpec, FunctionSpec, Grant, Options, ProjectSpec, Question, ResourceSpec, Value
from holdfast.places import line_of
from holdfast.text import quote

FILE = "holdfast.toml"
SCHEMA = 1
#: IAM role names end at 64 characters, and hold service, stage, function and region.
LONGEST_PROJECT = 24
LONGEST_FUNCTION = 32
LONGEST_RESOURCE = 40
LONGEST_TOGETHER = 38


@dataclass(frozen=True)
class Reader:
    """What a check needs to speak of its place: the catalogue, the file's name and its text (empty for answers).

    `unfinished` says that what is missing may still come.
    """

    catalogue: Catalogue
    name: str = FILE
    text: str = ""
    unfinished: bool = False

    def error(self, path: Iterable[str], what: str, todo: str = "") -> HoldfastError:
        path = tuple(path)
        line = line_of(self.text, path) if self.text else None
        place = f"{self.name}:{line}" if line else self.name
        return HoldfastError(what, where=f"{place} {'.'.join(path)}".strip(), todo=todo)


def parse(text: str, catalogue: Catalogue, *, name: str = FILE) -> ProjectSpec:
    """The spec in `text`. Refused at the first thing that is wrong; missing answers are named all at once."""
    return from_data(load_toml(text, name=name), catalogue, name=name, text=text)


def load_toml(text: str, *, name: str = FILE) -> dict[str, object]:
    """`text` as TOML data."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        where = f"{name}:{place[1]}" if place else name
        reason = re.sub(r" \(at (line .*|end of document)\)$", "", str(error))
        raise HoldfastError(f"not TOML: {reason}", where=where, todo="mend the line") from None
    except RecursionError:
        raise HoldfastError("not TOML: nested too deeply", where=name, todo="mend the file") from None


def from_data(data: Mapping[str, object], catalogue: Catalogue, *, name: str = FILE, text: str = "") -> ProjectSpec:
    """The spec in TOML data; `name` and `text` serve the messages."""
    return _read(Reader(catalogue, name, text), data)


def check(data: Mapping[str, object], catalogue: Catalogue, *, name: str = FILE) -> None:
    """Refuse what `from_data` would refuse in `data`, but for what is missing: a question may still be open."""
    _read(Reader(catalogue, name, unfinished=True), data)


def _read(reader: Reader, data: Mapping[str, object]) -> ProjectSpec:
    catalogue = reader.catalogue
    if data.get("schema", SCHEMA) != SCHEMA:
        raise reader.error(["schema"], f"this holdfast reads schema = {SCHEMA}", "write that, or update holdfast")
    _known(reader, (), data, ["schema", *catalogue.tables, "resources", "functions"])
    missing = [] if reader.unfinished else list(_missing(reader, data))
    if missing:
        ways = (
            "add them there, or give each with --set KEY=VALUE"
            if reader.text
            else "give each with --set, or use --defaults"
        )
        raise HoldfastError(f"missing: {', '.join(missing)}", where=reader.name, todo=ways)
    tables = {
        table: _options(reader, (table,), _mapping(reader, (table,), data.get(table, {})), questions, {})
        for table, questions in catalogue.tables.items()
    }
    _check_project(reader, tables)
    resources = _resources(reader, _mapping(reader, ("resources",), data.get("resources", {})))
    functions = _functions(reader, _mapping(reader, ("functions",), data.get("functions", {})), resources)
    spec = ProjectSpec(tables, resources, functions)
    _check_lengths(reader, spec)
    return spec


def _missing(reader: Reader, data: Mapping[str, object]) -> Iterable[str]:
    for table, questions in reader.catalogue.tables.items():
        given = _mapping(reader, (table,), data.get(table, {}))
        known = {question.key: question.default for question in questions} | dict(given)
        for question in questions:
            if question.required and question.key not in given and question.matters(known):
                yield f"{table}.{question.key}"
    functions = _mapping(reader, ("functions",), data.get("functions", {}))
    if not functions:
        yield "functions (at least one, such as functions.hello.event.kind and .route)"
    for name, raw in functions.items():
        if "event" not in _mapping(reader, ("functions", name), raw):
            yield f"functions.{name}.event"
    for name, raw in _mapping(reader, ("resources",), data.get("resources", {})).items():
        if "kind" not in _mapping(reader, ("resources", name), raw):
            yield f"resources.{name}.kind"


def _check_project(reader: Reader, tables: Mapping[str, Options]) -> None:
    if "name" not in tables["project"]:
        return
    name = str(tables["project"]["name"])
    path = ("project", "name")
    wrong = names.problem(name, LONGEST_PROJECT)
    if wrong:
        raise reader.error(path, wrong, "choose another name")
    if names.shadows(name):
        raise reader.error(path, f"a package {names.module(name)!r} would hide Python's own", "choose another name")
    if name in reader.catalogue.parts["project", ""].reserved:
        raise reader.error(path, f"{name!r} is taken by a package that the service uses", "choose another name")


def _resources(reader: Reader, data: Mapping[str, object]) -> tuple[ResourceSpec, ...]:
    kinds = reader.catalogue.group("resources")
    found: list[ResourceSpec] = []
    for name, raw in data.items():
        path = ("resources", name)
        _name(reader, path, name, LONGEST_RESOURCE)
        given = dict(_mapping(reader, path, raw))
        if reader.unfinished and "kind" not in given:
            continue
        part = _part(reader, (*path, "kind"), kinds, given.pop("kind", None))
        if name in part.reserved or any(r.startswith("-") and name.endswith(r) for r in part.reserved):
            raise reader.error(path, f"the name {name!r} is kept for the {part.name} part's own", "choose another name")
        identity = given.pop("id", names.logical_id(name))
        if not isinstance(identity, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,99}", identity):
            raise reader.error((*path, "id"), f"{identity!r} is not the stem of a logical id", "use letters and digits")
        found.append(ResourceSpec(name, part.name, identity, _options(reader, path, given, part.options, {})))
    _no_twins(reader, "resources", [(r.name, r.id) for r in found])
    return tuple(found)


def _functions(
    reader: Reader, data: Mapping[str, object], resources: tuple[ResourceSpec, ...]
) -> tuple[FunctionSpec, ...]:
    index = {resource.name: resource for resource in resources}
    found: list[FunctionSpec] = []
    unique: dict[tuple[str, str, object], str] = {}
    for name, raw in data.items():
        path = ("functions", name)
        _name(reader, path, name, LONGEST_FUNCTION)
        if name in reader.catalogue.function.reserved:
            raise reader.error(path, f"{names.logical_id(name)!r} is a name that handlers import", "rename it")
        given = dict(_mapping(reader, path, raw))
        event = _event(reader, (*path, "event"), given.pop("event", {}), index)
        for question in reader.catalogue.parts["events", event.kind].options if event.kind else ():
            if not question.unique or question.key not in event.options:
                continue
            key = (event.kind, question.key, event.options[question.key])
            if unique.setdefault(key, name) != name:
                raise reader.error(
                    (*path, "event", question.key),
                    f"{key[2]!r} already invokes the function {unique[key]!r}",
                    "give each function its own",
                )
        grants = _grants(reader, (*path, "grants"), given.pop("grants", []), index)
        options = _options(reader, path, given, reader.catalogue.function.options, index, also=("event", "grants"))
        found.append(FunctionSpec(name, event, grants, options))
    _no_twins(reader, "functions", [(f.name, names.logical_id(f.name)) for f in found])
    return tuple(found)


def _event(reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]) -> EventSpec:
    given = dict(_mapping(reader, path, raw))
    if reader.unfinished and "kind" not in given:
        return EventSpec("", Options())
    part = _part(reader, (*path, "kind"), reader.catalogue.group("events"), given.pop("kind", None))
    return EventSpec(part.name, _options(reader, path, given, part.options, resources, also=("kind",)))


def _grants(
    reader: Reader, path: tuple[str, ...], raw: object, resources: Mapping[str, ResourceSpec]
) -> tuple[Grant, ...]:
    if not isinstance(raw, list) or not all(isinstance(grant, str) for grant in raw):
        raise reader.error(path, "grants are a list of texts", 'write them as ["orders:get"]')
    found: list[Grant] = []
    for text in raw:
        resource, _, name = text.partition(":")
        if resource not in resources:
            raise reader.error(
                path,
                f"the grant {text!r} is on a resource that does not exist",
                f"add [resources.{resource}] or mend it",
            )
        kind = resources[resource].kind
        rules = reader.catalogue.parts["resources", kind].grants.rules
        offered = [rule.name for rule in rules.values() if not rule.event]
        if name not in offered:
            raise reader.error(path, f"a {kind} has no grant {name!r}", f"choose from {', '.join(offered)}")
        grant = Grant(resource, name)
        if grant in found:
            raise reader.error(path, f"the grant {text!r} stands twice", "remove one")
        found.append(grant)
    return tuple(found)


def _part(reader: Reader, path: tuple[str, ...], parts: Mapping[str, Part], kind: object) -> Part:
    if not isinstance(kind, str) or kind not in parts:
        what = "no kind is given" if kind is None else f"{kind!r} is not a kind that this template knows"
        raise reader.error(path, what, f"choose from {', '.join(parts)}")
    return parts[kind]


def _options(
    reader: Reader,
    path: tuple[str, ...],
    given: Mapping[str, object],
    questions: tuple[Question, ...],
    resources: Mapping[str, ResourceSpec],
    *,
    also: tuple[str, ...] = (),
) -> Options:
    _known(reader, path, given, [*also, *(question.key for question in questions)])
    known = {question.key: question.default for question in questions} | dict(given)
    values: dict[str, Value] = {}
    for question in questions:
        here = (*path, question.key)
        if question.key not in given:
            if question.required and question.matters(known):
                if reader.unfinished:
                    continue
                raise reader.error(path, f"{question.key} is missing: {question.prompt}", may_hold(question))
            if question.default is not None:
                values[question.key] = question.default
            elif question.type == "map":
                values[question.key] = {}
            continue
        value = given[question.key]
        wrong = problem(question, value)
        if wrong:
            raise reader.error(here, wrong, may_hold(question))
        if question.type == "resource":
            _check_resource(reader, here, question, str(value), resources)
        values[question.key] = value  # type: ignore[assignment]
    return Options(values)


def _check_resource(
    reader: Reader, path: tuple[str, ...], question: Question, value: str, resources: Mapping[str, ResourceSpec]
) -> None:
    if value not in resources:
        raise reader.error(
            path, f"there is no resource {value!r}", f'add [resources.{value}] with kind = "{question.resource}"'
        )
    if resources[value].kind != question.resource:
        raise reader.error(path, f"{value!r} is a {resources[value].kind}", f"name a {question.resource}")


def _mapping(reader: Reader, path: tuple[str, ...], raw: object) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise reader.error(path, "it must be a table", f"write [{'.'.join(path)}] and keys below it")
    return raw


def _known(reader: Reader, path: tuple[str, ...], given: Iterable[str], known: list[str]) -> None:
    for key in given:
        if key not in known:
            raise reader.error((*path, key), f"the key {key!r} is unknown", f"known here: {', '.join(known)}")


def _name(reader: Reader, path: tuple[str, ...], name: str, longest: int) -> None:
    wrong = names.problem(name, longest)
    if wrong:
        raise reader.error(path, wrong, "rename it")


def _no_twins(reader: Reader, table: str, pairs: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, identity in pairs:
        if seen.setdefault(identity, name) != name:
            raise reader.error(
                (table, name), f"it and {seen[identity]!r} both become the logical id {identity!r}", "rename one"
            )


def _check_lengths(reader: Reader, spec: ProjectSpec) -> None:
    for function in spec.functions if "name" in spec.tables["project"] else ():
        together = len(spec.name) + len(function.name)
        if together > LONGEST_TOGETHER:
            raise reader.error(
                ("functions", function.name),
                f"its name and the project's have {together} characters together",
                f"shorten one: a role's name has room for {LONGEST_TOGETHER}",
            )


def dump(spec: ProjectSpec, catalogue: Catalogue) -> str:
    """A holdfast.toml for `spec`: what was asked for and what differs from its default, each table with a comment."""
    lines = [
        "# What this service is. Edit it by hand; comments and order are kept.",
        "# `holdfast schema` prints its JSON Schema.",
        f"schema = {SCHEMA}",
    ]
    for table, questions in catalogue.tables.items():
        values = spec.tables[table]
        shown = [q for q in questions if q.key in values and (table in _asked(catalogue) or values[q.key] != q.default)]
        if shown:
            lines += ["", f"[{table}]"]
            lines += [_line(q, values[q.key]) for q in shown]
    for resource in spec.resources:
        lines += ["", f"[resources.{resource.name}]", f"kind = {quote(resource.kind)}"]
        if resource.id != names.logical_id(resource.name):
            lines.append(f"id = {quote(resource.id)}")
        lines += _changed(resource.options, catalogue.parts["resources", resource.kind].options)
    for function in spec.functions:
        asked = catalogue.parts["events", function.event.kind].options
        event = ", ".join([f"kind = {quote(function.event.kind)}", *_changed(function.event.options, asked)])
        lines += ["", f"[functions.{function.name}]", f"event = {{ {event} }}"]
        if function.grants:
            lines.append(f"grants = [{', '.join(quote(str(grant)) for grant in function.grants)}]")
        lines += _changed(function.options, catalogue.function.options)
    return "\n".join(lines) + "\n"


def _asked(catalogue: Catalogue) -> set[str]:
    return {"project", *catalogue.choices}


def _line(question: Question, value: Value) -> str:
    line = f"{question.key} = {_toml(value)}"
    others = [choice for choice in question.choices if choice != value]
    return f"{line:<34}# or {', '.join(others)}" if others else line


def _changed(values: Options, questions: tuple[Question, ...]) -> list[str]:
    return [
        f"{question.key} = {_toml(values[question.key])}"
        for question in questions
        if question.key in values and values[question.key] not in (question.default, {})
    ]


def _toml(value: Value) -> str:
    if isinstance(value, str):
        return quote(value)
    return _inline(value) if isinstance(value, Mapping) else json.dumps(value)


def _inline(values: Mapping[str, Value]) -> str:
    return "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in values.items()) + " }"
