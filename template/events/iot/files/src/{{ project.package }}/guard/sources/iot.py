"""Messages of MQTT topics in AWS IoT."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ..asynchronous import AsynchronousSource
from ..encoded import from_base64
from ..limits import KIB, Limits
from ..models import Envelope
from ..rejection import UNSAFE_TEXT, Problem, Rejected
from ..source import E
from ..text import Ident, Visible

_MOST_LEVELS = 8


def _no_path(topic: str) -> str:
    levels = topic.split("/")
    if len(levels) > _MOST_LEVELS or "." in levels or ".." in levels:
        raise PydanticCustomError(UNSAFE_TEXT, "the topic has too many levels, or one that leads elsewhere")
    return topic


_Named = Annotated[Visible, Field(max_length=256)]


class IotMessage(Envelope):
    """What the rule in template.yaml makes of a message: the sender's bytes as base64, and what AWS IoT says of it.

    The sender chooses the topic and the client id, as far as its IoT policy lets it; `client` is "N/A" where the
    message did not come by MQTT.
    """

    data: str
    topic: Annotated[_Named, AfterValidator(_no_path)]
    client: _Named | None = None
    principal: _Named | None = None
    #: Milliseconds since 1970, to the end of the calendar.
    received: Annotated[int, Field(ge=0, le=253_402_300_799_999)]
    trace: Ident | None = None


class Iot(AsynchronousSource[E]):
    """Takes the messages of the topics that its rule names: Basic Ingest calls a rule whatever the topic is."""

    name = "iot"
    trigger = "pubsub"
    attributes = frozenset({"client", "principal", "received", "topic", "trace"})
    #: A message's 128 KiB as base64, and room for what the rule writes around them.
    limits = Limits(bytes=4 * 128 * KIB // 3 + 8 * KIB)

    def __init__(self, model: type[E], topic: str) -> None:
        super().__init__(model)
        self._expected = _matched(topic)

    def payloads(self, event: object) -> list[E]:
        message = self.open(IotMessage, event)
        if not self._expected.fullmatch(message.topic):
            raise Rejected("envelope", Problem("string_pattern_mismatch", ("topic",)))
        return self.read(
            from_base64(message.data, self.limits.bytes),
            message.model_dump(include=set(self.attributes), exclude_none=True),
        )


def _matched(topic: str) -> re.Pattern[str]:
    """What a topic filter of MQTT matches: `+` stands for one level, `#` at the end for all that follow; neither stands
    for the first one of a topic of AWS IoT's own.
    """
    start, several, _ = topic.partition("/#")
    text = "/".join("[^/+#]*" if level == "+" else re.escape(level) for level in start.split("/"))
    return re.compile((r"(?!\$)" if start.startswith("+") else "") + text + ("(?:/[^+#]*)?" if several else ""))


def iot(message: type[E], *, topic: str) -> Iot[E]:
    """Messages that are a model as JSON, to topics that match: `iot(Reading, topic="devices/+/readings")`."""
    return Iot(message, topic)
