"""An event of one source within an event of another: what `sqs(sns(Order))` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, cast, runtime_checkable

from .harness import Attack, Carrier, Event, Model, Place, Run


class Carriable(Carrier, Protocol):
    """How a source's events look where another source carries them."""

    def document(self, event: Event) -> Any:
        """The JSON that stands for `event`; None where it cannot be carried."""

    def event(self, document: Any) -> Event:
        """The event that such JSON stands for."""


@runtime_checkable
class Packed(Protocol):
    """A source whose events are bytes where another source carries them, no JSON."""

    def packed(self, event: Any) -> bytes | None:
        """What stands for `event`; None where it cannot be carried."""

    def unpacked(self, data: bytes) -> Event:
        """The event that such bytes stand for."""


@runtime_checkable
class CarriesBytes(Protocol):
    """A source that carries any bytes."""

    def data(self, sample: Event) -> bytes:
        """What `sample` carries."""

    def with_data(self, sample: Event, data: bytes) -> Event:
        """An event that carries `data` instead."""


@dataclass(frozen=True)
class Carried:
    """The attacks of both: on what `outer` puts around, and on what `inner` made."""

    outer: Carrier
    inner: Carriable

    @property
    def shown(self) -> frozenset[str]:
        return self.outer.shown | self.inner.shown

    def payload(self, sample: Event) -> Event:
        return self.inner.payload(self._within(sample))

    def stage(self, place: Place) -> str:
        return self.inner.stage(place)

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return self.inner.values(model, self._within(sample))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return self._around(sample, self.inner.put(model, self._within(sample), place, value))

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        return self._around(sample, self.inner.drop(model, self._within(sample), place))

    def body(self, sample: Event, text: str) -> Event | None:
        return self._around(sample, self.inner.body(self._within(sample), text))

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        yield from self.outer.own(model, sample)
        for attack in self.inner.own(model, self._within(sample)):
            if self._made(sample, attack) is not None:
                yield replace(attack, event=partial(self._made, sample, attack), whole=False)

    def check_refused(self, run: Run, attack: Attack) -> None:
        self.outer.check_refused(run, attack)

    def check_failed(self, run: Run) -> None:
        self.outer.check_failed(run)

    def document(self, event: Event) -> Any:
        return cast(Carriable, self.outer).document(event)

    def event(self, document: Any) -> Event:
        return cast(Carriable, self.outer).event(document)

    def _made(self, sample: Event, attack: Attack) -> Event | None:
        return self._around(sample, attack.event())

    def _within(self, sample: Event) -> Event:
        if isinstance(self.inner, Packed) and isinstance(self.outer, CarriesBytes):
            return self.inner.unpacked(self.outer.data(sample))
        return self.inner.event(self.outer.payload(sample))

    def _around(self, sample: Event, event: Any) -> Event | None:
        if isinstance(self.inner, Packed) and isinstance(self.outer, CarriesBytes):
            data = self.inner.packed(event)
            return None if data is None else self.outer.with_data(sample, data)
        document = None if event is None else self.inner.document(event)
        try:
            return None if document is None else self.outer.body(sample, json.dumps(document, allow_nan=False))
        except (ValueError, RecursionError):  # What no JSON holds, nothing carries.
            return None
