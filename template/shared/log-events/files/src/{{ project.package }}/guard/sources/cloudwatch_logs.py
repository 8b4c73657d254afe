"""Log events that a subscription of CloudWatch Logs delivers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ..disposal import Attempt, Failed, Raise
from ..encoded import Inflation, from_base64
from ..limits import MIB, Limits
from ..models import Envelope
from ..origin import Origin
from ..rejection import Problem, Rejected, refusing
from ..set_aside import Kept, SetAside, kept
from ..source import E, Item, Source, records
from ..strict_json import at_most, decoded, parse
from ..text import Ident, Visible

_NUMBER = re.compile(r"[0-9]{1,64}")
#: What reading a value of JSON takes, and handling a line, in bytes that are decompressed in that time.
_VALUE, _LINE = 16, 256


class Message(Origin):
    """The line as it was written: `line: Annotated[Text, Message()]`. For a model without one, a line is JSON."""

    part = "message"


class _Data(Envelope):
    data: str


class Subscription(Envelope):
    """What Lambda delivers: gzip as base64."""

    awslogs: _Data


class Delivery(Envelope):
    """What is in there: log events of one log stream, which whoever writes logs may have named."""

    message_type: Literal["DATA_MESSAGE"] = Field(alias="messageType")
    owner: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    log_group: Annotated[str, Field(alias="logGroup", pattern=r"^[A-Za-z0-9._/#-]{1,512}$")]
    log_stream: Annotated[Visible, Field(alias="logStream", min_length=1, max_length=512)]


class LogEvent(Envelope):
    """One line, or what its writer took for one. Fields that a filter finds in it are left out: they say no more."""

    id: Ident
    #: Milliseconds since 1970, to the end of the calendar.
    time: Annotated[int, Field(alias="timestamp", ge=0, le=253_402_300_799_999)]
    message: str


class _Check(Envelope):
    message: Annotated[str, Field(pattern=r"^CWL CONTROL MESSAGE: [ -~]{1,500}$")]


class Control(Envelope):
    """A check of the destination's health, which comes from no log. Anything else could pass unseen under its name."""

    log_group: Literal[""] = Field(alias="logGroup")
    log_stream: Literal[""] = Field(alias="logStream")
    log_events: Annotated[list[_Check], Field(alias="logEvents", max_length=10)]


class SetLinesAside(Raise):
    """A refused log event goes to the failure queue, and the rest of the delivery is done. An error in business code
    brings the whole delivery back, once all of it has been tried; then nothing is set aside yet.
    """

    def __init__(self, source: str) -> None:
        self._aside = SetAside(source)

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        outcomes = [attempt(item) for item in items]
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                self._conclude(outcome, correlation_id)
        settled = iter(outcomes)
        # What the queue did not take has no name to ask for it again: it fails the delivery.
        self._aside.settle(items, lambda _item: next(settled), correlation_id)
        return None


class CloudWatchLogs(Source[E]):
    """The function is called once for each log event. The check of a destination's health is done without it."""

    name = "cloudwatch-logs"
    parts = frozenset({Message.part})
    attributes = frozenset({"id", "log_group", "log_stream", "owner", "time"})
    disposal: ClassVar[SetLinesAside] = SetLinesAside(name)
    #: For each log event: its 1 MiB, and as much again for the fields that a filter found in it.
    limits = Limits(bytes=2 * MIB, records=20_000)

    def __init__(self, model: type[E]) -> None:
        super().__init__(model)
        self._lines = any(filled.part == Message.part for filled in self.origins.values())
        if self._lines and len(self.origins) < len(model.model_fields):
            raise TypeError(f"{model.__name__}: with a Message() no line is JSON: its other fields are Attribute()s")
        #: For a delivery: what it is once it is decompressed, and all of its values.
        self._whole = self.limits._replace(bytes=4 * self.limits.bytes, nodes=10 * self.limits.records)
        self.begin()

    def begin(self) -> None:
        largest = self._whole.bytes + _VALUE * self._whole.nodes + _LINE * self.limits.records
        self._inflation = Inflation(self._whole.bytes, 2 * largest)

    def items(self, event: object) -> Sequence[Item[E]]:
        return self.carried(from_base64(self.open(Subscription, event).awslogs.data, self._whole.bytes))

    def carried(self, data: bytes) -> Sequence[Item[E]]:
        """Streams get the gzip itself."""
        text = decoded(self._inflation.inflated(data))
        self._inflation.weigh(_VALUE * min(at_most(text)[1], self._whole.nodes))
        found = parse(text, self._whole)
        if isinstance(found, dict) and found.get("messageType") == "CONTROL_MESSAGE":
            with refusing("envelope", Control):
                Control.model_validate(found)
            return []
        with refusing("envelope", Delivery):
            delivery = Delivery.model_validate(found)
        lines = records(found, "logEvents", self.limits)
        self._inflation.weigh(_LINE * len(lines))
        return [self._item(line, delivery) for line in lines]

    def _item(self, record: object, delivery: Delivery) -> Item[E]:
        name = record.get("id") if isinstance(record, dict) else None
        return Item(
            partial(self._parse, record, delivery),
            record=partial(_kept, record, delivery),
            tags={"log_event_id": name} if isinstance(name, str) and _NUMBER.fullmatch(name) else {},
            alone=True,
        )

    def _parse(self, record: object, delivery: Delivery) -> Sequence[E]:
        """The delivery has been measured; left is how long one line may be."""
        with refusing("envelope", LogEvent):
            found = LogEvent.model_validate(record)
        if len(found.message) > self.limits.bytes:
            raise Rejected("size", Problem("too_large"))
        about: dict[str, object] = {
            "id": found.id,
            "log_group": delivery.log_group,
            "log_stream": delivery.log_stream,
            "owner": delivery.owner,
            "time": found.time,
        }
        if not self._lines:
            return self.read(found.message, about)
        values = {
            key: found.message if filled.part == Message.part else about[filled.name]
            for key, filled in self.origins.items()
        }
        with refusing("payload", self.model):
            return [self.model.model_validate(values)]


def _kept(record: object, delivery: Delivery) -> Kept:
    """The line and where it stands, for the failure queue."""
    place = kept(record, id="id", timestamp="timestamp").place
    return Kept({"log_group": delivery.log_group, "log_stream": delivery.log_stream, **place}, record)


def cloudwatch_logs(message: type[E]) -> CloudWatchLogs[E]:
    """Log events whose message is a model as JSON, or as it is the model's `Message()`."""
    return CloudWatchLogs(message)
