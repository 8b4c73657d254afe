"""Why an event was refused, in words that hold nothing of the event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core.core_schema import ErrorType

from .failure import kind_of

Stage = Literal["size", "envelope", "payload"]

#: An event with ten thousand wrong fields must not become a log line with ten thousand entries.
_MOST_PROBLEMS = 20
#: The type that guard.text gives to what it refuses.
UNSAFE_TEXT = "unsafe_text"
_KNOWN = frozenset({*get_args(ErrorType), UNSAFE_TEXT})


class Problem(NamedTuple):
    """One thing that is wrong: pydantic's type for it, and where, as far as the service's own model names the place."""

    type: str
    loc: tuple[str | int, ...] = ()

    def public(self) -> dict[str, object]:
        """The problem as logs and answers show it."""
        return {"loc": list(self.loc), "type": self.type} if self.loc else {"type": self.type}


class Rejected(Exception):
    """The event is refused at `stage`. Holds types and declared places only, never a value and never a message."""

    def __init__(self, stage: Stage, *problems: Problem) -> None:
        super().__init__()
        self.stage = stage
        self.problems = problems


def refused(error: BaseException, stage: Stage, model: type[BaseModel] | None = None) -> BaseException:
    """What to raise in place of `error`, which reading an event raised: `Rejected`.

    Parsers fail in more ways than they document (decimal overflow, recursion, memory, a validator's own slip, a panic
    in Rust, which is no Exception); an event that makes one fail is hostile until shown otherwise.
    """
    if isinstance(error, Rejected | KeyboardInterrupt):
        return error
    if isinstance(error, ValidationError):
        return Rejected(stage, *_problems(error, model))
    return Rejected(stage, Problem(kind_of(error)))


class refusing:  # noqa: N801 - reads as a word: `with refusing("size"):`
    """`refused` around a block. A class, because a generator takes three times as long to enter and leave; what runs
    for each record of a batch does without either.
    """

    def __init__(self, stage: Stage, model: type[BaseModel] | None = None) -> None:
        self._stage: Stage = stage
        self._model = model

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is not None:
            raise refused(error, self._stage, self._model) from None


def declared_names(model: type[BaseModel]) -> frozenset[str]:
    """Every field name and alias that `model` and the models in its fields declare."""
    names: set[str] = set()
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [model]
    while waiting:
        kind = waiting.pop()
        waiting.extend(get_args(kind))
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            for name, field in kind.model_fields.items():
                names.update(key for key in (name, field.alias, field.validation_alias) if isinstance(key, str))
                waiting.append(field.annotation)
    return frozenset(names)


def _problems(error: ValidationError, model: type[BaseModel] | None) -> Iterable[Problem]:
    """`error` without its inputs, without parts of a `loc` that the event chose (an unknown field, a map's key), and
    without a type that is not known: a validator of the service's own can put a value there.
    """
    known = declared_names(model) if model else frozenset()
    for detail in error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_PROBLEMS]:
        kind = detail["type"] if detail["type"] in _KNOWN else "custom_error"
        yield Problem(kind, tuple(part for part in detail["loc"] if isinstance(part, int) or part in known))
