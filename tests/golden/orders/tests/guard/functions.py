"""The functions of this service, for the tests beside this file."""

from __future__ import annotations

from .harness import Function

FUNCTIONS: list[Function] = [
    Function("place_order", "http_api"),
    Function("fulfil", "sqs"),
    Function("nightly_report", "schedule"),
]
