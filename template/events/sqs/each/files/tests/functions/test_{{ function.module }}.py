"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

{% if function.grants or event.idempotency is defined %}
import pytest

{% endif %}
from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))


{% if function.grants or event.idempotency is defined %}
@pytest.mark.usefixtures("aws")
{% endif %}
def test_the_sample_message_is_handled(context: Context) -> None:
    assert handler(EVENT, context) == {"batchItemFailures": []}


def test_a_hostile_message_fails_alone(context: Context) -> None:
    hostile = {**EVENT["Records"][0], "messageId": "hostile", "body": json.dumps({"id": "'; DROP TABLE orders --"})}
    assert handler({"Records": [hostile]}, context) == {"batchItemFailures": [{"itemIdentifier": "hostile"}]}
