{% set connects, leaves = event.route == "$connect", event.route == "$disconnect" %}
{% set answers = event.answer and not connects and not leaves %}
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
{% if connects %}
def test_the_sample_client_may_connect(context: Context) -> None:
    assert handler(EVENT, context)["statusCode"] == 200


def test_a_client_that_nobody_vouches_for_is_turned_away(context: Context) -> None:
    stranger = {**EVENT["requestContext"], "identity": {"sourceIp": "203.0.113.7"}}
    answer = handler({**EVENT, "requestContext": stranger}, context)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"loc": ["caller"], "type": "missing"}]
{% elif leaves %}
def test_the_sample_client_is_forgotten(context: Context) -> None:
    assert handler(EVENT, context)["statusCode"] == 200


def test_a_hostile_connection_is_refused(context: Context) -> None:
    answer = handler({**EVENT, "requestContext": {**EVENT["requestContext"], "connectionId": "../a"}}, context)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"loc": ["id"], "type": "string_pattern_mismatch"}]
{% else %}
def test_the_sample_message_is_handled(context: Context) -> None:
    answer = handler(EVENT, context)
    assert answer["statusCode"] == 200
{% if answers %}
    assert json.loads(answer["body"]) == {"id": "7f3c2a90-5d1e-4b8a-9c66-1e0f4d2b8a71"}
{% endif %}


def test_a_message_with_a_hostile_id_is_refused(context: Context) -> None:
    body = {**json.loads(EVENT["body"]), "id": "../etc/passwd"}
    answer = handler({**EVENT, "body": json.dumps(body)}, context)
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["errors"] == [{"loc": ["id"], "type": "string_pattern_mismatch"}]
{% endif %}
