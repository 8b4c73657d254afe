"""Requests to an HTTP API."""

from __future__ import annotations

from ..harness import Event, with_value
from ..payload_v2 import AUTHORIZER, PayloadV2


class HttpApi(PayloadV2):
    def called_by(self, sample: Event, name: str) -> Event | None:
        token = {"claims": {"sub": name, "iss": "https://example.com"}, "scopes": []}
        return with_value(sample, AUTHORIZER, {"jwt": token})


CARRIER = HttpApi()
