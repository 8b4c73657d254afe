"""What carriers of streams have in common: the hostile record stands between two good ones, which must not notice."""

from __future__ import annotations

from abc import ABC, abstractmethod

from {{ project.package }}.guard.origin import Attribute

from .failure_queue import QUEUE
from .fields import fields
from .harness import Attack, Event, Model, Place, Run

ENVELOPE, PAYLOAD, SIZE = ("envelope",), ("payload",), ("size",)


class Stream(ABC):
    """A refused record is set aside and counts as done."""

    shown: frozenset[str] = frozenset()

    @abstractmethod
    def batch(self, sample: Event, *hostile: object) -> Event:
        """An event with `hostile` records between two good ones."""

    def check_refused(self, run: Run, attack: Attack) -> None:
        if attack.whole:
            assert type(run.error).__name__ == "EventRejected"
            assert run.calls == 0, "the function was called"
            assert QUEUE.messages == []
            return
        assert run.error is None
        assert run.value == {"batchItemFailures": []}, "a refused record brought others back"
        assert run.calls >= 2, "the good records beside the hostile one were not handled"
        assert len(QUEUE.messages) == 1, "the hostile record was not set aside"
        (refusal,) = run.named("event_rejected")
        (message,) = QUEUE.messages
        assert {key: message[key] for key in ("source", "stage", "errors", "correlation_id")} == {
            key: refusal[key] for key in ("source", "stage", "errors", "correlation_id")
        }

    def check_failed(self, run: Run) -> None:
        assert run.error is None
        assert run.value["batchItemFailures"], "the record must come again"
        assert QUEUE.messages == []


def vouched(model: Model, place: Place) -> bool:
    """Whether AWS alone fills the field at `place`."""
    field = fields(model).get(str(place[0]))
    return field is not None and any(isinstance(note, Attribute) for note in field.metadata)


def nested(depth: int) -> Event:
    """An object in an object in an object."""
    value: Event = {}
    for _ in range(depth):
        value = {"a": value}
    return value
