"""API Gateway HTTP APIs, payload format 2.0."""

from __future__ import annotations

from ..payload_v2 import PayloadV2
from ..request import WebSource
from ..source import E


class HttpApi(WebSource[E]):
    """What an HTTP API lets through: who calls is what its JWT or IAM authorizer found out."""

    name = "http-api"
    parts = frozenset({"path", "query", "claims", "identity"})
    envelope = PayloadV2


def http_api(model: type[E]) -> HttpApi[E]:
    """Requests to an HTTP API as `model`: fields come from the body, unless the model says otherwise (guard.web)."""
    return HttpApi(model)
