"""The model of what place-order takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class PlaceOrder(Payload):
    """Every field that a request may have; any other is refused.

    A field comes from the body, `Annotated[Ident, Path()]` from the route, `Annotated[Ident, Query()]` from the query,
    `Annotated[Caller, Identity()]` from the authorizer: all in guard.web. Text is a `Line`, `Text` or `Ident`.
    """

    id: Ident
