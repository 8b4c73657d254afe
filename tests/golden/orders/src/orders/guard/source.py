"""What an event source is. Adding one is one module in sources/: an envelope, a disposal, where the payload is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic_core import to_json

from .. import settings
from . import flat
from .binding import bound
from .disposal import Disposal
from .limits import Limits, measure
from .models import Envelope, Payload
from .origin import Attribute, Filled, origins, sole_key
from .rejection import Problem, Rejected, refused, refusing
from .strict_json import decoded, parse, validated

E = TypeVar("E", bound=Payload)
V = TypeVar("V", bound=Envelope)
Trigger = Literal["datasource", "http", "pubsub", "timer", "other"]


def _same(value: object) -> object:
    return value


def _last(values: Sequence[object]) -> object:
    return values[-1] if values else None


# Not frozen, which would take three times as long: records come by the thousand.
@dataclass(slots=True)
class Item(Generic[E]):
    """One thing that is done or fails as a whole: the event, or one record of it.

    `parse` gives what the function is called with, mostly one payload, or raises `Rejected`; `join` makes one value of
    those that the function returned, and `answer` of that what the source wants, both inside the boundary. `id` is how
    the source wants a failed record named, `record` what may be kept of it elsewhere; in a `group`, what follows a
    failure waits for it. `tags` stand in every log line that is written about the item. An item that is `alone` may be
    refused without its neighbours where another source carried them all here.
    """

    parse: Callable[[], Sequence[E]]
    id: str = ""
    record: object = None
    group: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    join: Callable[[Sequence[object]], object] = _last
    answer: Callable[[object], object] = _same
    alone: bool = False


class PartlyRejected(Rejected):
    """Of what an item carries some was `refused`, each on its own; the `payloads` of the rest can be handled."""

    def __init__(self, payloads: Sequence[Any], refused: Sequence[tuple[Item[Any], Rejected]]) -> None:
        super().__init__(refused[0][1].stage, *refused[0][1].problems)
        self.payloads = payloads
        self.refused = refused


class Source(ABC, Generic[E]):
    """Reads the events of one AWS service into `model`: that of the function, or of the source `within`."""

    name: ClassVar[str]
    #: The parts of an event besides its payload that a field's origin may name; guard.web has those of requests.
    parts: ClassVar[frozenset[str]] = frozenset()
    #: What AWS says about an event, and a model may ask for: `Annotated[…, Attribute("time")]`.
    attributes: ClassVar[frozenset[str]] = frozenset()
    #: The same, where no sender writes a payload: a field has it by its name alone, or by an `Attribute`.
    described: ClassVar[frozenset[str]] = frozenset()
    #: Whether what an event carries may be an event of another source: `sqs(sns(Order))`.
    carries: ClassVar[bool] = False
    #: Whether Lambda alone may hand its events over: carried by another source, they say what their sender likes.
    direct: ClassVar[bool] = False
    #: Whether `disposal` knows what to do with a part of such an event that was refused while the rest was handled.
    spares: ClassVar[bool] = False
    #: What such an invocation is to a tracer.
    trigger: ClassVar[Trigger] = "other"
    disposal: ClassVar[Disposal]
    limits: Limits = Limits()
    within: Source[E] | None
    model: type[E]
    origins: Mapping[str, Filled]

    def __init__(self, within: type[E] | Source[E]) -> None:
        if isinstance(within, Source):
            if not self.carries:
                raise TypeError(f"{self.name} events carry none of another source: give it a model")
            if within.direct:
                raise TypeError(f"{self.name} events carry no {within.name} events: their sender could say who calls")
            self.within, self.model, self.origins = within, within.model, within.origins
        else:
            self.within, self.model, self.origins = None, within, self._origins(within)
        self._flat = not self.within and not self.origins and flat.is_flat(self.model)
        self.limits = self.limits._replace(**settings.LIMITS.get(self.name, {}))

    def _origins(self, model: type[E]) -> Mapping[str, Filled]:
        known = self.attributes | self.described
        found = origins(model, self.parts | ({Attribute.part} if known else set()), self.name)
        for filled in found.values():
            if filled.part == Attribute.part and filled.name not in known:
                raise self._unknown(model, filled.name)
        for name, declared in model.model_fields.items() if self.described else ():
            key = sole_key(model, name)
            if key in self.described:
                found.setdefault(key, Filled(Attribute.part, key, many=False))
            elif key not in found and declared.is_required():
                raise self._unknown(model, key)
        return found

    def _unknown(self, model: type[E], name: str) -> TypeError:
        known = ", ".join(sorted(self.attributes | self.described))
        return TypeError(f"{model.__name__}: {self.name} events have no {name!r}, they have {known}")

    def begin(self) -> None:
        """A new invocation: what its records have in common starts anew."""
        if self.within:
            self.within.begin()

    @abstractmethod
    def items(self, event: object) -> Sequence[Item[E]]:
        """What is done or fails on its own, in order. Raises `Rejected` where nothing of the event can be used."""

    def carried(self, data: bytes) -> Sequence[Item[E]]:
        """The items of an event of this source that another source carried to here."""
        return self.items(parse(decoded(data), self.limits))

    def read(self, data: str | bytes, attributes: Mapping[str, object] | None = None) -> list[E]:
        """What the sender wrote: JSON for the model, or an event of the source within; raises `Rejected`."""
        if self.within:
            event = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
            return self._unpacked(self.within.carried(event))
        text = data if isinstance(data, str) else decoded(data)
        if self._flat and (found := flat.read(self.model, text, self.limits)) is not None:
            return [found]
        asked: dict[str, object] = {}
        if attributes:
            for key, filled in self.origins.items():
                if filled.part == Attribute.part and filled.name in attributes:
                    asked[key] = attributes[filled.name]
        return [bound(self.model, self.origins, text, asked, self.limits)]

    def _unpacked(self, items: Sequence[Item[E]]) -> list[E]:
        payloads: list[E] = []
        refused: list[tuple[Item[E], Rejected]] = []
        for item in items:
            try:
                with refusing("payload"):
                    payloads += item.parse()
            except Rejected as rejected:
                if not (self.spares and item.alone):
                    raise
                refused.append((item, rejected))
        if refused:
            raise PartlyRejected(payloads, refused)
        return payloads

    def describe(self, values: Mapping[str, object]) -> list[E]:
        """What AWS says alone, by the names in `described`; None is what it left out. Raises `Rejected`."""
        asked = {key: values.get(filled.name) for key, filled in self.origins.items()}
        told = {key: value for key, value in asked.items() if value is not None}
        try:
            text = to_json(told).decode("ascii", "strict")
        except ValueError:  # Half a character, which the model refuses, or any beyond ASCII.
            text = json.dumps(told)
        return [validated(self.model, text)]

    def open(self, envelope: type[V], value: object) -> V:
        """`value`, the event or one record of it, as AWS describes it and within the limits."""
        if not isinstance(value, dict):
            raise Rejected("envelope", Problem("dict_type"))
        try:
            measure(value, self.limits)
            return envelope.model_validate(value)
        except BaseException as error:  # noqa: BLE001 - a panic in Rust is no Exception
            raise refused(error, "envelope", envelope) from None


def records(event: object, key: str, limits: Limits) -> list[Any]:
    """The records of a batch, not yet looked into: what is wrong with one must not touch the others."""
    if not isinstance(event, dict):
        raise Rejected("envelope", Problem("dict_type"))
    found = event.get(key)
    if not isinstance(found, list):
        raise Rejected("envelope", Problem("list_type", (key,)))
    if len(found) > limits.records:
        raise Rejected("size", Problem("too_many_records", (key,)))
    return found
