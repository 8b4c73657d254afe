"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest

from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))

pytestmark = pytest.mark.usefixtures("aws")


def test_the_sample_line_is_handled(context: Context) -> None:
    assert handler(EVENT, context) is None


def test_a_hostile_line_is_set_aside(context: Context) -> None:
    """It counts as done; `failure_queue` of tests/guard shows what the function's queue gets."""
    delivery = json.loads(gzip.decompress(base64.b64decode(EVENT["awslogs"]["data"])))
    good = delivery["logEvents"][0]
    delivery["logEvents"] = [{**good, "message": "\x1b]0;owned\x07"}, good]
    data = base64.b64encode(gzip.compress(json.dumps(delivery).encode())).decode()
    assert handler({"awslogs": {"data": data}}, context) is None
