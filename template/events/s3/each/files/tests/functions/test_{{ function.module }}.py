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
def test_the_sample_event_is_handled(context: Context) -> None:
    assert handler(EVENT, context) is None


def test_a_hostile_key_is_refused(context: Context) -> None:
    record = EVENT["Records"][0]
    hostile = {**record["s3"], "object": {**record["s3"]["object"], "key": "%24%28touch+owned%29"}}
    with pytest.raises(EventRejected):
        handler({"Records": [{**record, "s3": hostile}]}, context)
