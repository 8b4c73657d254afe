"""Function URLs, payload format 2.0."""

from __future__ import annotations

from ..payload_v2 import PayloadV2
from ..request import WebSource
from ..source import E


class FunctionUrl(WebSource[E]):
    """What a function's URL lets through, by any path and method: who calls is the IAM principal that signed."""

    name = "function-url"
    parts = frozenset({"query", "identity"})
    envelope = PayloadV2


def function_url(model: type[E]) -> FunctionUrl[E]:
    """Requests to a function's URL as `model`: fields come from the body, unless it says otherwise (guard.web)."""
    return FunctionUrl(model)
