"""What a function is told of a record, and what Lambda is told of a batch."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

import pytest
from pydantic import AwareDatetime

from {{ project.package }}.guard import Context, Ident, Line, Payload, guarded
from {{ project.package }}.guard.origin import Attribute
from {{ project.package }}.guard.rejection import Rejected
from {{ project.package }}.guard.sources.kafka import kafka


class Order(Payload):
    """A record's value."""

    id: Ident


class Placed(Order):
    """The value, and what the broker says of it."""

    topic: Annotated[Line, Attribute()]
    partition: Annotated[int, Attribute()]
    offset: Annotated[int, Attribute()]
    appended: Annotated[AwareDatetime | None, Attribute()] = None


def _record(identity: str, partition: int, offset: int, **more: object) -> dict[str, Any]:
    value = base64.b64encode(json.dumps({"id": identity}).encode()).decode()
    return {"topic": "orders", "partition": partition, "offset": offset, "value": value, **more}


def _event(*records: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for record in records:
        found.setdefault(f"orders-{record['partition']}", []).append(record)
    return {"eventSource": "SelfManagedKafka", "bootstrapServers": "kafka:9092", "records": found}


def test_a_failure_holds_up_its_partition_alone(context: Context) -> None:
    """Named are the record that failed and those behind it, which were not tried."""
    tried: list[str] = []

    def handler(order: Order, _context: Context) -> None:
        tried.append(order.id)
        if order.id == "fails":
            raise ValueError

    event = _event(
        _record("a", 0, 5), _record("fails", 0, 6), _record("waits", 0, 7), _record("b", 1, 70), _record("c", 1, 71)
    )
    answer = guarded(kafka(Order))(handler)(event, context)
    assert tried == ["a", "fails", "b", "c"]
    assert answer == {
        "batchItemFailures": [
            {"itemIdentifier": {"partition": "orders-0", "offset": 6}},
            {"itemIdentifier": {"partition": "orders-0", "offset": 7}},
        ]
    }


@pytest.mark.parametrize("change", [{"value": None}, {"value": ""}])
def test_only_a_record_without_a_value_calls_nothing(change: dict[str, Any]) -> None:
    (item,) = kafka(Order).items(_event(_record("a", 0, 5, **change)))
    if change["value"] is None:
        assert item.parse() == []
    else:
        with pytest.raises(Rejected):
            item.parse()


@pytest.mark.parametrize(
    ("kind", "appended"), [("LOG_APPEND_TIME", "2026-01-02T11:00:00.123000+00:00"), ("CREATE_TIME", None), (None, None)]
)
def test_the_time_is_the_brokers_or_none(kind: str | None, appended: str | None) -> None:
    """What the producer says of the time is its word alone."""
    (item,) = kafka(Placed).items(_event(_record("a", 3, 5, timestamp=1767351600123, timestampType=kind)))
    (placed,) = item.parse()
    assert (placed.topic, placed.partition, placed.offset) == ("orders", 3, 5)
    assert (placed.appended.isoformat() if placed.appended else None) == appended


def test_headers_of_any_size_are_not_looked_at() -> None:
    (item,) = kafka(Order).items(_event(_record("a", 0, 5, headers=[{"trace": [1] * 100_000}])))
    assert item.parse() == [Order(id="a")]
