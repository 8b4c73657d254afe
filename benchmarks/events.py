"""What one event costs on its way to the function: `events.py SERVICE` prints seconds, ours and the stock parser's.

Runs in an environment of the service's own, with both sides in one process, turn by turn.
"""

# mypy: ignore-errors

from __future__ import annotations

import base64
import gzip
import importlib
import json
import statistics
import sys
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parser import BaseModel, event_parser, parse
from aws_lambda_powertools.utilities.parser.envelopes import ApiGatewayV2Envelope, CloudWatchLogsEnvelope, SqsEnvelope
from aws_lambda_powertools.utilities.parser.models import S3Model

SERVICE = Path(sys.argv[1])
sys.path.insert(0, str(SERVICE / "src"))

from bench.guard import Ident, Line, Payload, guarded  # noqa: E402 - the service's own

ROUNDS = 15
#: Of each side in a round.
SECONDS = 0.04
ORDER = {
    "id": "7f3c2a90-5d1e-4b8a-9c66-1e0f4d2b8a71",
    "customer": "c-1029",
    "quantity": 3,
    "express": True,
    "note": "Leave it at the door, please.",
}


class Order(Payload):
    """What a service owns, as a generated service writes it."""

    id: Ident
    customer: Ident
    quantity: int
    express: bool
    note: Line


class StockOrder(BaseModel):
    """The same fields, as the Parser's documentation writes them."""

    id: str
    customer: str
    quantity: int
    express: bool
    note: str


class Context:
    """What both loggers ask the runtime for."""

    aws_request_id = "495b12a8-xmpl-4eca-8168-160484189f99"
    function_name = "bench"
    function_version = "1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:bench"
    memory_limit_in_mb = 256


@dataclass(frozen=True)
class Row:
    """An event source: a function of the service, how its sample event carries an order, and the stock parser's words.

    Without `carry` the sample stays as it is, and the function's own model is used.
    """

    module: str
    stock: dict[str, Any]
    carry: Callable[[dict[str, Any], str], dict[str, Any]] | None = None


def _request(sample: dict[str, Any], body: str) -> dict[str, Any]:
    return {**sample, "body": body}


def _ten(sample: dict[str, Any], body: str) -> dict[str, Any]:
    return {"Records": [{**sample["Records"][0], "messageId": f"message-{n}", "body": body} for n in range(10)]}


def _lines(sample: dict[str, Any], body: str) -> dict[str, Any]:
    told = json.loads(gzip.decompress(base64.b64decode(sample["awslogs"]["data"])))
    told["logEvents"] = [{**told["logEvents"][0], "id": str(n), "message": body} for n in range(10)]
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(told).encode())).decode()}}


ROWS = {
    "HTTP API request": Row("web", {"model": StockOrder, "envelope": ApiGatewayV2Envelope}, _request),
    "SQS batch of 10": Row("work", {"model": StockOrder, "envelope": SqsEnvelope}, _ten),
    "S3 event": Row("upload", {"model": S3Model}),
    "CloudWatch Logs, 10 lines": Row("logs", {"model": StockOrder, "envelope": CloudWatchLogsEnvelope}, _lines),
}


def measured(row: Row) -> dict[str, tuple[float, float]]:
    """Seconds for an event, ours and theirs: until it is parsed, and for the whole handler around an empty function."""
    own = importlib.import_module(f"bench.functions.{row.module}.handler").handler.source
    event = json.loads((SERVICE / f"events/{row.module}.json").read_text(encoding="utf-8"))
    if row.carry:
        own, event = type(own)(Order), row.carry(event, json.dumps(ORDER))
    logger, context = Logger(service="bench"), Context()

    def parsed() -> list[Any]:
        return [payload for item in own.items(event) for payload in item.parse()]

    ours = guarded(own)(lambda _event, _context: None)
    theirs = logger.inject_lambda_context(event_parser(lambda _event, _context: None, **row.stock))
    return {
        "parsed": _compared(parsed, lambda: parse(event, **row.stock)),
        "handled": _compared(lambda: ours(event, context), lambda: theirs(event, context)),
    }


def _compared(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The medians of both, taken in turn; each is warm by then."""
    sides = (ours, theirs)
    counts = [max(1, round(SECONDS / min(timeit.repeat(side, number=20, repeat=5)) * 20)) for side in sides]
    found: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS):
        for side in (0, 1) if turn % 2 else (1, 0):
            found[side].append(timeit.timeit(sides[side], number=counts[side]) / counts[side])
    return statistics.median(found[0]), statistics.median(found[1])


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: measured(row) for name, row in ROWS.items()}) + "\n")
