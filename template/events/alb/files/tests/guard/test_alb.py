"""What a function behind a load balancer may count on."""

from __future__ import annotations

import json

import pytest

from {{ project.package }}.guard import Context

from .carriers.alb import Alb
from .functions import FUNCTIONS
from .harness import Event, Function, run

each_function = pytest.mark.parametrize(
    "function",
    [function for function in FUNCTIONS if isinstance(function.carrier(), Alb)],
    ids=lambda function: function.module,
)


def _forms(sample: Event) -> tuple[Event, Event]:
    """`sample` as target groups without and with multi-value headers get it."""
    headers, query = sample.get("headers") or {}, sample.get("queryStringParameters") or {}
    headers |= {name: values[-1] for name, values in (sample.get("multiValueHeaders") or {}).items()}
    query |= {name: values[-1] for name, values in (sample.get("multiValueQueryStringParameters") or {}).items()}
    rest = {key: value for key, value in sample.items() if not key.lower().endswith(("headers", "parameters"))}
    many = {name: [value] for name, value in headers.items()}
    asked = {name: [value] for name, value in query.items()}
    return (
        {**rest, "headers": headers, "queryStringParameters": query},
        {**rest, "multiValueHeaders": many, "multiValueQueryStringParameters": asked},
    )


@each_function
def test_an_answer_has_the_form_of_its_request(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """A load balancer drops headers that come in the other form."""
    handler = function.around(lambda _event, _context: {"done": True})
    one, many = (run(handler, event, context, capfd).value for event in _forms(function.sample()))
    assert one["headers"]["content-type"] == "application/json"
    assert many["multiValueHeaders"]["content-type"] == ["application/json"]
    assert "multiValueHeaders" not in one
    assert "headers" not in many
    assert [answer["statusDescription"] for answer in (one, many)] == ["200 OK", "200 OK"]


@each_function
def test_a_refusal_has_the_form_of_its_request(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    for event, form in zip(_forms(function.sample()), ("headers", "multiValueHeaders"), strict=True):
        answer = run(function.handler(), {**event, "isBase64Encoded": None}, context, capfd).value
        assert answer["statusCode"] == 400
        assert [key for key in answer if key.lower().endswith("headers")] == [form]


@each_function
def test_an_answer_that_is_too_large_is_an_error_of_ours(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """The load balancer would answer with 502, and nobody would know why."""
    result = run(function.around(lambda _event, _context: "x" * 1_000_000), function.sample(), context, capfd)
    assert result.value["statusCode"] == 500
    assert json.loads(result.value["body"]).keys() == {"correlation_id"}
    assert [line["error"] for line in result.named("function_failed")] == ["AnswerTooLarge"]
