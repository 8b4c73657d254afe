"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import base64
import json
from pathlib import Path

{% if function.grants %}
import pytest

{% endif %}
from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))


{% if function.grants %}
@pytest.mark.usefixtures("aws")
{% endif %}
def test_the_sample_record_is_delivered(context: Context) -> None:
    (answer,) = handler(EVENT, context)["records"]
    assert (answer["recordId"], answer["result"]) == (EVENT["records"][0]["recordId"], "Ok")
    delivered = base64.b64decode(answer["data"])
    assert delivered.endswith(b"\n")
    assert json.loads(delivered) == json.loads(base64.b64decode(EVENT["records"][0]["data"]))


{% if function.grants %}
@pytest.mark.usefixtures("aws")
{% endif %}
def test_a_hostile_record_is_marked(context: Context) -> None:
    """Data Firehose keeps it apart, as it was sent."""
    good = EVENT["records"][0]
    data = base64.b64encode(json.dumps({"id": "'; DROP TABLE orders --"}).encode()).decode()
    answers = handler({**EVENT, "records": [{**good, "data": data}, good]}, context)["records"]
    assert [answer["result"] for answer in answers] == ["ProcessingFailed", "Ok"]
    assert answers[0]["data"] == data
