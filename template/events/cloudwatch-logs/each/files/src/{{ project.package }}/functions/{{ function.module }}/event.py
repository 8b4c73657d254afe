"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from typing import Annotated

from ...guard import Ident, Payload, Text
from ...guard.origin import Attribute
from ...guard.sources.cloudwatch_logs import Message


class {{ function.id }}(Payload):
    """A line as it was written, and what CloudWatch Logs says of it: id, time, log_group, log_stream, owner.

    Where lines are JSON, leave out the Message() and declare every field that they have; any other is refused.
    """

    id: Annotated[Ident, Attribute()]
    line: Annotated[Text, Message()]
