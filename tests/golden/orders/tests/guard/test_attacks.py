"""Every hostile event ends as one line, `event_rejected`, and nothing else happens."""

from __future__ import annotations

import json

import pytest

from orders.guard import Context

from .attacks import attacks
from .functions import FUNCTIONS
from .harness import Attack, Function, attacked, run

#: Enough for any machine, and far less than an event takes that is read in the square of its size.
MOST_SECONDS = 2


ALL = [
    pytest.param(function, attack, id=f"{function.module}-{attack.name}")
    for function in FUNCTIONS
    for attack in attacks(function)
]


@pytest.mark.parametrize(("function", "attack"), ALL)
def test_a_hostile_event_is_refused(
    function: Function, attack: Attack, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """A failure here names a hole in the model of that function; guard's text types close most of them."""
    result = attacked(function, attack.event(), context, capfd)
    refusals = result.named("event_rejected")
    assert refusals, f"{attack.name} got through: {attack.why}. Say in the model what the field may hold."
    assert len(refusals) == 1
    assert result.lines == refusals, "a refused event leaves one line"
    assert refusals[0]["level"] == "WARNING"
    assert refusals[0]["source"] == function.handler().source.name
    assert refusals[0]["stage"] in attack.stages, f"refused too late or too early: {attack.why}"
    assert all(error.keys() <= {"loc", "type"} for error in refusals[0]["errors"])
    assert len(json.dumps(refusals)) < 5_000, "an attacker can fill the log"
    assert result.seconds < MOST_SECONDS, f"{attack.name} keeps the function busy: {attack.why}"
    function.carrier().check_refused(result, attack)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_the_sample_event_is_accepted(function: Function, context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    """Without this the attacks would prove nothing: they are changes to the sample event."""
    result = attacked(function, function.sample(), context, capfd)
    assert result.error is None
    assert result.calls > 0, result.output


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_the_sample_event_is_handled(function: Function, context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    """The real handler, against the service's own tables and queues."""
    result = run(function.handler(), function.sample(), context, capfd)
    assert result.error is None
    assert not result.named("function_failed"), result.output
