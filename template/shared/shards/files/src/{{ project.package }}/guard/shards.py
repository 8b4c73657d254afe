"""What records of Kinesis and of DynamoDB's streams have in common: a shard, and a sequence number in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from .set_aside import kept
from .source import E, Item

_NUMBER = re.compile(r"[0-9]{1,129}")

SequenceNumber = Annotated[str, Field(pattern=r"^[0-9]{1,129}$")]
StreamArn = Annotated[str, Field(pattern=r"^arn:[A-Za-z0-9-]+:[a-z]+:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.:/-]{1,400}$")]
#: Seconds since 1970, to the end of the calendar.
Seconds = Annotated[float, Field(ge=0, le=253_402_300_799)]


def shard_item(record: object, sequence_number: str, parse: Callable[[], Sequence[E]]) -> Item[E]:
    """An item for `record`, named by what it has at the path `sequence_number`; one without a name can be set aside."""
    found = kept(record, stream="eventSourceARN", event="eventID", sequence_number=sequence_number)
    number = found.place.get("sequence_number")
    name = number if isinstance(number, str) and _NUMBER.fullmatch(number) else ""
    return Item(parse, id=name, record=found, tags={"sequence_number": name} if name else {})


def moment(seconds: float | None) -> str | None:
    """The time as text; None where there is none."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
