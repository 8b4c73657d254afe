"""The model of what fulfil takes."""

from ...guard import Ident, Payload


class Fulfil(Payload):
    """Every field that a message's body may have; any other is refused. Text is a `Line`, `Text` or `Ident`."""

    id: Ident
