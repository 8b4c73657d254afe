"""One part's questions as JSON Schema: a table and its options."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from holdfast import names
from holdfast.answers import LONGEST_TEXT, may_hold
from holdfast.model import Question

Schema = dict[str, object]
NAME = names.NAME.pattern.removesuffix(r"\Z")
_TAKEN = sorted({*filter(names.NAME.match, keyword.kwlist), *names.DEVICES})


def table_schema(questions: Iterable[Question], more: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """A table of options; one that is required, or is another one, only beside another's value is so by an `if`.

    `more` says what a question cannot say of an option.
    """
    by_key: dict[str, list[Question]] = {}
    for question in questions:
        by_key.setdefault(question.key, []).append(question)
    defaults = {key: asked[0].default for key, asked in by_key.items()}
    conditions = [
        condition
        for asked in by_key.values()
        for question in asked
        for condition in _conditions(question, defaults, one_of_many=len(asked) > 1)
    ]
    table: Schema = {
        "type": "object",
        "properties": {key: _options(asked) | more.get(key, {}) for key, asked in by_key.items()},
        "additionalProperties": False,
    }
    always = required(question for asked in by_key.values() for question in asked)
    return table | ({"required": always} if always else {}) | ({"allOf": conditions} if conditions else {})


def _beside(values: Mapping[str, tuple[str, ...]], defaults: Mapping[str, object]) -> Schema:
    return {
        "properties": {
            key: {"enum": list(each)} if len(each) > 1 else {"const": each[0]} for key, each in values.items()
        },
        "required": [key for key, each in values.items() if defaults.get(key) not in each],
    }


def _conditions(question: Question, defaults: Mapping[str, object], *, one_of_many: bool) -> Iterator[Schema]:
    if one_of_many:
        yield {"if": _beside(question.when, defaults), "then": {"properties": {question.key: _option(question)}}}
    if question.needed or (question.required and question.when):
        yield {"if": _beside({**question.when, **question.needed}, defaults), "then": {"required": [question.key]}}


def _options(asked: list[Question]) -> Schema:
    """What a key may hold: what its one question says, or what one of several does."""
    return _option(asked[0]) if len(asked) == 1 else {"anyOf": [_option(question) for question in asked]}


def required(questions: Iterable[Question]) -> list[str]:
    return [question.key for question in questions if question.required and not question.when]


def is_required(questions: tuple[Question, ...]) -> bool:
    """Whether the table must stand in the file: something in it is required even where all else is its default."""
    defaults = {question.key: question.default for question in questions}
    return any(question.must(defaults) for question in questions)


def _option(question: Question) -> Schema:
    said = ": ".join(filter(None, (question.prompt or question.key, question.hint or may_hold(question))))
    option: Schema = {"description": said, **_TYPES[question.type](question)}
    return option if question.default is None else {**option, "default": question.default}


def _integer(question: Question) -> Schema:
    limits = {"minimum": question.minimum, "maximum": question.maximum}
    return {"type": "integer", **{key: limit for key, limit in limits.items() if limit is not None}}


def _boolean(_: Question) -> Schema:
    return {"type": "boolean"}


def _choice(question: Question) -> Schema:
    return {"type": "string", "enum": list(question.choices)}


def _map(question: Question) -> Schema:
    keys: Schema = pattern_schema(question.pattern) if question.pattern else {}
    if question.reserved:
        keys["not"] = {"enum": list(question.reserved)}
    values = pattern_schema(question.values) if question.values else {"type": "string"}
    return {"type": "object", "propertyNames": keys, "additionalProperties": values}


def _name(_: Question) -> Schema:
    return pattern_schema(NAME)


def _text(question: Question) -> Schema:
    longest = LONGEST_TEXT if question.maximum is None else question.maximum
    text: Schema = {"type": "string"}
    if question.pattern:
        text = pattern_schema(question.pattern)
    elif question.required:
        text = pattern_schema(r".*\S.*" if question.type == "string" else r"[\s\S]*\S[\s\S]*")
    elif question.type == "string":
        text = pattern_schema(".*")
    text["maxLength"] = longest
    if question.reserved:
        text["not"] = {"enum": list(question.reserved)}
    return text


def name_schema(longest: int, reserved: Iterable[str] = ()) -> Schema:
    """What `names.problem` allows."""
    return {**pattern_schema(NAME), "maxLength": longest, "not": {"enum": sorted({*_TAKEN, *reserved})}}


def pattern_schema(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def literal(text: str) -> str:
    """`text` in a pattern; Python's own escapes are more than ECMAScript allows."""
    return re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", text)


def properties(table: Schema) -> Schema:
    found = table["properties"]
    assert isinstance(found, dict)  # noqa: S101 - every table has them
    return found


_TYPES = {
    "string": _text,
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "map": _map,
    "resource": _name,
    "function": _name,
}
