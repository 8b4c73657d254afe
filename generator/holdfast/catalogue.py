"""A template's parts and the questions that they ask, read from its folders; there is no other registry."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from holdfast.errors import HoldfastError
from holdfast.model import OptionType, Question
from holdfast.source import QUESTIONS, Template

Scope = Literal["service", "each", "granted"]
#: Parts of the project, of functions and of resources; any other folder's are chosen by a table of its name.
FUNCTION, EVENTS, RESOURCES, PROJECT = "function", "events", "resources", "project"
_SCOPES: Mapping[tuple[str, ...], Scope] = {("each",): "each", ("granted",): "granted", (): "service"}
_TYPES: frozenset[str] = frozenset(OptionType.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Source:
    """A file of a part: the template that makes it, and where its output goes (itself a template)."""

    template: str
    target: str


@dataclass(frozen=True)
class GrantRule:
    """What a grant stands for: exact IAM actions, and those on the key that encrypts the resource.

    `example` is a line of starter code; a grant with `event` set is made by an event source, never asked for.
    """

    name: str
    title: str
    actions: tuple[str, ...]
    key: tuple[str, ...] = ()
    example: str = ""
    event: bool = False


@dataclass(frozen=True)
class Grants:
    """A resource kind's grants: the ARN they are for, the service through which the key is used, the variable's end."""

    arn: str = ""
    via: str = ""
    variable: str = ""
    rules: Mapping[str, GrantRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One folder of the template."""

    group: str
    name: str
    title: str
    options: tuple[Question, ...]
    tables: Mapping[str, tuple[Question, ...]]
    files: Mapping[Scope, tuple[Source, ...]]
    slots: Mapping[Scope, tuple[Source, ...]]
    grants: Grants
    needs: tuple[str, ...]
    counts: Mapping[Scope, int]
    kinds: Mapping[str, tuple[str, ...]]
    reserved: tuple[str, ...]
    function: Mapping[str, Mapping[str, object]]
    example: Mapping[str, object]

    @property
    def path(self) -> str:
        return f"template/{self.group}/{self.name}" if self.name else f"template/{self.group}"


@dataclass(frozen=True)
class Catalogue:
    """Everything that a template offers."""

    template: Template
    parts: Mapping[tuple[str, str], Part]
    tables: Mapping[str, tuple[Question, ...]]
    choices: Mapping[str, str]

    def group(self, group: str) -> Mapping[str, Part]:
        """The parts of one folder by name: `events` gives `http-api` and its neighbours."""
        return {name: part for (of, name), part in self.parts.items() if of == group}

    @property
    def function(self) -> Part:
        return self.parts[FUNCTION, ""]

    def function_options(self, event: str) -> tuple[Question, ...]:
        """A function's options as the event source that invokes it narrows them."""
        narrowed = self.parts[EVENTS, event].function if event else {}
        return tuple(replace(q, **narrowed.get(q.key, {})) for q in self.function.options)  # type: ignore[arg-type]

    @property
    def defaults(self) -> Mapping[str, object]:
        """What `--defaults` starts from, beside the tables' own defaults."""
        found = self.template.manifest.get("defaults", {})
        return found if isinstance(found, dict) else {}


def load(template: Template) -> Catalogue:
    """Read the parts of `template`. A malformed part is refused with its file's name."""
    folders: dict[tuple[str, str], dict[str, None]] = {}
    for path in template.files:
        if path.endswith("/part.toml"):
            group, _, name = path.removeprefix("template/").removesuffix("/part.toml").partition("/")
            folders[group, name] = {}
    for path in template.files:
        pieces = path.split("/")
        if len(pieces) > 3:
            for key in ((pieces[1], ""), (pieces[1], pieces[2])):
                if key in folders:
                    folders[key][path] = None
    parts = {key: _part(template, *key, paths) for key, paths in sorted(folders.items())}
    for key in ((PROJECT, ""), (FUNCTION, "")):
        if key not in parts:
            raise HoldfastError(f"template/{key[0]}/part.toml is missing", where=template.ref.name)
    choices = {group: str(key) for group, key in _table(template.manifest, "choices", "template/template.toml").items()}
    tables = _tables(template, parts.values(), choices, parts)
    return Catalogue(template, parts, tables, choices)


def _part(template: Template, group: str, name: str, paths: Iterable[str]) -> Part:
    root = f"template/{group}/{name}" if name else f"template/{group}"
    where = f"{root}/part.toml"
    data = _toml(template, where)
    files: dict[Scope, list[Source]] = {"service": [], "each": [], "granted": []}
    slots: dict[Scope, list[Source]] = {"service": [], "each": [], "granted": []}
    for path in paths:
        pieces = tuple(path.removeprefix(f"{root}/").split("/"))
        prefix = pieces[:1] if pieces[0] in ("each", "granted") else ()
        scope, rest = _SCOPES[prefix], pieces[len(prefix) :]
        if rest[0] == "files":
            files[scope].append(Source(path, "/".join(rest[1:])))
        elif rest[0] == "slots":
            slots[scope].append(Source(path, "/".join(rest[1:])))
    tables = {
        table: tuple(_question(key, raw, where) for key, raw in _subtables(questions, where))
        for table, questions in _subtables(_table(data, "tables", where), where)
    }
    return Part(
        group=group,
        name=name,
        title=str(data.get("title", name)),
        options=tuple(_question(key, raw, where) for key, raw in _subtables(_table(data, "options", where), where)),
        tables=tables,
        files={scope: tuple(sources) for scope, sources in files.items()},
        slots={scope: tuple(sources) for scope, sources in slots.items()},
        grants=_grants(template, f"{root}/grants.toml"),
        needs=_texts(data, "needs", where),
        counts={scope: int(str(_table(data, "counts", where).get(scope, 0))) for scope in _SCOPES.values()},
        kinds={kind: _texts(_table(data, "files", where), kind, where) for kind in ("seeded", "derived", "executable")},
        reserved=_texts(data, "reserved", where),
        function=_narrowing(data, where),
        example=_table(data, "example", where),
    )


