"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context
from {{ project.package }}.guard.disposal import EventRejected

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))


{% if function.grants or event.idempotency is defined %}
@pytest.mark.usefixtures("aws")
{% endif %}
def test_the_sample_message_is_handled(context: Context) -> None:
    assert handler(EVENT, context) is None


def test_a_hostile_message_is_refused(context: Context) -> None:
    data = base64.b64encode(json.dumps({"id": "'; DROP TABLE orders --"}).encode()).decode()
    with pytest.raises(EventRejected):
        handler({**EVENT, "data": data}, context)


def test_a_hostile_topic_is_refused(context: Context) -> None:
    with pytest.raises(EventRejected):
        handler({**EVENT, "topic": EVENT["topic"] + "/../../admin"}, context)
