"""What `make smoke` calls the deployed functions with never reaches business code, and what it looks for is there."""

from __future__ import annotations

import json

import pytest

from {{ project.package }}.guard import Context

from .functions import FUNCTIONS
from .harness import Function, attacked
from tools.deployment import smoke


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.module)
def test_the_probe_is_refused(function: Function, context: Context, capfd: pytest.CaptureFixture[str]) -> None:
    result = attacked(function, json.loads(smoke.PROBE), context, capfd)
    assert result.calls == 0
    answer = {"errorType": type(result.error).__name__} if result.error else result.value
    assert smoke.refusal(answer, result.output) == ""
