"""Scheduled events of EventBridge: rules and EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from ..disposal import Raise
from ..limits import KIB, Limits
from ..models import Envelope
from ..origin import sole_key
from ..rejection import Problem, Rejected
from ..source import E, Item, Source
from ..strict_json import parse, validated
from ..text import Ident

#: What the envelope gives to the payload.
_GIVEN = ("id", "time")


def _in_calendar(time: str) -> str:
    datetime.fromisoformat(time)
    return time


class ScheduledEvent(Envelope):
    """The event as EventBridge makes it. A rule sends `detail` as an object, Scheduler as JSON text."""

    id: Ident
    detail_type: Literal["Scheduled Event"] = Field(alias="detail-type")
    source: Literal["aws.events", "aws.scheduler"]
    #: Text, as the Lambda runtime gives it; the model reads it again.
    time: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"), AfterValidator(_in_calendar)]
    detail: dict[str, Any] | str = Field(default_factory=dict)


class Schedule(Source[E]):
    """A refused event or an error ends the invocation with an error: Lambda tries again, then tells the destination."""

    name = "schedule"
    disposal: ClassVar[Raise] = Raise()
    limits = Limits(bytes=256 * KIB)

    def __init__(self, model: type[E]) -> None:
        super().__init__(model)
        for name in _GIVEN:
            if name in model.model_fields and sole_key(model, name) != name:
                raise TypeError(f"{model.__name__}.{name}: takes no alias: it is the event's own")

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self._parse, event))]

    def _parse(self, event: object) -> Sequence[E]:
        envelope = self.open(ScheduledEvent, event)
        detail = parse(envelope.detail, self.limits) if isinstance(envelope.detail, str) else envelope.detail
        if not isinstance(detail, dict):
            raise Rejected("payload", Problem("dict_type"))
        forged = [Problem("extra_forbidden", (key,)) for key in _GIVEN if key in detail]
        if forged:
            raise Rejected("payload", *forged)
        own = {"id": envelope.id, "time": envelope.time}
        wanted = {key: value for key, value in own.items() if key in self.model.model_fields}
        return [validated(self.model, json.dumps(detail | wanted))]


def schedule(model: type[E]) -> Schedule[E]:
    """Scheduled events as `model`: `id` and `time` where it declares them, and the fields of the event's `detail`."""
    return Schedule(model)
