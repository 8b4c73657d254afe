"""A template's parts and the questions that they ask, read from its folders; there is no other registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from holdfast import shapes
from holdfast.errors import HoldfastError, shown
from holdfast.model import Options, Question
from holdfast.parts import EVENTS, FUNCTION, OPTIONAL, PROJECT, RESOURCES, SHARED, Part, read_part
from holdfast.questions import check_fields, project_questions
from holdfast.source import MANIFEST, QUESTIONS, Template

#: A part's file: of `template/<group>` or of `template/<group>/<name>`; below `files/` it is one that a part makes.
_PART = re.compile(r"template/([^/]+)(?:/(?!(?:files|slots|each|granted)/)([^/]+))?/part\.toml")
#: What holdfast.toml holds beside a template's tables.
_SPECS_OWN = frozenset({"schema", "resources", "functions"})


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

    def chosen(self, tables: Mapping[str, Options]) -> tuple[Part, ...]:
        """The parts of the service as a whole, each after what it shares.

        They are one of each choice (a backend, a CI system), and what booleans bring.
        """
        picked = [self.parts[group, str(tables[group][key])] for group, key in self.choices.items()]
        picked += [part for part in self.group(OPTIONAL).values() if tables[part.switch[0]][part.switch[1]] is True]
        found = [each for part in picked for each in (*self.shared(part, {}), part)]
        return tuple({part.path: part for part in found}.values())

    @property
    def function(self) -> Part:
        return self.parts[FUNCTION, ""]

    def shared(self, part: Part, answers: Mapping[str, object]) -> tuple[Part, ...]:
        """What `part` uses of template/shared, and what `answers` to its options bring."""
        brought = (name for option in part.brings for name in part.brings[option].get(str(answers.get(option)), ()))
        return tuple(_reachable([*part.uses, *brought], part, self.parts).values())

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
    parts = {key: read_part(template, *key, paths) for key, paths in sorted(_folders(template).items())}
    for key in ((PROJECT, ""), (FUNCTION, "")):
        if key not in parts:
            raise HoldfastError(f"template/{key[0]}/part.toml is missing", where=template.ref.name)
    choices = _choices(template, parts)
    using = {EVENTS, RESOURCES, OPTIONAL, *choices}
    parts |= {key: _sharing(part, parts) for key, part in parts.items() if key[0] in using}
    _check_uses(parts, using)
    _check_narrowing(parts)
    tables = _tables(template, parts, choices)
    _check_fitting(parts, tables)
    _check_switches(parts, tables)
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


def _sharing(part: Part, parts: Mapping[tuple[str, str], Part]) -> Part:
    """`part` with what the shared parts that it uses ask, need and narrow; its own word counts first."""
    used = _reachable(part.uses, part, parts)
    asked: dict[str, Question] = {}
    narrowed: dict[str, Mapping[str, object]] = {}
    for each in (part, *used.values()):
        for question in each.options:
            asked.setdefault(question.key, question)
        for key, narrowing in each.function.items():
            narrowed.setdefault(key, narrowing)
    needs = dict.fromkeys(need for each in (part, *used.values()) for need in each.needs)
    return replace(part, uses=tuple(used), options=tuple(asked.values()), needs=tuple(needs), function=narrowed)


def _reachable(names: Iterable[str], part: Part, parts: Mapping[tuple[str, str], Part]) -> dict[str, Part]:
    """The shared parts of these names and those that they use, by name."""
    used: dict[str, Part] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if (SHARED, name) not in parts:
            raise HoldfastError(
                f"it uses {shown(name)}, and template/shared has no such folder",
                where=f"{part.path}/part.toml",
                todo="mend the name",
            )
        if name not in used:
            used[name] = parts[SHARED, name]
            waiting += used[name].uses
    return used


def _check_uses(parts: Mapping[tuple[str, str], Part], using: set[str]) -> None:
    for part in parts.values():
        where = f"{part.path}/part.toml"
        if part.uses and part.group not in (*using, SHARED):
            what = "only event sources, resources and chosen parts use shared parts"
            raise HoldfastError(what, where=where, todo="mend it")
        for name in part.uses if part.group in using - {EVENTS, RESOURCES} else ():
            used = parts[SHARED, name]
            if used.options or used.needs or used.function:
                what = f"it uses {shown(name)}, which asks or needs something of an event source"
                raise HoldfastError(what, where=where, todo="split that part")
        _check_brings(part, parts)
        for name in part.uses if part.group == RESOURCES else ():
            used = parts[SHARED, name]
            if used.files["each"] or used.slots["each"] or used.counts["each"] or used.options:
                raise HoldfastError(
                    f"it uses {shown(name)}, which has something for each function", where=where, todo="split that part"
                )


def _check_brings(part: Part, parts: Mapping[tuple[str, str], Part]) -> None:
    """Refuse what no answer could bring, and a part whose questions nobody could have asked before."""
    where, options = f"{part.path}/part.toml", {question.key: question for question in part.options}
    for option, by_answer in part.brings.items():
        unknown = by_answer.keys() - (set(options[option].choices) if option in options else set())
        if part.group != EVENTS or unknown:
            raise HoldfastError(
                f"[brings.{option}] has {shown(min(unknown, default=option))}, and no event source can answer that",
                where=where,
                todo="mend it",
            )
        for name, brought in _reachable((name for names in by_answer.values() for name in names), part, parts).items():
            if name not in part.uses and (brought.options or brought.needs or brought.function):
                raise HoldfastError(
                    f"[brings.{option}] brings {shown(name)}, which asks or needs something",
                    where=where,
                    todo="use that part",
                )


def _check_narrowing(parts: Mapping[tuple[str, str], Part]) -> None:
    types = {question.key: question.type for question in parts[FUNCTION, ""].options}
    for part in parts.values():
        for key, narrowed in part.function.items():
            where = f"{part.path}/part.toml"
            if key not in types:
                raise HoldfastError(f"[function.{key}] is no option of functions", where=where, todo="mend the name")
            check_fields(key, types[key], narrowed, where)


def _check_fitting(parts: Mapping[tuple[str, str], Part], tables: Mapping[str, tuple[Question, ...]]) -> None:
    """Refuse a part that fits only answers which nobody asks for."""
    for part in parts.values():
        for table, fitting in part.fits.items():
            for key in fitting.keys() - {question.key for question in tables.get(table, ())}:
                raise HoldfastError(
                    f"[fits.{table}.{key}] is no option", where=f"{part.path}/part.toml", todo="mend the name"
                )


def _choices(template: Template, parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    groups = {group for group, name in parts if name}
    choices = shapes.table(template.manifest, "choices", MANIFEST)
    for group, key in choices.items():
        if group not in groups or not isinstance(key, str):
            raise HoldfastError(
                f"[choices] has {group} = {shown(key)}",
                where=MANIFEST,
                todo=f"write the key of [{group}] that picks a folder of template/{group}",
            )
    return {group: str(key) for group, key in choices.items()}


def _tables(
    template: Template, parts: Mapping[tuple[str, str], Part], choices: Mapping[str, str]
) -> dict[str, tuple[Question, ...]]:
    """The service-wide tables: the project's questions first, then what parts add or say more exactly."""
    asked: dict[str, list[_Asked]] = {}
    for table, question in project_questions(template):
        asked.setdefault(table, []).append(_Asked(question))
    for group, key in choices.items():
        names = tuple(name for of, name in parts if of == group and name)
        there = asked.setdefault(group, [])
        place = next((n for n, one in enumerate(there) if one.question.key == key), len(there))
        known = there[place].question if place < len(there) else Question(key, "choice", default=names[0])
        there[place:] = [
            _Asked(replace(known, type="choice", choices=_default_first(known, names))),
            *there[place + 1 :],
        ]
    for part in parts.values():
        for table, questions in part.tables.items():
            for question in questions:
                _ask(asked.setdefault(table, []), table, question, part)
    tables = {table: tuple(one.question for one in there) for table, there in asked.items()}
    _check_tables(tables, choices)
    return tables


