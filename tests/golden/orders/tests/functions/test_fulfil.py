"""What fulfil promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders.functions.fulfil.handler import handler
from orders.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "fulfil.json").read_text("utf-8"))


@pytest.mark.usefixtures("aws")
def test_the_sample_message_is_handled(context: Context) -> None:
    assert handler(EVENT, context) == {"batchItemFailures": []}


def test_a_hostile_message_fails_alone(context: Context) -> None:
    hostile = {**EVENT["Records"][0], "messageId": "hostile", "body": json.dumps({"id": "'; DROP TABLE orders --"})}
    assert handler({"Records": [hostile]}, context) == {"batchItemFailures": [{"itemIdentifier": "hostile"}]}
