"""What a function that answers requests may count on."""

from __future__ import annotations

import pytest

from orders.guard import Context

from .functions import FUNCTIONS
from .harness import Function, run
from .web import FORGED, JSON, WebCarrier


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize(
    "function",
    [function for function in FUNCTIONS if isinstance(function.carrier(), WebCarrier)],
    ids=lambda function: function.module,
)
def test_no_header_says_who_calls(
    function: Function, name: str, context: Context, capfd: pytest.CaptureFixture[str]
) -> None:
    """A request with a forged header is the same request to the function."""
    carrier, seen = function.carrier(), []
    assert isinstance(carrier, WebCarrier)
    handler = function.around(lambda event, _context: seen.append(event))
    for headers in (JSON, {**JSON, name: FORGED[name]}):
        assert run(handler, carrier.headed(function.sample(), headers), context, capfd).value["statusCode"] < 300
    assert seen[0] == seen[1]
