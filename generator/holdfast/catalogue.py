"""A template's parts and the questions that they ask, read from its folders; there is no other registry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from holdfast.errors import HoldfastError, shown
from holdfast.model import Question
from holdfast.source import MANIFEST, QUESTIONS, Template, toml

Scope = Literal["service", "each", "granted"]
#: Parts of the project, of functions and of resources; any other folder's are chosen by a table of its name.
FUNCTION, EVENTS, RESOURCES, PROJECT = "function", "events", "resources", "project"
_SCOPES: Mapping[tuple[str, ...], Scope] = {("each",): "each", ("granted",): "granted", (): "service"}
#: What a default may be, by the type of its question; a resource has none, because no spec need have one.
_DEFAULTS: Mapping[str, type | None] = {
    "string": str,
    "text": str,
    "integer": int,
    "boolean": bool,
    "choice": str,
    "map": dict,
    "resource": None,
}
#: What the other fields of a question may be.
_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("prompt", "hint", "pattern", "resource"), str),
    **dict.fromkeys(("required", "asked", "unique"), bool),
    **dict.fromkeys(("minimum", "maximum"), int),
    **dict.fromkeys(("choices", "reserved"), list),
    "when": dict,
}
#: A part's file: of `template/<group>` or of `template/<group>/<name>`; below `files/` it is one that a part makes.
_PART = re.compile(r"template/([^/]+)(?:/(?!(?:files|slots|each|granted)/)([^/]+))?/part\.toml")
#: What holdfast.toml holds beside a template's tables.
_SPECS_OWN = frozenset({"schema", "resources", "functions"})


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
    parts = {key: _part(template, *key, paths) for key, paths in sorted(_folders(template).items())}
    for key in ((PROJECT, ""), (FUNCTION, "")):
        if key not in parts:
            raise HoldfastError(f"template/{key[0]}/part.toml is missing", where=template.ref.name)
    _check_narrowing(parts)
    choices = _choices(template, parts)
    tables = _tables(template, parts, choices)
    return Catalogue(template, parts, tables, choices)


def _folders(template: Template) -> dict[tuple[str, str], list[str]]:
    """The files of each part by its group and name."""
    folders: dict[tuple[str, str], list[str]] = {}
    for path in template.files:
        if found := _PART.fullmatch(path):
            folders[found[1], found[2] or ""] = []
    for path in template.files:
        pieces = path.split("/")
        if len(pieces) > 3:
            for key in ((pieces[1], ""), (pieces[1], pieces[2])):
                if key in folders:
                    folders[key].append(path)
    return folders


def _check_narrowing(parts: Mapping[tuple[str, str], Part]) -> None:
    types = {question.key: question.type for question in parts[FUNCTION, ""].options}
    for part in parts.values():
        for key, narrowed in part.function.items():
            where = f"{part.path}/part.toml"
            if key not in types:
                raise HoldfastError(f"[function.{key}] is no option of functions", where=where, todo="mend the name")
            _check_fields(key, types[key], narrowed, where)


def _choices(template: Template, parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    groups = {group for group, name in parts if name}
    choices = _table(template.manifest, "choices", MANIFEST)
    for group, key in choices.items():
        if group not in groups or not isinstance(key, str):
            raise HoldfastError(
                f"[choices] has {group} = {shown(key)}",
                where=MANIFEST,
                todo=f"write the key of [{group}] that picks a folder of template/{group}",
            )
    return {group: str(key) for group, key in choices.items()}


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
        if rest[:1] == ("files",):
            files[scope].append(Source(path, "/".join(rest[1:])))
        elif rest[:1] == ("slots",):
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
        counts=_counts(_table(data, "counts", where), where),
        kinds={kind: _texts(_table(data, "files", where), kind, where) for kind in ("seeded", "derived", "executable")},
        reserved=_texts(data, "reserved", where),
        function=_narrowing(data, where),
        example=_table(data, "example", where),
    )


def _counts(data: Mapping[str, object], where: str) -> dict[Scope, int]:
    counts: dict[Scope, int] = dict.fromkeys(_SCOPES.values(), 0)
    for scope, count in data.items():
        if scope not in counts or type(count) is not int or count < 0:
            raise HoldfastError(
                f"[counts] has {scope} = {shown(count)}",
                where=where,
                todo="write whole numbers for service, each, granted",
            )
        counts[scope] = count
    return counts


def _narrowing(data: Mapping[str, object], where: str) -> dict[str, Mapping[str, object]]:
    found = dict(_subtables(_table(data, "function", where), where))
    for key, narrowed in found.items():
        unknown = narrowed.keys() - {"default", "minimum", "maximum"}
        if unknown:
            raise HoldfastError(
                f"[function.{key}] has unknown keys {', '.join(sorted(unknown))}",
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
    template: Template, parts: Mapping[tuple[str, str], Part], choices: Mapping[str, str]
) -> dict[str, tuple[Question, ...]]:
    """The service-wide tables: the project's questions first, then what parts add or say more exactly."""
    tables: dict[str, dict[str, Question]] = {}
    for question_table, question in _project_questions(template):
        tables.setdefault(question_table, {})[question.key] = question
    for group, key in choices.items():
        names = tuple(name for of, name in parts if of == group and name)
        asked = tables.setdefault(group, {}).get(key, Question(key, "choice", default=names[0]))
        tables[group][key] = replace(asked, type="choice", choices=_default_first(asked, names))
    for part in parts.values():
        for table, questions in part.tables.items():
            for question in questions:
                known = tables.setdefault(table, {}).get(question.key)
                tables[table][question.key] = _refined(known, question) if known else question
    _check_tables(tables, choices)
    return {table: tuple(questions.values()) for table, questions in tables.items()}


