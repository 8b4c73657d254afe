"""The short way for the payload that most messages are: one flat object, in JSON, all of it the sender's."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from .limits import Limits

M = TypeVar("M", bound=BaseModel)

#: Types of fields that take no number without end, and nothing at all of what is not looked at.
_KNOWN = frozenset(
    {"bool", "date", "datetime", "decimal", "dict", "enum", "float", "frozenset", "int", "list", "literal", "set"}
    | {"str", "time", "timedelta", "tuple", "uuid"}
)
_AROUND = frozenset({"default", "function-after", "nullable"})


def is_flat(model: type[BaseModel]) -> bool:
    """Whether `read` may be asked for a model: each field has a key of its own, and nothing but keys sets a field."""
    schema: Any = model.__pydantic_core_schema__
    if not isinstance(schema, dict) or schema["type"] != "model":
        return False
    inner = schema["schema"]
    if inner["type"] != "model-fields" or schema.get("custom_init") or schema.get("post_init"):
        return False
    keys = [field.get("validation_alias", name) for name, field in inner["fields"].items()]
    unique = all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)
    return unique and all(_known(field["schema"]) for field in inner["fields"].values())


def _known(schema: Any) -> bool:
    while schema["type"] in _AROUND:
        schema = schema["schema"]
    return schema["type"] in _KNOWN and not schema.get("allow_inf_nan")


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
