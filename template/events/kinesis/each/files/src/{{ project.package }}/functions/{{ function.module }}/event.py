"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """Every field that a record's data, JSON, may have; any other is refused. Text is a `Line`, `Text` or `Ident`.

    What Kinesis says of the record comes by `Annotated[…, Attribute()]`: sequence_number, arrived, stream.
    """

    id: Ident
