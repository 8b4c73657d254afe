"""From a request to a model: each field from where the model says, and from nowhere else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic
from urllib.parse import parse_qsl

from .binding import bound
from .limits import Limits
from .origin import Filled
from .rejection import Problem, Rejected, refusing
from .source import E
from .web import Caller

_MOST_PARAMETERS = 100


@dataclass(frozen=True)
class Request:
    """A request as an envelope described it: decoded, still text."""

    body: str
    path: Mapping[str, str]
    query: str
    claims: Mapping[str, str]
    #: Read where a model asks for it: not every token says who its bearer is.
    caller: Callable[[], Caller | None]


def body_text(body: str, content_type: str, encoded: bool) -> str:
    """The body as text. It must be JSON by its content type, and UTF-8 where it arrives in base64."""
    if not body:
        return ""
    kind, _, parameters = content_type.lower().partition(";")
    kind, said = kind.strip(), {"".join(part.split()).replace('"', "") for part in parameters.split(";")}
    json_kind = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    if not json_kind or not said <= {"", "charset=utf-8"}:
        raise Rejected("envelope", Problem("content_type"))
    if not encoded:
        return body
    try:
        return base64.b64decode(body, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise Rejected("envelope", Problem("body_encoding")) from None


class Binding(Generic[E]):
    """A model and the origins of its fields."""

    def __init__(self, model: type[E], origins: Mapping[str, Filled]) -> None:
        self._model = model
        self._origins = origins
        self._takes_body = len(origins) < len(model.model_fields)
        self._asks_who = any(filled.part == "identity" for filled in origins.values())

    def parse(self, request: Request, limits: Limits) -> E:
        """The payload of `request`; raises `Rejected`."""
        text = request.body.strip(" \t\r\n")
        if text and not self._takes_body:
            raise Rejected("payload", Problem("body_not_allowed"))
        return bound(self._model, self._origins, text or "{}", self._outside(request), limits)

    def _outside(self, request: Request) -> dict[str, Any]:
        """What does not come from the body, by the key that the model knows it by."""
        queried = self._queried(request.query)
        with refusing("envelope", Caller):
            caller = request.caller() if self._asks_who else None
        found: dict[str, Any] = {}
        for key, filled in self._origins.items():
            sources: dict[str, Mapping[str, Any]] = {
                "path": request.path,
                "claims": request.claims,
                "query": queried,
                "identity": {filled.name: caller.model_dump()} if caller else {},
            }
            if filled.name in sources[filled.part]:
                found[key] = sources[filled.part][filled.name]
        return found

    def _queried(self, query: str) -> dict[str, str | list[str]]:
        """The query's parameters, every one of them declared, and none given twice that is not a list."""
        keys = {filled.name: key for key, filled in self._origins.items() if filled.part == "query"}
        found: dict[str, str | list[str]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS):
            if name not in keys:
                raise Rejected("payload", Problem("extra_forbidden"))
            if self._origins[keys[name]].many:
                found.setdefault(name, []).append(value)  # type: ignore[union-attr]
            elif name in found:
                raise Rejected("payload", Problem("repeated", (keys[name],)))
            else:
                found[name] = value
        return found
