"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """Every field that an event's detail may have; any other is refused. Text is a `Line`, `Text` or `Ident`."""

    id: Ident
