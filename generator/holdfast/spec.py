"""holdfast.toml: text to `ProjectSpec` and back. Everything is checked here, once, at the edge."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from textwrap import wrap

from holdfast import arns, names
from holdfast.answers import may_hold, problem
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError, shown
from holdfast.members import read_functions, read_resources
from holdfast.model import Options, Permission, ProjectSpec, Question, Value, in_question
from holdfast.parts import Part
from holdfast.reader import Reader
from holdfast.text import quote

FILE = "holdfast.toml"
SCHEMA = 1
#: IAM role names end at 64 characters, and hold service, stage, function and region.
LONGEST_PROJECT = 24
LONGEST_TOGETHER = 38
#: A terminal's usual width, which a line of `dump` keeps.
WIDEST = 80
#: Python's reader takes time that grows with the square of such a key's length.
_DEEP = re.compile(r"^[ \t\[]*(?:[^=.\s]+[ \t]*\.[ \t]*){50}", re.MULTILINE)


def parse(text: str, catalogue: Catalogue, *, name: str = FILE) -> ProjectSpec:
    """The spec in `text`. Refused at the first thing that is wrong; missing answers are named all at once."""
    return from_data(load_toml(text, name=name), catalogue, name=name, text=text)


def load_toml(text: str, *, name: str = FILE) -> dict[str, object]:
    """`text` as TOML data."""
    deep = _DEEP.search(text)
    if deep:
        line = text.count("\n", 0, deep.start()) + 1
        raise HoldfastError("not TOML: nested too deeply", where=f"{name}:{line}", todo="mend the line")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        where = f"{name}:{place[1] if place else text.rstrip().count(chr(10)) + 1}"
        reason = re.sub(r" \(at (line .*|end of document)\)$", "", str(error))
        raise HoldfastError(f"not TOML: {reason}", where=where, todo="mend the line") from None
    except ValueError:  # Python's own bound on a number's digits
        raise HoldfastError("not TOML: a number is too long", where=name, todo="mend the file") from None
    except RecursionError:
        raise HoldfastError("not TOML: nested too deeply", where=name, todo="mend the file") from None


def from_data(
    data: Mapping[str, object],
    catalogue: Catalogue,
    *,
    name: str = FILE,
    text: str = "",
    given: tuple[tuple[str, ...], ...] = (),
) -> ProjectSpec:
    """The spec in TOML data; `name`, `text` and `given`, the keys that came from `--set`, serve the messages."""
    return _read(Reader(catalogue, name, text, given), data)


def check(data: Mapping[str, object], catalogue: Catalogue, *, name: str = FILE, text: str = "") -> None:
    """Refuse what `from_data` would refuse in `data`, but for what is missing: a question may still be open."""
    _read(Reader(catalogue, name, text, unfinished=True), data)


def missing(data: Mapping[str, object], catalogue: Catalogue) -> list[str]:
    """Every key that `data` lacks to be a spec."""
    return list(_missing(Reader(catalogue, FILE), data))


def _read(reader: Reader, data: Mapping[str, object]) -> ProjectSpec:
    catalogue = reader.catalogue
    if data.get("schema", SCHEMA) != SCHEMA:
        raise reader.error(["schema"], f"this holdfast reads schema = {SCHEMA}", "write that, or update holdfast")
    reader.known((), data, ["schema", *catalogue.tables, "resources", "functions"])
    absent = [] if reader.unfinished else list(_missing(reader, data))
    if len(absent) > 1:
        raise _incomplete(reader, absent)
    tables = {
        table: reader.options((table,), reader.mapping((table,), data.get(table, {})), questions, None)
        for table, questions in catalogue.tables.items()
    }
    _check_project(reader, tables)
    _check_fits(reader, tables)
    resources = read_resources(reader, reader.mapping(("resources",), data.get("resources", {})))
    for table, questions in catalogue.tables.items():
        reader.references((table,), tables[table], questions, {resource.name: resource for resource in resources})
    functions = read_functions(reader, reader.mapping(("functions",), data.get("functions", {})), resources)
    spec = ProjectSpec(tables, resources, functions)
    _check_lengths(reader, spec)
    _check_regions(reader, spec)
    if absent:  # The reading above has a better word for most single things that are not there.
        raise _incomplete(reader, absent)
    return spec


def _incomplete(reader: Reader, absent: list[str]) -> HoldfastError:
    elsewhere = "give each with --set KEY=VALUE"
    if any(key.startswith("functions (") for key in absent):
        elsewhere += ", or use --defaults"
    todo = "add them there, or give each with --set KEY=VALUE" if reader.text else elsewhere
    return HoldfastError(f"missing: {', '.join(absent)}", where=reader.name, todo=todo)


def _missing(reader: Reader, data: Mapping[str, object]) -> Iterable[str]:
    """Every key that must be there and is not, of tables, functions, their events, and resources."""
    catalogue = reader.catalogue
    for table, questions in catalogue.tables.items():
        yield from _unanswered((table,), reader.mapping((table,), data.get(table, {})), questions)
    functions = reader.mapping(("functions",), data.get("functions", {}))
    if not functions:
        yield "functions (at least one, such as functions.hello.event.kind and .route)"
    for name, raw in functions.items():
        path = ("functions", name, "event")
        given = reader.mapping(path[:2], raw)
        if "event" not in given:
            yield f"functions.{name}.event"
        else:
            event = reader.mapping(path, given["event"])
            yield from _unanswered(path, event, _of_kind(catalogue.group("events"), event))
    for name, raw in reader.mapping(("resources",), data.get("resources", {})).items():
        given = reader.mapping(("resources", name), raw)
        if "kind" not in given:
            yield f"resources.{name}.kind"
        yield from _unanswered(("resources", name), given, _of_kind(catalogue.group("resources"), given))


def _of_kind(parts: Mapping[str, Part], given: Mapping[str, object]) -> tuple[Question, ...]:
    kind = given.get("kind")
    return parts[kind].asked(external="external" in given) if isinstance(kind, str) and kind in parts else ()


def _unanswered(path: tuple[str, ...], given: Mapping[str, object], questions: tuple[Question, ...]) -> Iterable[str]:
    known = {question.key: question.default for question in questions} | dict(given)
    for question in in_question(questions, known):
        if question.key not in given and question.must(known):
            yield ".".join((*path, question.key))


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


def _check_fits(reader: Reader, tables: Mapping[str, Options]) -> None:
    """Refuse an answer that a chosen part cannot stand beside, such as a region in which a backend is not."""
    choices = reader.catalogue.choices
    for part in reader.catalogue.chosen(tables):
        chosen = f"{part.group}.{choices[part.group]} = {quote(part.name)}" if part.group in choices else ""
        beside = chosen or f"{'.'.join(part.switch)} = true"
        for table, fitting in part.fits.items():
            for question in fitting.values():
                answer = tables[table].get(question.key)
                answer = str(answer).lower() if isinstance(answer, bool) else answer
                if answer is not None and problem(question, answer):
                    what = f"{shown(answer)} does not go with {beside}"
                    raise reader.error((table, question.key), what, may_hold(question))


def _check_lengths(reader: Reader, spec: ProjectSpec) -> None:
    for resource in spec.resources if "name" in spec.tables["project"] else ():
        most = reader.catalogue.parts["resources", resource.kind].together
        if most and len(spec.name) + len(resource.physical_name) > most:
            raise reader.error(
                ("resources", resource.name),
                f"its name and the project's have {len(spec.name) + len(resource.physical_name)} characters together",
                f"shorten one: a {resource.kind}'s name has room for {most}",
            )
    for function in spec.functions if "name" in spec.tables["project"] else ():
        together = len(spec.name) + len(function.name)
        if together > LONGEST_TOGETHER:
            raise reader.error(
                ("functions", function.name),
                f"its name and the project's have {together} characters together",
                f"shorten one: a role's name has room for {LONGEST_TOGETHER}",
            )


def _check_regions(reader: Reader, spec: ProjectSpec) -> None:
    """Refuse what another stack made in another region: functions look for it, and use its key, in their own."""
    own = spec.tables["project"].get("region")
    for resource in spec.resources:
        for key, place in (("external", resource.external), ("key", resource.key)):
            region = arns.region(place)
            if region not in ("", own):
                what = f"it is in {region}, and the service is in {own}"
                raise reader.error(("resources", resource.name, key), what, "write ${AWS::Region}, or name one there")


def dump(spec: ProjectSpec, catalogue: Catalogue) -> str:
    """A holdfast.toml for `spec`: what was asked for and what differs from its default, each table with a comment."""
    lines = [
        "# What this service is. Edit it by hand; comments and order are kept.",
        "# `holdfast schema` prints its JSON Schema.",
        f"schema = {SCHEMA}",
    ]
    for table, questions in catalogue.tables.items():
        values = spec.tables[table]
        known = [q for q in in_question(questions, values) if q.key in values and q.matters(values)]
        # What nobody was asked stands there where it has choices to show.
        usual = {q.key for q in known if table in _asked(catalogue) and (q.asked or q.choices)}
        shown = [q for q in known if q.key in usual or values[q.key] != q.default]
        if shown:
            lines += ["", f"[{table}]"]
            lines += [_line(q, values[q.key]) for q in shown]
    for resource in spec.resources:
        lines += ["", f"[resources.{resource.name}]", f"kind = {quote(resource.kind)}"]
        if resource.id != names.logical_id(resource.name):
            lines.append(f"id = {quote(resource.id)}")
        if resource.physical_name != resource.name:
            lines.append(f"physical_name = {quote(resource.physical_name)}")
        lines += [
            f"{key} = {quote(value)}"
            for key, value in (("external", resource.external), ("key", resource.key))
            if value
        ]
        asked = catalogue.parts["resources", resource.kind].asked(external=bool(resource.external))
        lines += _changed(resource.options, asked)
    for function in spec.functions:
        source = catalogue.parts["events", function.event.kind].options
        event = ", ".join([f"kind = {quote(function.event.kind)}", *_changed(function.event.options, source)])
        lines += ["", f"[functions.{function.name}]", f"event = {{ {event} }}"]
        if function.grants:
            lines.append(f"grants = [{', '.join(quote(str(grant)) for grant in function.grants)}]")
        lines += _changed(function.options, catalogue.function_options(function.event.kind))
        for permission in function.allow:
            lines += ["", f"[[functions.{function.name}.allow]]"]
            lines += [f"{key} = [{', '.join(quote(text) for text in texts)}]" for key, texts in _listed(permission)]
            lines.append(f"reason = {quote(permission.reason)}")
    return "\n".join(lines) + "\n"


def _listed(permission: Permission) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield "actions", permission.actions
    yield "resources", permission.resources


def _asked(catalogue: Catalogue) -> set[str]:
    return {"project", *catalogue.choices}


def _line(question: Question, value: Value) -> str:
    line = f"{question.key} = {written(value)}"
    others = [choice for choice in question.choices if choice != value]
    beside = f"{line:<34}# or {', '.join(others)}"
    if not others:
        return line
    above = wrap(", ".join(question.choices), WIDEST, initial_indent="# ", subsequent_indent="# ")
    return beside if len(beside) <= WIDEST else "\n".join([*above, line])


def _changed(values: Options, questions: tuple[Question, ...]) -> list[str]:
    return [
        f"{question.key} = {written(values[question.key])}"
        for question in questions
        if question.key in values and values[question.key] not in (question.default, {})
    ]


def written(value: Value) -> str:
    """An answer as holdfast.toml writes it."""
    if isinstance(value, str):
        return quote(value)
    return _inline(value) if isinstance(value, Mapping) else json.dumps(value)


def _inline(values: Mapping[str, Value]) -> str:
    return "{ " + ", ".join(f"{key} = {written(value)}" for key, value in values.items()) + " }"
