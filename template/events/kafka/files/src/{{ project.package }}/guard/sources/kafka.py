"""Records of Kafka topics, from Amazon MSK or a cluster of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ..encoded import from_base64
from ..limits import KIB, MIB, Limits
from ..models import Envelope
from ..rejection import Problem, Rejected
from ..set_aside import SetAside, kept
from ..source import E, Item, Source

_PARTITION = re.compile(r"[A-Za-z0-9._-]{1,249}-[0-9]{1,19}")
_Number = Annotated[int, Field(ge=0, lt=2**63)]


class KafkaEvent(Envelope):
    """A batch: records by topic and partition, `orders-0`."""

    event_source: Literal["aws:kafka", "SelfManagedKafka"] = Field(alias="eventSource")
    records: dict[str, list[Any]]


class KafkaRecord(Envelope):
    """One record. Its key is left out, and so are its headers: they are the sender's, and unchecked."""

    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
    partition: _Number
    offset: _Number
    #: Milliseconds since 1970, to the end of the calendar; before it, where the producer has no time.
    timestamp: Annotated[int, Field(ge=-1, le=253_402_300_799_000)] | None = None
    timestamp_type: str | None = Field(None, alias="timestampType")
    value: str | None = None


class Again(SetAside):
    """Every record that must come again is named, by its partition and offset."""

    def named(self, undone: Sequence[Item[Any]]) -> Sequence[object]:
        return [{"partition": item.group, "offset": int(item.id)} for item in undone]


class Kafka(Source[E]):
    """A refused record is set aside; an error in business code brings it back, with what follows in its partition."""

    name = "kafka"
    trigger = "pubsub"
    carries = True
    spares = True
    attributes = frozenset({"topic", "partition", "offset", "appended"})
    disposal: ClassVar[Again] = Again(name)
    #: For each record: a broker's usual 1 MiB as base64, and room for what AWS writes around it.
    limits = Limits(bytes=4 * MIB // 3 + 64 * KIB, records=10_000)

    def items(self, event: object) -> Sequence[Item[E]]:
        if not isinstance(event, dict):
            raise Rejected("envelope", Problem("dict_type"))
        found = KafkaEvent.model_validate(event).records
        if max(len(found), sum(map(len, found.values()))) > self.limits.records:
            raise Rejected("size", Problem("too_many_records", ("records",)))
        return list(self._items(found))

    def _items(self, batch: dict[str, list[Any]]) -> Iterator[Item[E]]:
        for partition, records in batch.items():
            for record in records:
                found = kept(record, topic="topic", partition="partition", offset="offset")
                offset = found.place.get("offset")
                name = str(offset) if isinstance(offset, int) and _PARTITION.fullmatch(partition) else ""
                parse = partial(self._parse, partition, record)
                tags = {"partition": partition, "offset": name} if name else {}
                yield Item(parse, id=name, record=found, group=partition, tags=tags)

    def _parse(self, partition: str, record: object) -> Sequence[E]:
        # Headers have a number for each byte, which would count as many values, and nobody reads them.
        seen = {key: record[key] for key in record if key != "headers"} if isinstance(record, dict) else record
        found = self.open(KafkaRecord, seen)
        if partition != f"{found.topic}-{found.partition}":
            raise Rejected("envelope", Problem("partition"))
        if found.value is None:
            return []
        about: dict[str, object] = {"topic": found.topic, "partition": found.partition, "offset": found.offset}
        # Any other time is the producer's own word.
        if found.timestamp is not None and found.timestamp_type == "LOG_APPEND_TIME":
            about["appended"] = datetime.fromtimestamp(found.timestamp / 1000, UTC).isoformat()
        return self.read(from_base64(found.value, self.limits.bytes), about)


def kafka(value: type[E] | Source[E]) -> Kafka[E]:
    """Records whose value is a model as JSON, or an event of another source; one without a value calls nothing."""
    return Kafka(value)
