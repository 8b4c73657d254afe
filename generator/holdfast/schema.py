"""holdfast.toml as JSON Schema (2020-12), composed from the parts' own questions, for editors and checks."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from holdfast import names, spec
from holdfast.answers import LONGEST_TEXT, may_hold
from holdfast.catalogue import EVENTS, PROJECT, RESOURCES, Catalogue, Part
from holdfast.model import Question

Schema = dict[str, object]
_NAME = names.NAME.pattern.removesuffix(r"\Z")
_TAKEN = sorted({*filter(names.NAME.match, keyword.kwlist), *names.DEVICES})


def json_schema(catalogue: Catalogue) -> Schema:
    """What holdfast.toml may hold. Patterns are anchored, and mean the same in Python and in ECMAScript.

    What needs more than one place to judge (a grant on a resource that is not there, two functions on one route) is
    left to holdfast itself.
    """
    name = _name(spec.LONGEST_PROJECT, catalogue.parts[PROJECT, ""].reserved)
    tables = {
        table: _table(questions, {"name": name} if table == PROJECT else {})
        for table, questions in catalogue.tables.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": spec.FILE,
        "description": "What a service is: its project's answers, its resources and its functions.",
        "type": "object",
        "properties": {
            "schema": {
                "description": "The version of this file's format.",
                "const": spec.SCHEMA,
                "default": spec.SCHEMA,
            },
            **tables,
            "resources": _resources(catalogue),
            "functions": _functions(catalogue),
        },
        "required": [*(table for table in tables if _is_required(catalogue.tables[table])), "functions"],
        "additionalProperties": False,
    }


def _resources(catalogue: Catalogue) -> Schema:
    """Each kind with its own options; a name that a kind keeps for itself is refused for that kind alone."""
    identity = {
        "description": "The stem of its logical id, kept when it is renamed.",
        **_pattern("[A-Z][A-Za-z0-9]{0,99}"),
    }
    kinds = catalogue.group(RESOURCES).values()
    kept: Schema = {
        f"^{'.+' if reserved.startswith('-') else ''}{_literal(reserved)}$": {
            "not": {"properties": {"kind": {"const": part.name}}, "required": ["kind"]}
        }
        for part in kinds
        for reserved in part.reserved
    }
    kept_names = [{"patternProperties": {pattern: schema}} for pattern, schema in kept.items()]
    return {
        "description": "What functions use, by name.",
        "type": "object",
        "propertyNames": _name(spec.LONGEST_RESOURCE),
        "additionalProperties": {"type": "object", **_one_of(kinds, {"id": identity})},
        **({"allOf": kept_names} if kept_names else {}),
    }


def _functions(catalogue: Catalogue) -> Schema:
    options = _table(catalogue.function.options)
    event = {
        "description": "What invokes it.",
        "type": "object",
        **_one_of(catalogue.group(EVENTS).values(), {}),
    }
    grants = {
        "description": "What it may do with which resource.",
        "type": "array",
        "items": _grant(catalogue),
        "uniqueItems": True,
    }
    own = {**options, "properties": {"event": event, "grants": grants, **_properties(options)}}
    return {
        "description": "The Lambda functions, by name.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": _name(spec.LONGEST_FUNCTION),
        "additionalProperties": {**own, "required": ["event", *_required(catalogue.function.options)]},
    }


def _grant(catalogue: Catalogue) -> Schema:
    """`NAME:GRANT` for every grant that some kind offers."""
    offered: dict[str, str] = {}
    for part in catalogue.group(RESOURCES).values():
        for rule in part.grants.rules.values():
            if not rule.event:
                offered[f"{_NAME}:{_literal(rule.name)}"] = f"{part.name}: {rule.title}"
    return {"anyOf": [{"description": title, **_pattern(pattern)} for pattern, title in offered.items()]}


def _one_of(parts: Iterable[Part], also: Schema) -> Schema:
    """A table whose `kind` names one of `parts`, with the options of that part and no others."""
    found = []
    for part in parts:
        table = _table(part.options)
        kind = {"description": part.title, "const": part.name}
        own = {"title": part.name, "description": part.title, **table}
        own["properties"] = {"kind": kind, **also, **_properties(table)}
        own["required"] = ["kind", *_required(part.options)]
        found.append(own)
    return {"oneOf": found}


def _table(questions: Iterable[Question], more: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """A table of options; one that is required only beside another's value is required by an `if`.

    `more` says what a question cannot say of an option.
    """
    questions = tuple(questions)
    defaults = {question.key: question.default for question in questions}
    conditions = [
        {
            "if": {
                "properties": {key: {"const": value} for key, value in question.when.items()},
                "required": [key for key, value in question.when.items() if defaults.get(key) != value],
            },
            "then": {"required": [question.key]},
        }
        for question in questions
        if question.required and question.when
    ]
    table: Schema = {
        "type": "object",
        "properties": {question.key: _option(question) | more.get(question.key, {}) for question in questions},
        "additionalProperties": False,
    }
    required = _required(questions)
    return table | ({"required": required} if required else {}) | ({"allOf": conditions} if conditions else {})


def _required(questions: Iterable[Question]) -> list[str]:
    return [question.key for question in questions if question.required and not question.when]


def _is_required(questions: tuple[Question, ...]) -> bool:
    """Whether the table must stand in the file: something in it is required even where all else is its default."""
    defaults = {question.key: question.default for question in questions}
    return any(question.required and question.matters(defaults) for question in questions)


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
    keys: Schema = _pattern(question.pattern) if question.pattern else {}
    if question.reserved:
        keys["not"] = {"enum": list(question.reserved)}
    return {"type": "object", "propertyNames": keys, "additionalProperties": {"type": "string"}}


def _resource(_: Question) -> Schema:
    return _pattern(_NAME)


def _text(question: Question) -> Schema:
    longest = LONGEST_TEXT if question.maximum is None else question.maximum
    text: Schema = {"type": "string"}
    if question.pattern:
        text = _pattern(question.pattern)
    elif question.required:
        text = _pattern(r".*\S.*" if question.type == "string" else r"[\s\S]*\S[\s\S]*")
    elif question.type == "string":
        text = _pattern(".*")
    text["maxLength"] = longest
    if question.reserved:
        text["not"] = {"enum": list(question.reserved)}
    return text


def _name(longest: int, reserved: Iterable[str] = ()) -> Schema:
    """What `names.problem` allows."""
    return {**_pattern(_NAME), "maxLength": longest, "not": {"enum": sorted({*_TAKEN, *reserved})}}


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def _literal(text: str) -> str:
    """`text` in a pattern; Python's own escapes are more than ECMAScript allows."""
    return re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", text)


def _properties(table: Schema) -> Schema:
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
    "resource": _resource,
}