def _narrowing(data: Mapping[str, object], where: str) -> dict[str, Mapping[str, object]]:
    found = dict(_subtables(_table(data, "function", where), where))
    for key, narrowed in found.items():
        unknown = narrowed.keys() - {"default", "minimum", "maximum"}
        if unknown:
            raise HoldfastError(
                f"[function.{key}] has unknown keys {sorted(unknown)}",
                where=where,
                todo="an event source may narrow default, minimum and maximum",
            )
    return found


def _grants(template: Template, where: str) -> Grants:
    if where not in template.files:
        return Grants()
    data = _toml(template, where)
    rules = {
        name: GrantRule(
            name=name,
            title=str(raw.get("title", name)),
            actions=_texts(raw, "actions", where),
            key=_texts(raw, "key", where),
            example=str(raw.get("example", "")),
            event=raw.get("event") is True,
        )
        for name, raw in _subtables(_table(data, "grants", where), where)
    }
    return Grants(str(data.get("arn", "")), str(data.get("via", "")), str(data.get("variable", "")), rules)


def _tables(
    template: Template,
    parts: Iterable[Part],
    choices: Mapping[str, str],
    index: Mapping[tuple[str, str], Part],
) -> dict[str, tuple[Question, ...]]:
    """The service-wide tables: the project's questions first, then what parts add or say more exactly."""
    tables: dict[str, dict[str, Question]] = {}
    for question_table, question in _project_questions(template):
        tables.setdefault(question_table, {})[question.key] = question
    for group, key in choices.items():
        names = tuple(name for of, name in index if of == group)
        asked = tables.setdefault(group, {}).get(key, Question(key, "choice", default=names[0] if names else ""))
        tables[group][key] = replace(asked, type="choice", choices=_default_first(asked, names))
    for part in parts:
        for table, questions in part.tables.items():
            for question in questions:
                known = tables.setdefault(table, {}).get(question.key)
                tables[table][question.key] = _refined(known, question) if known else question
    return {table: tuple(questions.values()) for table, questions in tables.items()}


def _default_first(asked: Question, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name != asked.default, name)))


def _refined(known: Question, more: Question) -> Question:
    """What cookiecutter.json cannot say of its question (a pattern, a limit), said by the part that owns the table."""
    return replace(
        more,
        prompt=known.prompt,
        default=known.default,
        type=known.type if more.type == "string" else more.type,
        choices=known.choices or more.choices,
        asked=True,
    )


def _project_questions(template: Template) -> Iterable[tuple[str, Question]]:
    """cookiecutter.json's questions: `project_name` is `[project] name`; a list is a choice, its first the default."""
    try:
        data = json.loads(template.files[QUESTIONS])
    except ValueError as error:
        raise HoldfastError(f"not JSON: {error}", where=QUESTIONS, todo="mend the file") from None
    prompts = data.get("__prompts__", {}) if isinstance(data, dict) else {}
    for name, default in data.items():
        table, _, key = name.partition("_")
        if not table:
            continue
        many = isinstance(default, list)
        yield (
            table,
            Question(
                key=key,
                type="choice" if many else "string",
                prompt=str(prompts.get(name, key)),
                default=str(default[0]) if many else str(default),
                choices=tuple(str(choice) for choice in default) if many else (),
            ),
        )


def _question(key: str, raw: Mapping[str, object], where: str) -> Question:
    fields = dict(raw)
    kind = fields.pop("type", "string")
    unknown = fields.keys() - Question.__dataclass_fields__.keys()
    if kind not in _TYPES or unknown:
        wrong = f"unknown keys {sorted(unknown)}" if unknown else f"unknown type {kind!r}"
        raise HoldfastError(
            f"the option {key!r} has {wrong}", where=where, todo=f"types are {', '.join(sorted(_TYPES))}"
        )
    for name in ("choices", "reserved"):
        if name in fields:
            fields[name] = _texts(fields, name, where)
    return Question(key=key, type=kind, **fields)  # type: ignore[arg-type]


def _toml(template: Template, path: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(template.files[path].decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HoldfastError(f"not TOML: {error}", where=path, todo="mend the template's file") from None


def _table(data: Mapping[str, object], key: str, where: str) -> Mapping[str, object]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise HoldfastError(f"{key} must be a table", where=where, todo="mend the template's file")
    return found


def _subtables(data: Mapping[str, object], where: str) -> Iterable[tuple[str, Mapping[str, object]]]:
    for key in data:
        yield key, _table(data, key, where)


def _texts(data: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise HoldfastError(f"{key} must be a list of texts", where=where, todo="mend the template's file")
    return tuple(found)
