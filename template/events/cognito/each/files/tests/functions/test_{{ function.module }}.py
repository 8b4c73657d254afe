"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from {{ project.package }}.functions.{{ function.module }}.handler import handler
from {{ project.package }}.guard import Context
from {{ project.package }}.guard.disposal import EventRejected

EVENT = json.loads((Path(__file__).parents[2] / "events" / "{{ function.module }}.json").read_text("utf-8"))


{% if function.grants %}
@pytest.mark.usefixtures("aws")
{% endif %}
def test_the_sample_event_comes_back_with_an_answer(context: Context) -> None:
    answer = handler(EVENT, context)
    assert {**answer, "response": EVENT["response"]} == EVENT
    assert answer["response"].keys() >= EVENT["response"].keys()


def test_a_role_that_nobody_offered_is_refused(context: Context) -> None:
    request = EVENT["request"]
    hostile = {**request, "userAttributes": {**request.get("userAttributes", {}), "custom:role": "admin"}}
    with pytest.raises(EventRejected):
        handler({**EVENT, "request": hostile}, context)
