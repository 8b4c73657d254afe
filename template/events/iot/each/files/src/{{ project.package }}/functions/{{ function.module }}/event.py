"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from typing import Annotated

from ...guard import Ident, Payload
from ...guard.names import Topic
from ...guard.origin import Attribute


class {{ function.id }}(Payload):
    """Every field that a message, JSON, may have; any other is refused. Text is a `Line`, `Text` or `Ident`.

    What AWS IoT says of it comes by `Annotated[…, Attribute()]`: topic, client, principal, received, trace.
    """

    id: Ident
    topic: Annotated[Topic, Attribute()]
