"""What a model says about its fields, read from the model itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo

from orders.guard.text import FreeText

from .harness import Model, Place

LISTS = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Kind:
    """One type that a value may have, with its annotations."""

    type: Any
    notes: tuple[Any, ...] = ()

    @property
    def origin(self) -> Any:
        return get_origin(self.type) or self.type

    @property
    def free(self) -> FreeText | None:
        """The marks of Line, Text and types made of them, together."""
        marks = [note for note in self.notes if isinstance(note, FreeText)]
        if not marks:
            return None
        refused = (name for mark in marks for name in mark.refuses)
        return FreeText(breaks=all(mark.breaks for mark in marks), refuses=frozenset(refused))

    @property
    def longest(self) -> int:
        """How long a text may be, where the annotations say it."""
        return max((getattr(note, "max_length", None) or 0 for note in self.notes), default=0)

    def noted(self, name: str) -> bool:
        """Whether a constraint of that name stands in the annotations."""
        return any(getattr(note, name, None) is not None for note in self.notes)


def kinds(annotation: Any, notes: tuple[Any, ...] = ()) -> list[Kind]:
    """The types that an annotation allows, unions and aliases resolved."""
    if hasattr(annotation, "__value__"):
        return kinds(annotation.__value__, notes)
    if get_origin(annotation) is Annotated:
        inner, *own = get_args(annotation)
        own = [each for note in own for each in (note, *getattr(note, "metadata", ()))]
        return kinds(inner, (*notes, *own))
    if get_origin(annotation) in (Union, UnionType):
        return [kind for member in get_args(annotation) for kind in kinds(member, notes)]
    return [Kind(annotation, notes)]


def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the keys that JSON may give them by."""
    by_name = any(model.model_config.get(option) for option in ("populate_by_name", "validate_by_name"))
    found: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        keys = [key for key in choices if isinstance(key, str)] or [field.alias or name]
        found |= dict.fromkeys([*keys, name] if by_name else keys, field)
    return found


def kinds_at(model: Model, place: Place) -> list[Kind]:
    """What may stand at a place of the payload; empty where the model declares nothing there."""
    found = [Kind(model)]
    for key in place:
        found = [inner for kind in found for inner in _inside(kind, key)]
    return found


def nullable(found: list[Kind]) -> bool:
    return any(kind.type in (NoneType, None, Any, object) for kind in found)


def walk(model: type[BaseModel]) -> Iterator[tuple[str, list[Kind]]]:
    """Every place in a model and in the models within it: the name of the field, and what may stand there."""
    seen: set[type[BaseModel]] = set()
    waiting: list[tuple[str, list[Kind]]] = [("", [Kind(model)])]
    while waiting:
        name, found = waiting.pop()
        yield name, found
        for kind in found:
            waiting += [(name, kinds(argument)) for argument in get_args(kind.type) if kind.origin is not Literal]
            if isinstance(kind.type, type) and issubclass(kind.type, BaseModel) and kind.type not in seen:
                seen.add(kind.type)
                for key, field in fields(kind.type).items():
                    waiting.append((f"{name}.{key}".strip("."), kinds(field.annotation, (*field.metadata, field))))


def _inside(kind: Kind, key: str | int) -> list[Kind]:
    if isinstance(kind.type, type) and issubclass(kind.type, BaseModel):
        field = fields(kind.type).get(str(key))
        return kinds(field.annotation, tuple(field.metadata)) if field else []
    arguments = get_args(kind.type)
    if kind.origin in LISTS and arguments and isinstance(key, int):
        return kinds(arguments[0])
    if kind.origin is dict and arguments:
        return kinds(arguments[1])
    return []
