"""One question and one answer: whether it fits, and what would."""

from __future__ import annotations

import re

from holdfast.errors import shown
from holdfast.model import Question

LONGEST_TEXT = 500
#: Control characters, lone surrogates and non-characters: no generated format could hold all of them.
_BAD_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def problem(question: Question, value: object) -> str:
    """Why `value` cannot answer `question`; empty where it can."""
    if question.type == "integer":
        return _integer_problem(question, value)
    if question.type == "boolean":
        return "" if isinstance(value, bool) else f"{shown(value)} is neither true nor false"
    if question.type == "map":
        return _map_problem(question, value)
    if not isinstance(value, str):
        return f"{shown(value)} is not a text"
    if question.type == "choice":
        return "" if value in question.choices else f"{shown(value)} is not one of its choices"
    return _text_problem(question, value)


def _integer_problem(question: Question, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"{shown(value)} is not a whole number"
    if question.minimum is not None and value < question.minimum:
        return f"{shown(value)} is too small"
    if question.maximum is not None and value > question.maximum:
        return f"{shown(value)} is too large"
    return ""


def _map_problem(question: Question, value: object) -> str:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        return "it is not a table of texts"
    size = sum(len(text.encode("utf-8", "replace")) for pair in value.items() for text in pair)
    if question.maximum is not None and size > question.maximum:
        return f"it holds {size} bytes, and may hold {question.maximum}"
    for key, item in value.items():
        if question.pattern and not re.fullmatch(question.pattern, key):
            return f"{shown(key)} is not a key that it may hold"
        if key in question.reserved:
            return f"{shown(key)} is set by the service itself"
        if _BAD_TEXT.search(item):
            return f"the value of {shown(key)} holds a control character"
        if question.values and not re.fullmatch(question.values, item):
            return f"{shown(item)} is not what {shown(key)} may be"
    return ""


def _text_problem(question: Question, value: str) -> str:
    longest = question.maximum if question.maximum is not None else LONGEST_TEXT
    if len(value) > longest:
        return f"it has {len(value)} characters, and may have {longest}"
    if _BAD_TEXT.search(value):
        return "it holds a control character"
    if question.type == "string" and "\n" in value and not question.pattern:
        return "it holds a line break"
    if question.required and not value.strip():
        return "it is empty"
    if question.pattern and not re.fullmatch(question.pattern, value):
        return f"{shown(value)} does not fit"
    if value in question.reserved:
        return f"{shown(value)} is taken"
    return ""


def may_hold(question: Question) -> str:
    """What `question` accepts, as the end of a message."""
    if question.choices:
        return f"choose from {', '.join(question.choices)}"
    if question.type == "integer" and question.minimum is not None:
        return f"write a whole number from {question.minimum} to {question.maximum}"
    return f"write {question.hint}" if question.hint else ""
