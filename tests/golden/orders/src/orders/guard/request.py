"""From a request to a model: each field from where the model says, and from nowhere else."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, get_args, get_origin
from urllib.parse import parse_qsl

from .limits import Limits
from .rejection import Problem, Rejected
from .source import E
from .strict_json import parse, validated
from .web import Caller, Origin

_MOST_PARAMETERS = 100
_LISTS = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Request:
    """A request as an envelope described it: decoded, still text."""

    body: str
    path: Mapping[str, str]
    query: str
    claims: Mapping[str, str]
    caller: Caller | None


def body_text(body: str, content_type: str, encoded: bool) -> str:
    """The body as text. It must be JSON by its content type, and UTF-8 where it arrives in base64."""
    if not body:
        return ""
    kind, _, parameters = content_type.lower().partition(";")
    kind, charset = kind.strip(), parameters.replace(" ", "").replace('"', "")
    json_kind = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    if not json_kind or charset not in ("", "charset=utf-8"):
        raise Rejected("envelope", Problem("content_type"))
    if not encoded:
        return body
    try:
        return base64.b64decode(body, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise Rejected("envelope", Problem("body_encoding")) from None


class Binding(Generic[E]):
    """A model and the origins of its fields."""

    def __init__(self, model: type[E]) -> None:
        self._model = model
        self._origins: dict[str, Origin] = {}
        self._lists: set[str] = set()
        self._takes_body = False
        for name, field in model.model_fields.items():
            if _hides_origin(field.annotation):
                raise TypeError(f"{model.__name__}.{name}: write Annotated[… | None, …], with the origin outermost")
            key = field.validation_alias if isinstance(field.validation_alias, str) else field.alias or name
            origin = next((entry for entry in field.metadata if isinstance(entry, Origin)), None)
            if origin is None:
                self._takes_body = True
                continue
            self._origins[key] = type(origin)(origin.name or key)
            if any(get_origin(kind) in _LISTS for kind in (field.annotation, *get_args(field.annotation))):
                self._lists.add(key)

    def parse(self, request: Request, limits: Limits) -> E:
        """The payload of `request`; raises `Rejected`."""
        text = request.body.strip(" \t\r\n")
        if text and not self._takes_body:
            raise Rejected("payload", Problem("body_not_allowed"))
        body = parse(text, limits) if text else {}
        if not isinstance(body, dict):
            raise Rejected("payload", Problem("model_type"))
        forged = [Problem("extra_forbidden", (key,)) for key in self._origins if key in body]
        if forged:
            raise Rejected("payload", *forged)
        outside = json.dumps(self._outside(request))
        return validated(self._model, text[:-1] + ("," if outside != "{}" else "") + outside[1:] if body else outside)

    def _outside(self, request: Request) -> dict[str, Any]:
        """What does not come from the body, by the key that the model knows it by."""
        queried = self._queried(request.query)
        caller = request.caller.model_dump() if request.caller else None
        found: dict[str, Any] = {}
        for key, origin in self._origins.items():
            sources: dict[str, Mapping[str, Any]] = {
                "path": request.path,
                "claims": request.claims,
                "query": queried,
                "identity": {origin.name: caller} if caller else {},
            }
            if origin.name in sources[origin.part]:
                found[key] = sources[origin.part][origin.name]
        return found

    def _queried(self, query: str) -> dict[str, str | list[str]]:
        """The query's parameters, every one of them declared, and none given twice that is not a list."""
        keys = {origin.name: key for key, origin in self._origins.items() if origin.part == "query"}
        found: dict[str, str | list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS):
            if name not in keys:
                raise Rejected("payload", Problem("extra_forbidden"))
            if keys[name] in self._lists:
                found.setdefault(name, []).append(value)  # type: ignore[union-attr]
            elif name in found:
                raise Rejected("payload", Problem("repeated", (keys[name],)))
            else:
                found[name] = value
        return found


def _hides_origin(annotation: Any) -> bool:
    return any(isinstance(inner, Origin) or _hides_origin(inner) for inner in get_args(annotation))
