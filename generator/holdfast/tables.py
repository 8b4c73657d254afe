"""The tables of holdfast.toml that concern the service as a whole, and the choices among them that pick a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from holdfast import shapes
from holdfast.errors import HoldfastError, shown
from holdfast.model import Question
from holdfast.parts import PROJECT, Part
from holdfast.questions import project_questions
from holdfast.source import MANIFEST, QUESTIONS, Template

#: What holdfast.toml holds beside a template's tables.
_SPECS_OWN = frozenset({"schema", "resources", "functions"})


def read_choices(template: Template, parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The groups of parts of which a service has one, each with the key of its table that picks it."""
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


def read_after(template: Template) -> dict[str, str]:
    """What is left to do where a command changed files of a pattern, in a line that a terminal can be shown."""
    after = shapes.table(template.manifest, "after", MANIFEST)
    for pattern, todo in after.items():
        if not isinstance(todo, str) or not todo.strip() or not todo.isprintable():
            raise HoldfastError(
                f"[after] has {shown(pattern)} = {shown(todo)}",
                where=MANIFEST,
                todo="write in one line what is left to do",
            )
    return {pattern: str(todo) for pattern, todo in after.items()}


def read_tables(
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


def _default_first(asked: Question, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name != asked.default, name)))


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
