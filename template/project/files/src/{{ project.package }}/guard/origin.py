"""Where a field of a model comes from, when not from what the caller wrote; looked at once, when a handler is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from typing import Any, ClassVar, NamedTuple, get_args, get_origin, get_type_hints

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema

_LISTS = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Origin:
    """Says where a field of a model comes from; a field without one comes from the body.

    Text from a path, a query or a token is converted to the field's type; the body's values are not.
    """

    name: str = ""
    part: ClassVar[str]
    #: Whether the field may have a default other than None.
    optional: ClassVar[bool] = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _relax(schema)
        return schema


class Attribute(Origin):
    """What AWS says about an event, not what its sender wrote: `sent: Annotated[AwareDatetime, Attribute("time")]`.

    Each source lists its `attributes`.
    """

    part = "attributes"


class Filled(NamedTuple):
    """What fills a field: a part of the request, the name of the value there, and whether there may be many of it."""

    part: str
    name: str
    many: bool


def origins(model: type[BaseModel], parts: frozenset[str], source: str) -> dict[str, Filled]:
    """What fills each field that has an origin, by the key that the model knows the field by.

    Raises TypeError for a model that what the caller wrote could speak through in an origin's place: an origin that
    `source` does not have among its `parts`, one that is not a field's own, a field that answers to a second key.
    """
    model.model_rebuild()
    found: dict[str, Filled] = {}
    for name, field in model.model_fields.items():
        where = f"{model.__name__}.{name}"
        own = [note for note in field.metadata if _is_origin(note)]
        if not own:
            continue
        origin = own[0]
        if len(own) > 1 or isinstance(origin, type):
            raise TypeError(f"{where}: write one origin, and write it with brackets, as in Path()")
        kind = type(origin).__name__
        if origin.part not in parts:
            raise TypeError(f"{where}: {source} events have nothing for {kind}(): what is sent could choose the value")
        if not origin.optional and (field.default_factory or not (field.is_required() or field.default is None)):
            raise TypeError(f"{where}: {kind}() takes no default but None: nobody may be made up")
        key = sole_key(model, name)
        many = any(get_origin(kind) in _LISTS for kind in (field.annotation, *get_args(field.annotation)))
        found[key] = Filled(origin.part, origin.name or key, many)
    for where, kind in within(model):
        if _is_origin(kind):
            raise TypeError(f"{where}: an origin belongs on a field of {model.__name__} itself: Annotated[… | None, …]")
    return found


def sole_key(model: type[BaseModel], name: str) -> str:
    """The one key that gives the field its value; raises TypeError where there are more."""
    field, config, where = model.model_fields[name], model.model_config, f"{model.__name__}.{name}"
    for option in ("populate_by_name", "validate_by_name"):
        if config.get(option):
            raise TypeError(f"{where}: {option} gives it a second key, which what is sent could use")
    if config.get("validate_by_alias") is False:
        raise TypeError(f"{where}: validate_by_alias is needed, its alias is where the value is put")
    if not isinstance(field.validation_alias, str | None):
        raise TypeError(f"{where}: its validation_alias is not one name, and what is sent could use another")
    return field.validation_alias or field.alias or name


def _is_origin(note: object) -> bool:
    return isinstance(note, Origin) or (isinstance(note, type) and issubclass(note, Origin))


def within(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Every part of the annotations in `model`, and every note in the models that they name, with the field."""
    seen: dict[int, Any] = {}  # Kept, because the id of what is gone is given to something else.
    waiting = [(f"{model.__name__}.{name}", field.annotation) for name, field in model.model_fields.items()]
    while waiting:
        where, kind = waiting.pop()
        yield where, kind
        if id(kind) in seen:
            continue
        seen[id(kind)] = kind
        inner = [*kind] if isinstance(kind, list | tuple) else [*get_args(kind), get_origin(kind)]
        inner += [getattr(kind, name, None) for name in ("__value__", "__supertype__", "__bound__", "__constraints__")]
        waiting += [(where, part) for part in inner if part is not None]
        if isinstance(kind, type):
            waiting += [(f"{kind.__name__}.{name}", part) for name, part in _fields(kind)]


def _fields(kind: type) -> Iterator[tuple[str, Any]]:
    if issubclass(kind, BaseModel):
        if kind is not BaseModel:
            kind.model_rebuild()
        for name, field in kind.model_fields.items():
            yield from ((name, part) for part in (field.annotation, *field.metadata))
    elif is_dataclass(kind) or hasattr(kind, "__total__") or hasattr(kind, "_fields"):
        try:
            yield from get_type_hints(kind, include_extras=True).items()
        except NameError as error:
            raise TypeError(f"{kind.__name__}: {error.name} is not known where the class is") from None


def _relax(schema: Any) -> None:
    """Let a core schema convert text, as deep as it is made of scalars."""
    if schema["type"] in _CONVERTED:
        schema["strict"] = False
    for inner in (schema.get("schema"), schema.get("items_schema"), *schema.get("choices", ())):
        choice = inner[0] if isinstance(inner, tuple) else inner
        if isinstance(choice, dict):
            _relax(choice)


_CONVERTED = frozenset({"int", "float", "decimal", "bool", "date", "time", "datetime", "timedelta", "uuid", "enum"})
