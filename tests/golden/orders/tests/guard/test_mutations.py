"""Whatever arrives is accepted or refused, in words that the guard has for it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.guard import Context

from .functions import FUNCTIONS
from .harness import Function, attacked
from .mutations import changed, changed_payload

#: pydantic's words and the guard's own. The name of an exception here is a parser or validator that broke.
WORD = re.compile(r"[a-z0-9_]+\Z")
#: The same ones at every run: a test that fails today and not tomorrow helps nobody.
quietly = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)


def _check(function: Function, event: object, context: Context, capture: pytest.CaptureFixture[str]) -> None:
    result = attacked(function, event, context, capture)
    refusals = result.named("event_rejected")
    assert result.lines == refusals
    assert all(WORD.match(error["type"]) for line in refusals for error in line["errors"]), refusals
    if result.error is not None:
        assert refusals
        assert type(result.error).__name__ == "EventRejected"


@each_function
@quietly
@given(data=st.data())
def test_a_changed_event(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    _check(function, data.draw(changed(function.sample())), context, capfd)


@each_function
@quietly
@given(data=st.data())
def test_a_changed_payload(
    function: Function, context: Context, capfd: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    _check(function, data.draw(changed_payload(function.carrier(), function.sample())), context, capfd)
