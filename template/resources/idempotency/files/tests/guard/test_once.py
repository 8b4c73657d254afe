"""What was done is not done again, unless it failed."""

from __future__ import annotations

import os

import boto3
import pytest

from {{ project.package }}.guard import Context, Ident, Payload
from {{ project.package }}.guard.idempotency import once


class Order(Payload):
    """Of two fields, of which one says whether two orders are the same."""

    id: Ident
    note: Ident


@pytest.mark.usefixtures("aws")
def test_the_same_again_is_not_done_again(context: Context) -> None:
    done: list[Order] = []

    @once("id")
    def handler(order: Order, _context: Context) -> None:
        done.append(order)

    handler(Order(id="a", note="first"), context)
    handler(Order(id="a", note="again"), context)
    handler(Order(id="b", note="other"), context)
    assert [order.note for order in done] == ["first", "other"]
    kept = boto3.client("dynamodb").scan(TableName=os.environ["IDEMPOTENCY_TABLE"])["Items"]
    assert len(kept) == 2
    assert "first" not in str(kept), "the table holds a hash, and nothing of the event"


@pytest.mark.usefixtures("aws")
def test_what_failed_can_come_again(context: Context) -> None:
    tried: list[Order] = []

    @once("id")
    def handler(order: Order, _context: Context) -> None:
        tried.append(order)
        if len(tried) == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        handler(Order(id="a", note="first"), context)
    handler(Order(id="a", note="again"), context)
    assert len(tried) == 2


def test_it_must_be_said_what_makes_two_events_the_same() -> None:
    with pytest.raises(TypeError, match="by which fields"):
        once()
