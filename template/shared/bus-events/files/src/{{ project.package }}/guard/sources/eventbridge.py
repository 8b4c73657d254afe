"""Events of an EventBridge bus."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from ..asynchronous import AccountId, AsynchronousSource, Region
from ..models import Envelope
from ..rejection import Problem, Rejected
from ..source import E
from ..text import Ident


class BusEvent(Envelope):
    """An event as a bus hands it on. EventBridge sets its id, account and region; all else is whoever's who may put
    events there: source, detail type and time too, but for the sources that start with `aws.`.
    """

    id: Ident
    source: str
    detail_type: str = Field(alias="detail-type")
    account: AccountId
    region: Region
    detail: dict[str, Any]


class EventBridge(AsynchronousSource[E]):
    """Takes the events of one source, and where it says so of one detail type: a rule may let more through."""

    name = "eventbridge"
    trigger = "pubsub"
    attributes = frozenset({"account", "id", "region"})

    def __init__(self, model: type[E], source: str, detail_type: str | None) -> None:
        super().__init__(model)
        self._expected = {"source": source} | ({"detail-type": detail_type} if detail_type else {})

    def payloads(self, event: object) -> list[E]:
        opened = self.open(BusEvent, event)
        found = {"source": opened.source, "detail-type": opened.detail_type}
        wrong = [Problem("literal_error", (key,)) for key, value in self._expected.items() if found[key] != value]
        if wrong:
            raise Rejected("envelope", *wrong)
        own = {name: getattr(opened, name) for name in self.attributes}
        return self.read(json.dumps(opened.detail, ensure_ascii=False), own)


def eventbridge(detail: type[E], *, source: str, detail_type: str | None = None) -> EventBridge[E]:
    """Events whose detail is a model: `eventbridge(Order, source="orders.checkout", detail_type="Order Placed")`."""
    return EventBridge(detail, source, detail_type)
