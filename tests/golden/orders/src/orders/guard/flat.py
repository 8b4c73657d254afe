"""The short way for the payload that most messages are: one flat object, in JSON, all of it the sender's."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from pydantic import BaseModel

from .limits import Limits
from .models import Payload

M = TypeVar("M", bound=BaseModel)

#: Types of fields that refuse a number without end, which JSON has no word for and pydantic's parser lets pass.
_KNOWN = frozenset(
    {"bool", "date", "datetime", "decimal", "dict", "float", "frozenset", "int", "list", "literal", "set", "str"}
    | {"time", "timedelta", "tuple", "uuid"}
)
#: What makes a type take such a number, or as many of its digits as there are.
_LOOSE = ("allow_inf_nan", "coerce_numbers_to_str")
_AROUND = frozenset({"default", "function-after", "nullable"})
#: What a model may set otherwise than `Payload` does: nothing here lets a second key set a field.
_OWN = frozenset(
    {"alias_generator", "json_schema_extra", "str_max_length", "str_min_length", "str_strip_whitespace", "title"}
)


def is_flat(model: type[BaseModel]) -> bool:
    """Whether `read` may be asked for a model: each field has a key of its own, nothing but keys sets a field, and no
    field takes more than `strict_json.parse` lets pass.
    """
    schema: Any = model.__pydantic_core_schema__
    if not isinstance(schema, dict) or schema["type"] != "model":
        return False
    inner = schema["schema"]
    if inner["type"] != "model-fields" or schema.get("custom_init") or schema.get("post_init"):
        return False
    config, usual = model.model_config, Payload.model_config
    if any(config.get(key) != usual.get(key) for key in (config.keys() | usual.keys()) - _OWN):
        return False
    keys = [field.get("validation_alias", name) for name, field in inner["fields"].items()]
    unique = all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)
    return unique and all(_known(field["schema"]) for field in inner["fields"].values())


def _known(schema: Any) -> bool:
    while schema["type"] in _AROUND:
        schema = schema["schema"]
    if schema["type"] == "enum":
        own = schema["cls"]._missing_.__func__ is not Enum._missing_.__func__  # type: ignore[attr-defined]
        return not own and all(isinstance(each.value, str) for each in schema["members"])
    return schema["type"] in _KNOWN and not any(schema.get(option) for option in _LOOSE)


def read(model: type[M], text: str, limits: Limits) -> M | None:
    """`text` as `model` where it is clear that `strict_json.parse` would let it pass; else None, and nothing is said.

    Every key has a colon behind it, and so has no text fewer colons than keys: as many colons as fields that were found
    are one key for each of them, and none twice.
    """
    if text.count("{") != 1 or "[" in text or 8 * len(text) > limits.bytes:
        return None
    if limits.depth < 2 or text.count(",") + 2 > limits.nodes:
        return None
    try:
        found = model.__pydantic_validator__.validate_json(text)
    except Exception:  # noqa: BLE001 - whatever it is, the long way finds it again, and says what
        return None
    return found if len(found.__pydantic_fields_set__) == text.count(":") else None
