"""A bus of EventBridge, for which boto3 has no object of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient


class NotPut(Exception):
    """EventBridge did not take an event; says why in AWS's own code for it."""


@dataclass(frozen=True)
class EventBus:
    """A bus by its name."""

    name: str

    def put(self, source: str, detail_type: str, detail: str) -> str:
        """Put an event on the bus, its `detail` a JSON object, and return its id. Raises `NotPut`."""
        answer: Any = _client().put_events(
            Entries=[{"EventBusName": self.name, "Source": source, "DetailType": detail_type, "Detail": detail}]
        )
        # A call that EventBridge answers with 200 may have failed for each of its events.
        entry = answer["Entries"][0]
        if "EventId" not in entry:
            raise NotPut(entry.get("ErrorCode", "unknown"))
        identifier: str = entry["EventId"]
        return identifier


@cache
def _client() -> EventBridgeClient:
    client: EventBridgeClient = boto3.client("events")
    return client