def _check_tables(tables: Mapping[str, Mapping[str, Question]], choices: Mapping[str, str]) -> None:
    """Refuse tables that leave the project without a name or a choice without an answer, or that are the spec's own."""
    name = tables.get(PROJECT, {}).get("name")
    if not name or name.type != "string":
        raise HoldfastError("project_name is no question of text", where=QUESTIONS, todo="ask for it")
    for table in tables.keys() & _SPECS_OWN:
        raise HoldfastError(f"a table [{table}] is holdfast.toml's own", where=QUESTIONS, todo="give it another name")
    for group, key in choices.items():
        asked = tables[group][key]
        if asked.type != "choice" or asked.when or asked.default not in asked.choices:
            raise HoldfastError(
                f"{group}_{key} must be a choice that always matters, with a default of {', '.join(asked.choices)}",
                where=QUESTIONS,
                todo="mend the template",
            )


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
        data = json.loads(template.files[QUESTIONS].decode("utf-8"))
    except ValueError as error:
        raise HoldfastError(f"not JSON: {error}", where=QUESTIONS, todo="mend the file") from None
    except RecursionError:
        raise HoldfastError("it nests too deep", where=QUESTIONS, todo="mend the file") from None
    if not isinstance(data, dict):
        raise HoldfastError(f"it holds {shown(data)}", where=QUESTIONS, todo="write a table of questions")
    prompts = _table(data, "__prompts__", QUESTIONS)
    for name, default in data.items():
        table, _, key = name.partition("_")
        if not table:
            continue
        choices = _texts(data, name, QUESTIONS) if isinstance(default, list) else ()
        if not key or not (choices or isinstance(default, str)):
            raise HoldfastError(
                f"the question {shown(name)} has {shown(default)} for a default",
                where=QUESTIONS,
                todo="name it TABLE_KEY, and give it a text or a list of texts",
            )
        yield (
            table,
            Question(
                key=key,
                type="choice" if choices else "string",
                prompt=str(prompts.get(name, key)),
                default=choices[0] if choices else default,
                choices=choices,
            ),
        )


def _question(key: str, raw: Mapping[str, object], where: str) -> Question:
    fields = dict(raw)
    kind = fields.pop("type", "string")
    if not isinstance(kind, str) or kind not in _DEFAULTS:
        raise HoldfastError(
            f"the option {shown(key)} has unknown type {shown(kind)}",
            where=where,
            todo=f"types are {', '.join(sorted(_DEFAULTS))}",
        )
    _check_fields(key, kind, fields, where)
    for name in ("choices", "reserved"):
        if name in fields:
            fields[name] = _texts(fields, name, where)
    question = Question(key=key, type=kind, **fields)  # type: ignore[arg-type]
    if question.choices and question.default not in (None, *question.choices):
        raise HoldfastError(
            f"the option {shown(key)} has the default {shown(question.default)}, which is no choice of it",
            where=where,
            todo="mend it",
        )
    return question


def _check_fields(key: str, kind: str, fields: Mapping[str, object], where: str) -> None:
    """Refuse what is no field of a question, or holds what such a field cannot."""
    for name, value in fields.items():
        wanted = _DEFAULTS[kind] if name == "default" else _FIELDS.get(name)
        # A boolean is an integer to Python, and to nobody else.
        if wanted is None or not isinstance(value, wanted) or isinstance(value, bool) > (wanted is bool):
            raise HoldfastError(
                f"the option {shown(key)} has {name[:80]} = {shown(value)}",
                where=where,
                todo="docs/template.md says what fits",
            )
        if wanted is dict and not all(isinstance(text, str) for text in _table(fields, name, where).values()):
            raise HoldfastError(f"the option {shown(key)} must have texts in {name}", where=where, todo="mend it")
    try:
        re.compile(str(fields.get("pattern", "")))
    except (re.error, OverflowError, RecursionError) as error:
        raise HoldfastError(
            f"the pattern of the option {shown(key)} is no regular expression: {error}", where=where, todo="mend it"
        ) from None


def _toml(template: Template, path: str) -> Mapping[str, object]:
    return toml(template.files[path], where=path)


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
