"""From a request to a model: each field from where the model says, and from nowhere else."""

from __future__ import annotations

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Generic, NamedTuple

from .binding import bound
from .limits import MIB, Limits
from .models import Envelope
from .origin import Filled, within
from .rejection import Problem, Rejected, refusing
from .source import E, Item, Source
from .web import Caller, Identity, Respond, answered

_MOST_PARAMETERS = 100


def _nobody() -> None:
    return None


class Request(NamedTuple):
    """A request as an envelope described it: decoded, still text."""

    body: str
    path: Mapping[str, str] = MappingProxyType({})
    #: The parameters of the query string, in order.
    query: Sequence[tuple[str, str]] = ()
    claims: Mapping[str, str] = MappingProxyType({})
    #: What AWS says besides, by the names that the source lists.
    attributes: Mapping[str, object] = MappingProxyType({})
    #: Read where a model asks for it: not every token says who its bearer is.
    caller: Callable[[], Caller | None] = _nobody


class RequestEnvelope(Envelope, ABC):
    """A request as one AWS service hands it over."""

    @abstractmethod
    def request(self) -> Request:
        """The request in the words that every such service shares; may raise whatever it likes."""


class WebSource(Source[E]):
    """A refused request is answered with 400, an error with 500; what the function returns becomes JSON.

    A source of requests says what its `envelope` is, and what of Path, Query, Claim and Identity it has in `parts`.
    """

    trigger = "http"
    disposal = Respond()
    #: A function takes 6 MB at once; a body of JSON that people or services wrote is far from it.
    limits = Limits(bytes=MIB)
    direct = True
    envelope: ClassVar[type[RequestEnvelope]]

    def __init__(self, model: type[E]) -> None:
        super().__init__(model)
        self._binding = Binding(model, self.origins)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self._parse, event), answer=answered)]

    def _parse(self, event: object) -> Sequence[E]:
        envelope = self.open(self.envelope, event)
        with refusing("envelope", self.envelope):
            request = envelope.request()
        return [self._binding.parse(request, self.limits)]


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


def parameters(query: str) -> list[tuple[str, str]]:
    """The parameters of a query string as it was sent, decoded."""
    if not query:
        return []
    from urllib.parse import parse_qsl  # Costs a millisecond, and many requests have no query.

    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Rejected("payload", Problem("query_invalid")) from None


class Binding(Generic[E]):
    """A model and the origins of its fields."""

    def __init__(self, model: type[E], origins: Mapping[str, Filled]) -> None:
        _refuse_callers_of_the_body(model)
        self._model = model
        self._origins = origins
        self._takes_body = len(origins) < len(model.model_fields)
        self._asks_who = any(filled.part == Identity.part for filled in origins.values())

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
                "attributes": request.attributes,
                "query": queried,
                "identity": {filled.name: caller.model_dump()} if caller else {},
            }
            if filled.name in sources[filled.part]:
                found[key] = sources[filled.part][filled.name]
        return found

    def _queried(self, query: Sequence[tuple[str, str]]) -> dict[str, str | list[str]]:
        """The query's parameters, every one of them declared, and none given twice that is not a list."""
        if len(query) > _MOST_PARAMETERS:
            raise Rejected("payload", Problem("too_many_parameters"))
        keys = {filled.name: key for key, filled in self._origins.items() if filled.part == "query"}
        found: dict[str, str | list[str]] = {}
        for name, value in query:
            if name not in keys:
                raise Rejected("payload", Problem("extra_forbidden"))
            if self._origins[keys[name]].many:
                found.setdefault(name, []).append(value)  # type: ignore[union-attr]
            elif name in found:
                raise Rejected("payload", Problem("repeated", (keys[name],)))
            else:
                found[name] = value
        return found


def _refuse_callers_of_the_body(model: type[Any]) -> None:
    """Raise TypeError for a `Caller` anywhere in `model` that the authorizer does not fill: the body would."""
    vouched = {
        f"{model.__name__}.{name}"
        for name, declared in model.model_fields.items()
        if any(isinstance(note, Identity) for note in declared.metadata)
    }
    for where, kind in within(model):
        if isinstance(kind, type) and issubclass(kind, Caller) and where not in vouched:
            raise TypeError(f"{where}: what is sent could say who calls: write Annotated[Caller, Identity()]")
