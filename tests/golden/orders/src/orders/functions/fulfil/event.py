"""The model of what fulfil takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class Fulfil(Payload):
    """Every field that a message's body may have; any other is refused. Text is a `Line`, `Text` or `Ident`."""

    id: Ident
