"""Messages of an SQS queue, with partial batch responses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from ..disposal import FailItem
from ..limits import KIB, MIB, Limits
from ..models import Envelope
from ..rejection import Problem, Rejected
from ..source import E, Item, Source, records
from ..text import Ident

_NAME = TypeAdapter(Ident)


class SqsRecord(Envelope):
    """One message. Its attributes are the sender's too, and unchecked: what a function needs belongs into the body."""

    event_source: Literal["aws:sqs"] = Field(alias="eventSource")
    body: str


class Sqs(Source[E]):
    """A refused message, or one that business code failed on, is reported alone; its neighbours are done with.

    In a FIFO queue those behind it in its group are reported too, untouched.
    """

    name = "sqs"
    trigger = "pubsub"
    carries = True
    disposal: ClassVar[FailItem] = FailItem()
    #: For each message: SQS's own limit, towards which attributes count in base64, and room for what AWS adds.
    limits = Limits(bytes=4 * MIB // 3 + 64 * KIB, records=10_000)

    def items(self, event: object) -> Sequence[Item[E]]:
        """Each message by its id; an event whose messages cannot even be named is refused whole."""
        return [self._item(record) for record in records(event, "Records", self.limits)]

    def _item(self, record: Any) -> Item[E]:
        try:
            name = _NAME.validate_python(record["messageId"])
        except (LookupError, TypeError, ValidationError):
            raise Rejected("envelope", Problem("message_id")) from None
        return Item(partial(self._parse, record), id=name, group=_group(record), tags={"message_id": name})

    def _parse(self, record: object) -> Sequence[E]:
        return self.read(self.open(SqsRecord, record).body)


def _group(record: Any) -> str:
    """The group of a FIFO queue's message: its order is kept. A fair queue has groups too, and no order."""
    queue, attributes = record.get("eventSourceARN"), record.get("attributes")
    if isinstance(queue, str) and queue.endswith(".fifo") and isinstance(attributes, dict):
        return str(attributes.get("MessageGroupId", ""))
    return ""


def sqs(body: type[E] | Source[E]) -> Sqs[E]:
    """Messages whose body is a model as JSON, or an event of another source: `sqs(Order)`, `sqs(sns(Order))`."""
    return Sqs(body)
