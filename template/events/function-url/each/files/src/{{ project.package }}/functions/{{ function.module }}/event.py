"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """Every field that a request may have; any other is refused.

    A field comes from the body, `Annotated[Ident, Query()]` from the query, `Annotated[Caller, Identity()]` from IAM:
    all in guard.web. Text is a `Line`, `Text` or `Ident`.
    """

    id: Ident
