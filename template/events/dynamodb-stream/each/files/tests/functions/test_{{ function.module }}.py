"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))

KEY, IMAGE = {{ event.table.options.partition_key | quote }}, "{{ "NewImage" if event.view.startswith("NEW") else "Keys" }}"

pytestmark = pytest.mark.usefixtures("aws")


def test_the_sample_change_is_handled(context: Context) -> None:
    assert handler(EVENT, context) == {"batchItemFailures": []}


def test_a_hostile_item_is_set_aside(context: Context) -> None:
    """It counts as done; `failure_queue` of tests/guard shows what the function's queue gets."""
    good = EVENT["Records"][0]
    image = {**good["dynamodb"][IMAGE], KEY: {"S": "'; DROP TABLE orders --"}}
    hostile = {**good, "dynamodb": {**good["dynamodb"], IMAGE: image}}
    assert handler({"Records": [hostile, good]}, context) == {"batchItemFailures": []}
