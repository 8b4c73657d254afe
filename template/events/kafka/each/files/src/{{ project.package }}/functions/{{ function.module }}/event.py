"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """Every field that a record's value, JSON, may have; any other is refused. Text is a `Line`, `Text` or `Ident`.

    What the broker says of the record comes by `Annotated[…, Attribute()]`: topic, partition, offset, appended.
    """

    id: Ident
