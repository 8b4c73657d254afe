"""A refused record is set aside in the function's failure queue, and its neighbours go on."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .disposal import Attempt, Failed, FunctionFailed, Raise, Refused
from .failure import kind_of, place
from .log_format import Vetted
from .logs import log

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from .source import Item

#: What SQS takes in one message, and in all messages of one call.
_MOST_BYTES = 1024 * 1024
_MOST_MESSAGES = 10
_PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]{1,2048}")


@dataclass(frozen=True)
class Kept:
    """What the failure queue gets of a refused record: where it stood in the stream, and the record as it came."""

    place: Mapping[str, str | int]
    record: object


def kept(record: object, **paths: str) -> Kept:
    """`record`, and what it has at `paths` (`"kinesis.sequenceNumber"`), where that is a number or short plain text."""
    found: dict[str, str | int] = {}
    for name, path in paths.items():
        value: Any = record
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if (type(value) is int and 0 <= value < 2**63) or (isinstance(value, str) and _PLAIN.fullmatch(value)):
            found[name] = value
    return Kept(found, record)


class SetAside(Raise):
    """A refused record goes to the failure queue and counts as done: reporting it would bring its neighbours back too.
    So does a part of a record that was refused on its own.

    An error in business code stops the item's group: it comes again, and what follows it in the group with it, which
    therefore is neither run nor set aside now. So does a refused record that could not be written. An item's `record`
    is a `Kept`, or makes one. `source` is the name of the source.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        stopped: set[str] = set()
        undone: set[int] = set()
        messages: list[str] = []
        owners: list[int] = []
        for index, item in enumerate(items):
            # What has no name cannot be asked for again, and is refused in any case.
            outcome = None if item.group in stopped and item.id else attempt(item)
            if outcome is None or isinstance(outcome, Failed):
                stopped.add(item.group)
                undone.add(index)
                continue
            for part, refused in [(item, outcome)] if isinstance(outcome, Refused) else outcome.apart:
                messages.append(self._message(item, part, refused, correlation_id))
                owners.append(index)
        undone |= {owners[number] for number in _unwritten(dict(enumerate(messages)))}
        again = [items[index] for index in sorted(undone)]
        if not all(item.id for item in again):
            raise FunctionFailed(f"NotSetAside, correlation id {correlation_id}")
        return {"batchItemFailures": [{"itemIdentifier": name} for name in self.named(again)]}

    def named(self, undone: Sequence[Item[Any]]) -> Sequence[object]:
        """How the stream wants those named that must come again: by the first, from which on it reads again."""
        return [item.id for item in undone[:1]]

    def _message(self, item: Item[Any], part: Item[Any], refused: Refused, correlation_id: str) -> str:
        """What the queue gets of an item or a part of it, in ASCII; without the record where that is no JSON or more
        than a message holds.
        """
        whole, found = _kept(item), _kept(part)
        about = {
            "source": self._source,
            "stage": refused.stage,
            "errors": [problem.public() for problem in refused.problems],
            "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            "correlation_id": correlation_id,
            "place": {**whole.place, **found.place},
        }
        with suppress(RecursionError, TypeError, ValueError):
            message = json.dumps(about | {"record": found.record}, allow_nan=False)
            if len(message) <= _MOST_BYTES:
                return message
        return json.dumps(about)


def _kept(item: Item[Any]) -> Kept:
    record = item.record() if callable(item.record) else item.record
    return record if isinstance(record, Kept) else Kept({}, record)


def _unwritten(messages: Mapping[int, str]) -> Iterator[int]:
    """Write `messages` to the failure queue; gives those that are not there afterwards."""
    failing = False
    for batch in _batches(messages):
        lost = set(batch) if failing else _send(batch)
        failing = failing or lost == set(batch)
        yield from lost


def _batches(messages: Mapping[int, str]) -> Iterator[dict[int, str]]:
    batch: dict[int, str] = {}
    size = 0
    for index, message in messages.items():
        if len(batch) == _MOST_MESSAGES or size + len(message) > _MOST_BYTES:
            yield batch
            batch, size = {}, 0
        batch[index] = message
        size += len(message)
    if batch:
        yield batch


def _send(batch: Mapping[int, str]) -> set[int]:
    """Write one batch; gives what the queue did not take, which has one line in the log."""
    try:
        answer = client().send_message_batch(
            QueueUrl=os.environ["FAILURES_QUEUE"],
            Entries=[{"Id": str(index), "MessageBody": message} for index, message in batch.items()],
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the records must come again
        log.error("function_failed", error=Vetted(kind_of(error)), place=Vetted(place(error)))
        log.why(error)
        return set(batch)
    lost = {int(failed["Id"]) for failed in answer.get("Failed", ())}
    if lost:
        log.error("function_failed", error=Vetted("NotSetAside"), place=Vetted("guard/set_aside.py"))
    return lost


@cache
def client() -> SQSClient:
    """Made when the first record is set aside: most invocations need none."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2, "mode": "standard"})
    return boto3.client("sqs", config=config)
