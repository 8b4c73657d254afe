"""A longer fuzz run than a service's own: random at every run, each event straight into the guard of its function.

Runs inside the service that has every event source, where its package can be imported.
"""

# mypy: ignore-errors
from __future__ import annotations

import pytest
from everything.guard.rejection import Rejected, refusing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.guard.functions import FUNCTIONS
from tests.guard.harness import Function
from tests.guard.mutations import VALUES, changed, changed_payload
from tests.guard.test_mutations import WORD

at_length = settings(
    max_examples=50,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
#: One function of each source.
SOURCES = list({function.source: function for function in FUNCTIONS}.values())
each_function = pytest.mark.parametrize("function", SOURCES, ids=lambda function: function.source)


def _read(function: Function, event: object) -> None:
    """Parse every item of `event`. Only a refusal may come out, in words that the guard has for it."""
    problems = []
    try:
        with refusing("envelope"):
            items = function.handler().source.items(event)
    except Rejected as refusal:
        problems += refusal.problems
        items = ()
    for item in items:
        try:
            with refusing("payload"):
                item.parse()
        except Rejected as refusal:
            problems += refusal.problems
    assert all(WORD.match(problem.type) for problem in problems), problems


@each_function
@at_length
@given(data=st.data())
def test_events(function: Function, data: st.DataObject) -> None:
    _read(function, data.draw(changed(function.sample())))


@each_function
@at_length
@given(data=st.data())
def test_payloads(function: Function, data: st.DataObject) -> None:
    _read(function, data.draw(changed_payload(function.carrier(), function.sample())))


@each_function
@at_length
@given(event=VALUES)
def test_anything_at_all(function: Function, event: object) -> None:
    _read(function, event)
