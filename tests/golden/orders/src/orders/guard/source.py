"""What an event source is. Adding one is one module in sources/: an envelope, a disposal, where the payload is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

from .. import settings
from .disposal import Disposal
from .limits import Limits, measure
from .models import Envelope, Payload
from .origin import origins
from .rejection import Problem, Rejected, refusing

E = TypeVar("E", bound=Payload)
V = TypeVar("V", bound=Envelope)


@dataclass(frozen=True)
class Item(Generic[E]):
    """One thing that the function is called with: the whole event, or one record of it.

    `parse` gives the payload or raises `Rejected`; `id` is how the source wants a failed record named; `tags` stand in
    every log line that is written about the item.
    """

    parse: Callable[[], E]
    id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class Source(ABC, Generic[E]):
    """Reads the events of one AWS service into `model`."""

    name: ClassVar[str]
    #: The parts of an event besides its payload that a field's origin may name; guard.web has those of requests.
    parts: ClassVar[frozenset[str]] = frozenset()
    disposal: ClassVar[Disposal]
    limits: Limits = Limits()

    def __init__(self, model: type[E]) -> None:
        self.model = model
        self.origins = origins(model, self.parts, self.name)
        self.limits = replace(self.limits, **settings.LIMITS.get(self.name, {}))

    @abstractmethod
    def items(self, event: object) -> Sequence[Item[E]]:
        """What the function is called with, in order. Raises `Rejected` where nothing of the event can be used."""

    def answer(self, value: object) -> object:
        """What the function returned, as the source wants it; runs inside the boundary, like the function itself."""
        return value

    def open(self, envelope: type[V], value: object) -> V:
        """`value`, the event or one record of it, as AWS describes it and within the limits."""
        if not isinstance(value, dict):
            raise Rejected("envelope", Problem("dict_type"))
        with refusing("size"):
            measure(value, self.limits)
        with refusing("envelope", envelope):
            return envelope.model_validate(value)


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
