"""Scheduled events of EventBridge: rules and EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ..asynchronous import AsynchronousSource, Moment
from ..models import Envelope
from ..origin import Attribute, Filled, sole_key
from ..source import E
from ..text import Ident


class ScheduledEvent(Envelope):
    """The event as EventBridge makes it. A rule sends `detail` as an object, Scheduler as JSON text."""

    id: Ident
    detail_type: Literal["Scheduled Event"] = Field(alias="detail-type")
    source: Literal["aws.events", "aws.scheduler"]
    time: Moment
    detail: dict[str, Any] | str = Field(default_factory=dict)


class Schedule(AsynchronousSource[E]):
    """Its `id` and `time` are the event's own by their names alone, whatever `detail` holds."""

    name = "schedule"
    trigger = "timer"
    attributes = frozenset({"id", "time"})

    def _origins(self, model: type[E]) -> Mapping[str, Filled]:
        found = dict(super()._origins(model))
        for name in self.attributes & model.model_fields.keys():
            if sole_key(model, name) != name:
                raise TypeError(f"{model.__name__}.{name}: takes no alias: it is the event's own")
            found.setdefault(name, Filled(Attribute.part, name, many=False))
        return found

    def payloads(self, event: object) -> list[E]:
        envelope = self.open(ScheduledEvent, event)
        detail = envelope.detail
        text = detail if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False)
        return self.read(text, {"id": envelope.id, "time": envelope.time})


def schedule(model: type[E]) -> Schedule[E]:
    """Scheduled events as `model`: `id` and `time` where it declares them, and the fields of the event's `detail`."""
    return Schedule(model)
