"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))

pytestmark = pytest.mark.usefixtures("aws")


def test_the_sample_record_is_handled(context: Context) -> None:
    assert handler(EVENT, context) == {"batchItemFailures": []}


def test_a_hostile_record_is_set_aside(context: Context) -> None:
    """It counts as done; `failure_queue` of tests/guard shows what the function's queue gets."""
    value = base64.b64encode(json.dumps({"id": "'; DROP TABLE orders --"}).encode()).decode()
    ((partition, (good,)),) = EVENT["records"].items()
    event = {**EVENT, "records": {partition: [{**good, "value": value}, good]}}
    assert handler(event, context) == {"batchItemFailures": []}
