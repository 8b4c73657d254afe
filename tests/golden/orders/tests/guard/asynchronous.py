"""What carriers of sources have in common whose invocation fails as a whole."""

from __future__ import annotations

import json
from typing import Any

from orders.guard.origin import Attribute

from .fields import fields
from .harness import Attack, Event, Model, Place, Run

ENVELOPE = ("envelope",)


class FailsWhole:
    """A refused or failed event leaves as an error. Carried by another source, the event looks as it does here."""

    def document(self, event: Event) -> Any:
        return event

    def event(self, document: Any) -> Event:
        found: Event = document
        return found

    def check_refused(self, run: Run, attack: Attack) -> None:
        assert run.calls == 0, "the function was called"
        assert type(run.error).__name__ == "EventRejected"

    def check_failed(self, run: Run) -> None:
        assert type(run.error).__name__ == "FunctionFailed"


def attribute(model: Model, place: Place) -> str:
    """What AWS vouches for, where it fills the field at `place` and the sender may not; else empty."""
    field = fields(model).get(str(place[0]))
    names = [note.name or str(place[0]) for note in (field.metadata if field else ()) if isinstance(note, Attribute)]
    return names[0] if names else ""


def nested(depth: int) -> Event:
    """An object in an object in an object."""
    value: Event = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def read_back(text: str) -> Any:
    """The value of `text`, where a service that delivers values and not text would deliver it: None for what is no
    JSON, and where what is hostile is only in how it is written.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        return value if len(json.dumps(value)) >= len(text) // 2 else None
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(_constant: str) -> float:
    raise ValueError
