"""The questions that a template asks: cookiecutter.json's, and the options of its parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from holdfast import shapes
from holdfast.errors import HoldfastError, shown
from holdfast.model import Question
from holdfast.source import QUESTIONS, Template

#: What a default may be, by the type of its question; a resource has none, because no spec need have one.
_DEFAULTS: Mapping[str, type | None] = {
    "string": str,
    "text": str,
    "integer": int,
    "boolean": bool,
    "choice": str,
    "map": dict,
    "resource": None,
    "function": None,
}
#: What the other fields of a question may be.
_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("prompt", "hint", "pattern", "values", "resource", "within"), str),
    **dict.fromkeys(("required", "asked", "unique", "external", "own"), bool),
    **dict.fromkeys(("minimum", "maximum"), int),
    **dict.fromkeys(("choices", "reserved"), list),
    **dict.fromkeys(("when", "needed"), dict),
}


def project_questions(template: Template) -> Iterable[tuple[str, Question]]:
    """cookiecutter.json's questions: `project_name` is `[project] name`; a list is a choice, its first the default."""
    try:
        data = json.loads(template.files[QUESTIONS].decode("utf-8"))
    except ValueError as error:
        raise HoldfastError(f"not JSON: {error}", where=QUESTIONS, todo="mend the file") from None
    except RecursionError:
        raise HoldfastError("it nests too deep", where=QUESTIONS, todo="mend the file") from None
    if not isinstance(data, dict):
        raise HoldfastError(f"it holds {shown(data)}", where=QUESTIONS, todo="write a table of questions")
    prompts = shapes.table(data, "__prompts__", QUESTIONS)
    for name, default in data.items():
        table, _, key = name.partition("_")
        if not table:
            continue
        choices = shapes.texts(data, name, QUESTIONS) if isinstance(default, list) else ()
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


def read_question(key: str, raw: Mapping[str, object], where: str) -> Question:
    """One option of a part."""
    fields = dict(raw)
    kind = fields.pop("type", "string")
    if not isinstance(kind, str) or kind not in _DEFAULTS:
        raise HoldfastError(
            f"the option {shown(key)} has unknown type {shown(kind)}",
            where=where,
            todo=f"types are {', '.join(sorted(_DEFAULTS))}",
        )
    check_fields(key, kind, fields, where)
    for name in ("choices", "reserved"):
        if name in fields:
            fields[name] = shapes.texts(fields, name, where)
    for name in ("when", "needed"):
        if name in fields:
            fields[name] = _values(fields, name, where)
    question = Question(key=key, type=kind, **fields)  # type: ignore[arg-type]
    if question.choices and question.default not in (None, *question.choices):
        raise HoldfastError(
            f"the option {shown(key)} has the default {shown(question.default)}, which is no choice of it",
            where=where,
            todo="mend it",
        )
    return question


def check_fields(key: str, kind: str, fields: Mapping[str, object], where: str) -> None:
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
        if wanted is dict and not all(_is_text(text, name) for text in shapes.table(fields, name, where).values()):
            raise HoldfastError(f"the option {shown(key)} must have texts in {name}", where=where, todo="mend it")
    for name in ("pattern", "values"):
        shapes.pattern(str(fields.get(name, "")), f"the {name} of the option {shown(key)}", where)


def _is_text(value: object, name: str) -> bool:
    """Whether `value` is a text, or where one of several may hold, a list of them."""
    listed = value if isinstance(value, list) and value and name != "default" else [value]
    return all(isinstance(text, str) for text in listed)


def _values(fields: Mapping[str, object], name: str, where: str) -> dict[str, tuple[str, ...]]:
    """Keys of the table, each with the values that count."""
    found = shapes.table(fields, name, where)
    listed = {key: [value] if isinstance(value, str) else value for key, value in found.items()}
    return {key: shapes.texts(listed, key, where) for key in listed}
