"""A bus takes an event or says that it did not."""

from __future__ import annotations

import json

import boto3
import pytest

from {{ project.package }}.event_bus import EventBus, NotPut


@pytest.fixture
def bus(aws: None) -> EventBus:
    """A bus beside those of the service."""
    boto3.client("events").create_event_bus(Name="tried")
    return EventBus("tried")


def test_an_event_that_is_taken_has_an_id(bus: EventBus) -> None:
    assert bus.put("orders.checkout", "Order Placed", json.dumps({"id": "a"}))


def test_an_event_that_is_not_taken_is_an_error(bus: EventBus) -> None:
    """EventBridge answers 200 all the same."""
    with pytest.raises(NotPut, match="MalformedDetail"):
        bus.put("orders.checkout", "Order Placed", "no JSON")
