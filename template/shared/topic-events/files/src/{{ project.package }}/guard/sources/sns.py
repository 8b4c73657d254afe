"""Messages of an SNS topic."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from ..asynchronous import AsynchronousSource, Moment
from ..limits import MIB, Limits
from ..models import Envelope
from ..source import E, Item, Source, records
from ..strict_json import decoded, parse
from ..text import Ident

_TOPIC = r"^arn:aws(?:-[a-z]+)*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$"


class Notification(Envelope):
    """A message as SNS hands it on. The subject and the message attributes are the publisher's, and unchecked: what a
    function needs belongs into the message. The addresses beside it (of a certificate, to unsubscribe) can be forged on
    the way through a queue, and nobody here asks them.
    """

    type: Literal["Notification"] = Field(alias="Type")
    message_id: Ident = Field(alias="MessageId")
    topic: Annotated[str, Field(alias="TopicArn", pattern=_TOPIC)]
    time: Moment = Field(alias="Timestamp")
    message: str = Field(alias="Message")


class SnsRecord(Envelope):
    """What Lambda puts around it."""

    event_source: Literal["aws:sns"] = Field(alias="EventSource")
    notification: Notification = Field(alias="Sns")


class Sns(AsynchronousSource[E]):
    """Lambda gets one message at a time; in a queue each is a document of its own."""

    name = "sns"
    trigger = "pubsub"
    attributes = frozenset({"message_id", "time", "topic"})
    carries = True
    limits = Limits(bytes=MIB, records=10)

    def payloads(self, event: object) -> list[E]:
        found = records(event, "Records", self.limits)
        opened = [self.open(SnsRecord, record).notification for record in found]
        return [payload for notification in opened for payload in self._read(notification)]

    def carried(self, data: bytes) -> list[Item[E]]:
        """A message in a queue that is subscribed to the topic, without raw delivery."""
        notification = self.open(Notification, parse(decoded(data), self.limits))
        return [Item(partial(self._read, notification))]

    def _read(self, notification: Notification) -> list[E]:
        return self.read(notification.message, notification.model_dump(include=set(self.attributes)))


def sns(message: type[E] | Source[E]) -> Sns[E]:
    """Messages that are a model as JSON, or an event of another source: `sns(Order)`, `sns(s3(Upload))`."""
    return Sns(message)