@dataclass(frozen=True)
class _Asked:
    """A question of a table, and the part that asks it where that is not cookiecutter.json alone."""

    question: Question
    part: Part | None = None


def _ask(there: list[_Asked], table: str, question: Question, part: Part) -> None:
    """Add what `part` asks, or say more exactly what cookiecutter.json does.

    Two parts may ask under one key where never both matter, such as the secret of each backend.
    """
    for place, one in enumerate(there):
        if one.question.key != question.key or _never_both(one.question, question):
            continue
        if one.part:
            raise HoldfastError(
                f"it asks for {table}.{question.key}, and so does {one.part.path}",
                where=f"{part.path}/part.toml",
                todo="give one of them another key",
            )
        there[place] = _Asked(_refined(one.question, question), part)
        return
    there.append(_Asked(question, part))


def _never_both(one: Question, other: Question) -> bool:
    """Whether some third answer decides which of the two matters."""
    return any(key in other.when and not {*values} & {*other.when[key]} for key, values in one.when.items())


def _check_tables(tables: Mapping[str, Iterable[Question]], choices: Mapping[str, str]) -> None:
    """Refuse tables that leave the project without a name or a choice without an answer, or that are the spec's own."""
    name = next((question for question in tables.get(PROJECT, ()) if question.key == "name"), None)
    if not name or name.type != "string":
        raise HoldfastError("project_name is no question of text", where=QUESTIONS, todo="ask for it")
    for table in tables.keys() & _SPECS_OWN:
        raise HoldfastError(f"a table [{table}] is holdfast.toml's own", where=QUESTIONS, todo="give it another name")
    for group, key in choices.items():
        (asked,) = (question for question in tables[group] if question.key == key)
        if asked.type != "choice" or asked.when or asked.default not in asked.choices:
            raise HoldfastError(
                f"{group}_{key} must be a choice that always matters, with a default of {', '.join(asked.choices)}",
                where=QUESTIONS,
                todo="mend the template",
            )


def _check_switches(parts: Mapping[tuple[str, str], Part], tables: Mapping[str, Iterable[Question]]) -> None:
    """Refuse an optional part that no answer brings, and a switch where something else brings the part."""
    for part in parts.values():
        where, switch = f"{part.path}/part.toml", ".".join(filter(None, part.switch))
        if part.group != OPTIONAL:
            if part.switch[0]:
                raise HoldfastError(
                    "it has a switch, and is none of template/optional", where=where, todo="remove it, or move the part"
                )
            continue
        found = (question for question in tables.get(part.switch[0], ()) if question.key == part.switch[1])
        if not any(question.type == "boolean" and question.default is not None for question in found):
            raise HoldfastError(
                f"its switch is {shown(switch)}, and no table asks for such a boolean with a default",
                where=where,
                todo="mend it",
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
