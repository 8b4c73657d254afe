{% set method = event.route.split(" ")[0] %}
{% if "{id}" in event.route %}
{% set hostile = '"pathParameters": {**EVENT["pathParameters"], "id": "../etc/passwd"}' %}
{% elif method in ("GET", "DELETE") %}
{% set hostile = '"multiValueQueryStringParameters": {"id": ["../etc/passwd"]}' %}
{% else %}
{% set hostile = '"body": json.dumps({**json.loads(EVENT["body"]), "id": "../etc/passwd"})' %}
{% endif %}
"""What {{ function.name }} promises; yours to extend."""

from __future__ import annotations

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
def test_the_sample_request_is_answered(context: Context) -> None:
    answer = handler(EVENT, context)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"id": "7f3c2a90-5d1e-4b8a-9c66-1e0f4d2b8a71"}


def test_a_request_with_a_hostile_id_is_refused(context: Context) -> None:
    answer = handler({**EVENT, {{ hostile }}}, context)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"loc": ["id"], "type": "string_pattern_mismatch"}]
