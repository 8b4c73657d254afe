"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

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
def test_the_sample_task_is_done(context: Context) -> None:
{% if event.idempotency is defined %}
    assert handler(EVENT, context) is None
{% else %}
    assert handler(EVENT, context) == {"id": EVENT["id"]}
{% endif %}


def test_a_hostile_task_is_refused(context: Context) -> None:
    with pytest.raises(EventRejected):
        handler({**EVENT, "id": "'; DROP TABLE orders --"}, context)
