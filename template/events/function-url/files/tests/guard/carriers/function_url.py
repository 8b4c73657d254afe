"""Requests to a function's URL."""

from __future__ import annotations

from ..payload_v2 import PayloadV2

CARRIER = PayloadV2()
