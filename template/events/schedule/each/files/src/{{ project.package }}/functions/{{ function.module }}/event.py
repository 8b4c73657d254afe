"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from pydantic import AwareDatetime

from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """When the function was due. What a schedule sends as `detail` is declared here too; any other field is refused."""

    id: Ident
    time: AwareDatetime
