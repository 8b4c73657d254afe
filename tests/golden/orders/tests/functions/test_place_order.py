"""What place-order promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders.functions.place_order.handler import handler
from orders.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "place_order.json").read_text("utf-8"))


@pytest.mark.usefixtures("aws")
def test_the_sample_request_is_answered(context: Context) -> None:
    answer = handler(EVENT, context)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"id": "7f3c2a90-5d1e-4b8a-9c66-1e0f4d2b8a71"}


def test_a_request_with_a_hostile_id_is_refused(context: Context) -> None:
    answer = handler({**EVENT, "body": json.dumps({**json.loads(EVENT["body"]), "id": "../etc/passwd"})}, context)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"loc": ["id"], "type": "string_pattern_mismatch"}]
