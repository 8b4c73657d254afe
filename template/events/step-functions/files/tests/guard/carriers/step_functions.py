"""Tasks of workflows: the event is the payload. Lambda has read its JSON already, so no odd spelling gets this far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..asynchronous import FailsWhole, nested, read_back
from ..harness import Attack, Event, Model, Place, leaves, with_value


class StepFunctions(FailsWhole):
    shown: frozenset[str] = frozenset()

    def payload(self, sample: Event) -> Event:
        return sample

    def stage(self, place: Place) -> str:
        return "payload"

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        return dict(leaves(sample))

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        return with_value(sample, place, value)

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        return {key: value for key, value in sample.items() if key != place[0]}

    def body(self, sample: Event, text: str) -> Any:
        return read_back(text)

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        for name, why, stage, event in (
            ("nothing", "no payload", "payload", lambda: None),
            ("true", "no object", "payload", lambda: True),
            ("no-event", "not an event at all", "payload", lambda: ["not", "an", "event"]),
            ("context", "a workflow's context in place of its payload", "payload", lambda: _CONTEXT),
            ("wrapped", "an envelope that nobody opens", "payload", lambda: {"Payload": sample}),
            ("token", "a task's token beside the payload", "payload", lambda: {**sample, "TaskToken": "AAAA"}),
            ("error", "what a Catch would pass on", "payload", lambda: {**sample, "Error": "E", "Cause": "{}"}),
            ("request", "a request, from an API that nobody made", "payload", lambda: {"body": "{}", "headers": {}}),
            ("records", "a batch, from a source that nobody made", "payload", lambda: {"Records": [sample]}),
            ("empty", "a payload without anything", "payload", dict),
            ("not-json", "what no caller can send", "size", lambda: {"id": float("nan")}),
            ("deep", "exhausts the stack", "size", lambda: nested(1_000)),
        ):
            yield Attack(f"task-{name}", why, (stage,), event)


CARRIER = StepFunctions()
_CONTEXT: Event = {"Execution": {"Id": "arn:aws:states:eu-west-1:111122223333:execution:a:b", "Input": {}}, "State": {}}
