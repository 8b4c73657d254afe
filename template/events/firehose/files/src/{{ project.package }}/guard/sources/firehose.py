"""Records on their way through Data Firehose, which delivers what the function makes of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationError
from pydantic_core import to_json

from ..disposal import Attempt, Done, Raise
from ..encoded import from_base64
from ..limits import KIB, MIB, Limits
from ..log_format import Vetted
from ..logs import log
from ..models import Envelope
from ..rejection import Problem, Rejected, refusing
from ..source import E, Item, Source, records

#: Of an answer, which Lambda cuts off at 6 MB.
_MOST_BYTES = 6_000_000
#: What is written around the id and the data of a record in it.
_AROUND = 64


class _Named(Envelope):
    record_id: Annotated[str, Field(alias="recordId", pattern=r"^[A-Za-z0-9._:/+=-]{1,256}$")]


class FirehoseRecord(_Named):
    """One record. What a Kinesis stream before this one says is left out: the partition key is the sender's."""

    data: str
    #: Milliseconds since 1970, to the end of the calendar.
    arrived: Annotated[int, Field(ge=0, le=253_402_300_799_999)] | None = Field(
        None, alias="approximateArrivalTimestamp"
    )


class Transformation(Envelope):
    """What stands beside the records."""

    stream: Annotated[str, Field(pattern=r"^[A-Za-z0-9:/._-]{1,512}$")] | None = Field(None, alias="deliveryStreamArn")


class Mark(Raise):
    """Every record is answered, once and in order: delivered, dropped, or marked as failed and kept as it was sent.

    A part of a record that was refused on its own is not delivered; the rest of it is. An event that cannot be answered
    record by record fails as a whole: Firehose tries again, then keeps all of it.
    """

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        outcomes = [attempt(item) for item in items]
        room = _MOST_BYTES - sum(len(item.id) + _AROUND for item in items)
        answers: list[dict[str, str]] = []
        for item, outcome in zip(items, outcomes, strict=True):
            answer = {"recordId": item.id, "result": "ProcessingFailed"}
            if isinstance(outcome, Done) and isinstance(outcome.value, bytes):
                data = b64encode(outcome.value).decode("ascii")
                if len(data) <= room:
                    room -= len(data)
                    answer |= {"result": "Ok", "data": data}
                else:
                    _too_large(item)
            elif isinstance(outcome, Done) and not outcome.apart:
                answer["result"] = "Dropped"
            answers.append(answer)
        for item, answer in zip(items, answers, strict=True):
            # What is delivered comes first: Firehose has the others' data itself.
            data = _sent(item) if answer["result"] == "ProcessingFailed" else ""
            if data and len(data) <= room:
                room -= len(data)
                answer["data"] = data
        return {"records": answers}


class Firehose(Source[E]):
    """What the function returns is delivered: a line of JSON, or bytes as they are; None drops the record."""

    name = "firehose"
    carries = True
    spares = True
    attributes = frozenset({"record_id", "arrived", "stream"})
    disposal: ClassVar[Mark] = Mark()
    #: For each record: 1 MiB as base64, and room for what Firehose writes around it; as many as an event can hold.
    limits = Limits(bytes=4 * MIB // 3 + 64 * KIB, records=50_000)

    def items(self, event: object) -> Sequence[Item[E]]:
        found = records(event, "records", self.limits)
        with refusing("envelope", Transformation):
            stream = Transformation.model_validate(event).stream
        return [self._item(record, stream) for record in found]

    def _item(self, record: object, stream: str | None) -> Item[E]:
        try:
            name = _Named.model_validate(record).record_id
        except ValidationError:
            raise Rejected("envelope", Problem("record_id")) from None
        return Item(
            partial(self._parse, record, stream),
            id=name,
            record=record.get("data") if isinstance(record, dict) else None,
            tags={"record_id": name},
            join=_joined,
        )

    def _parse(self, record: object, stream: str | None) -> Sequence[E]:
        found = self.open(FirehoseRecord, record)
        about = {"record_id": found.record_id, "arrived": found.arrived, "stream": stream}
        data = from_base64(found.data, self.limits.bytes)
        return self.read(data, {name: value for name, value in about.items() if value is not None})


def _joined(values: Sequence[object]) -> bytes | None:
    """What is delivered of one record, which may have carried several payloads."""
    found = [_line(value) for value in values if value is not None]
    return b"".join(found) if found else None


def _line(value: object) -> bytes:
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    return to_json(value, inf_nan_mode="null") + b"\n"


def _sent(item: Item[Any]) -> str:
    """The data as it came, where that is data."""
    with suppress(Rejected):
        if isinstance(item.record, str) and from_base64(item.record, _MOST_BYTES):
            return item.record
    return ""


def _too_large(item: Item[Any]) -> None:
    with log.tagged(item.tags):
        log.error("function_failed", error=Vetted("AnswerTooLarge"), place=Vetted("guard/sources/firehose.py"))


def firehose(data: type[E] | Source[E]) -> Firehose[E]:
    """Records whose data is a model as JSON, or an event of another source: `firehose(cloudwatch_logs(Entry))`."""
    return Firehose(data)
