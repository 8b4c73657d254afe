"""Records of a Kinesis data stream."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from ..encoded import from_base64
from ..limits import KIB, MIB, Limits
from ..models import Envelope
from ..set_aside import SetAside
from ..shards import Seconds, SequenceNumber, StreamArn, moment, shard_item
from ..source import E, Item, Source, records


class KinesisData(Envelope):
    """What stands in the stream. The partition key is left out: it is the sender's, and unchecked."""

    data: str
    sequence_number: SequenceNumber = Field(alias="sequenceNumber")
    arrived: Seconds | None = Field(None, alias="approximateArrivalTimestamp")


class KinesisRecord(Envelope):
    """One record of a batch; all are of one shard."""

    event_source: Literal["aws:kinesis"] = Field(alias="eventSource")
    stream: StreamArn = Field(alias="eventSourceARN")
    kinesis: KinesisData


class Kinesis(Source[E]):
    """A refused record is set aside; an error in business code brings it back, with what follows it."""

    name = "kinesis"
    trigger = "pubsub"
    carries = True
    spares = True
    attributes = frozenset({"sequence_number", "arrived", "stream"})
    disposal: ClassVar[SetAside] = SetAside(name)
    #: For each record: a stream's usual 1 MiB as base64, and room for what AWS writes around it.
    limits = Limits(bytes=4 * MIB // 3 + 64 * KIB, records=10_000)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [
            shard_item(record, "kinesis.sequenceNumber", partial(self._parse, record))
            for record in records(event, "Records", self.limits)
        ]

    def _parse(self, record: object) -> Sequence[E]:
        found = self.open(KinesisRecord, record)
        about = {
            "sequence_number": found.kinesis.sequence_number,
            "arrived": moment(found.kinesis.arrived),
            "stream": found.stream,
        }
        return self.read(from_base64(found.kinesis.data, self.limits.bytes), about)


def kinesis(data: type[E] | Source[E]) -> Kinesis[E]:
    """Records whose data is a model as JSON, or an event of another source: `kinesis(cloudwatch_logs(Entry))`."""
    return Kinesis(data)
