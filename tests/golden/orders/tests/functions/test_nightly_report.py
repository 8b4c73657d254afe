"""What nightly-report promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders.functions.nightly_report.handler import handler
from orders.guard import Context
from orders.guard.disposal import EventRejected

EVENT = json.loads((Path(__file__).parents[2] / "events" / "nightly_report.json").read_text("utf-8"))


@pytest.mark.usefixtures("aws")
def test_the_sample_event_is_handled(context: Context) -> None:
    assert handler(EVENT, context) is None


def test_an_event_of_another_source_is_refused(context: Context) -> None:
    with pytest.raises(EventRejected):
        handler({**EVENT, "source": "my.app"}, context)
