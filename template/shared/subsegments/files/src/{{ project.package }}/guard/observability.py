"""Spans for X-Ray: subsegments of what Lambda's own active tracing records of an invocation.

They are sent without the X-Ray SDK, which is in maintenance and adds 380 ms to a cold start: a subsegment is a small
JSON document, and Lambda's daemon takes it by UDP.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from .context import Context, Handler
from .emf import measured
from .tracing import Scalar, Span, Within, in_lambda

__all__ = ["measured", "opened", "traced"]

_HEAD = b'{"format": "json", "version": 1}\n'
_TRACE = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}\Z")
_SPAN = re.compile(r"[0-9a-f]{16}\Z")
_NOT_IN_A_NAME = re.compile(r"[^\w\s.:/%&#=+\\@-]")


class Subsegment:
    """A span as X-Ray knows it, sent when it ends."""

    def __init__(self, name: str, trace: str, parent: str) -> None:
        self._document: dict[str, Any] = {
            "type": "subsegment",
            "name": _NOT_IN_A_NAME.sub("_", name),
            "id": _new_id(),
            "trace_id": trace,
            "parent_id": parent,
            "start_time": time.time(),
        }

    @property
    def ids(self) -> Mapping[str, str]:
        return {"span_id": self._document["id"]}

    def annotate(self, fields: Mapping[str, Scalar]) -> None:
        self._document.setdefault("annotations", {}).update(fields)

    def fail(self, error: str) -> None:
        if "cause" not in self._document:
            self._document |= {"fault": True, "cause": {"exceptions": [{"id": _new_id(), "type": error}]}}

    def end(self) -> None:
        self._document["end_time"] = time.time()
        host, _, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].rpartition(":")
        _socket().sendto(_HEAD + json.dumps(self._document).encode(), (host, int(port)))

    def below(self, name: str) -> Subsegment:
        return Subsegment(name, self._document["trace_id"], self._document["id"])


def traced(handler: Handler) -> Handler:
    """`handler` with a subsegment around each invocation that X-Ray samples."""

    def within(event: object, context: Context) -> Any:
        with Within(lambda: _root(context)):
            return handler(event, context)

    return within


def opened(name: str, parent: Span) -> Span | None:
    """A subsegment of `parent`."""
    return parent.below(name) if isinstance(parent, Subsegment) else None


def _root(context: Context) -> Span | None:
    """The span of an invocation, below Lambda's own of the function. Who calls can choose the trace's id, so that its
    form is looked at; whether it is recorded is what Lambda says.
    """
    header = os.environ.get("_X_AMZN_TRACE_ID", "")
    told = dict(part.split("=", 1) for part in header.split(";") if "=" in part)
    trace, parent = told.get("Root", ""), told.get("Parent", "")
    known = _TRACE.match(trace) and _SPAN.match(parent) and told.get("Sampled") == "1"
    if not known or "AWS_XRAY_DAEMON_ADDRESS" not in os.environ or not in_lambda():
        return None
    root = Subsegment("handler", trace, parent)
    root.annotate({"correlation_id": context.aws_request_id})
    return root


def _new_id() -> str:
    return os.urandom(8).hex()


@cache
def _socket() -> socket.socket:
    """It never waits: a document that cannot be taken at once is lost."""
    sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sending.setblocking(False)
    return sending
