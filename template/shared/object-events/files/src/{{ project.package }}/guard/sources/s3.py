"""What happens to the objects of an S3 bucket."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import AliasChoices, Field
from pydantic_core import PydanticCustomError

from ..asynchronous import AsynchronousSource, Moment
from ..limits import MIB, Limits
from ..models import Envelope
from ..names import decoded_key
from ..rejection import UNSAFE_TEXT, Problem, Rejected
from ..source import E, records

_TEST = "s3:TestEvent"


class _Bucket(Envelope):
    #: Buckets of the first years have capitals and underscores.
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$")]


class _Object(Envelope):
    key: str
    size: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    etag: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")] | None = Field(None, alias="eTag")
    version_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,1024}$")] | None = Field(None, alias="versionId")
    sequencer: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{1,64}$")] | None = None


class _Place(Envelope):
    bucket: _Bucket
    #: Intelligent-Tiering's events have another name for it.
    thing: _Object = Field(validation_alias=AliasChoices("object", "get_object"))


class S3Record(Envelope):
    """One thing that happened to one object. Its key is the uploader's choice; all else is S3's own."""

    event_source: Literal["aws:s3"] = Field(alias="eventSource")
    event_name: Annotated[str, Field(alias="eventName", pattern=r"^(?:s3:)?[A-Za-z]{1,40}(?::[A-Za-z]{1,40})?$")]
    time: Moment = Field(alias="eventTime")
    place: _Place = Field(alias="s3")


class S3TestEvent(Envelope):
    """What S3 sends to a topic or queue when its notifications are set up, and means nothing to a function."""

    service: Literal["Amazon S3"] = Field(alias="Service")
    event: Literal["s3:TestEvent"] = Field(alias="Event")


class S3(AsynchronousSource[E]):
    """An object's key is decoded once, and refused where that leaves an escape."""

    name = "s3"
    trigger = "datasource"
    described = frozenset(
        {"bucket", "etag", "event_name", "id", "key", "sequencer", "size", "time", "version_id"},
    )
    limits = Limits(bytes=MIB, records=1_000)

    def payloads(self, event: object) -> list[E]:
        if isinstance(event, dict) and event.get("Event") == _TEST:
            self.open(S3TestEvent, event)
            return []
        found = records(event, "Records", self.limits)
        return [payload for record in found for payload in self._payload(self.open(S3Record, record))]

    def _payload(self, record: S3Record) -> list[E]:
        # As Python has them: model_dump looks at each, and all are plain.
        known = {**vars(record.place.thing), "bucket": record.place.bucket.name}
        known |= {"event_name": record.event_name, "time": record.time}
        return self.describe({**known, "id": _id(known), "key": _key(record.place.thing.key)})


def _id(known: dict[str, Any]) -> str:
    """The same for an event that S3 delivers twice, and for no other."""
    return sha256("\n".join(str(known[name]) for name in sorted(known)).encode("utf-8", "surrogatepass")).hexdigest()


def _key(encoded: str) -> str:
    try:
        key = decoded_key(encoded)
    except PydanticCustomError as error:
        raise Rejected("payload", Problem(error.type)) from None
    if "%" in key and unquote(key) != key:
        raise Rejected("payload", Problem(UNSAFE_TEXT))
    return key


def s3(model: type[E]) -> S3[E]:
    """What S3 says of an object as `model`, by the names of its fields: bucket, key, size, etag, version_id, sequencer,
    event_name, time, and `id`, the same whenever S3 delivers the same event again.
    """
    return S3(model)
