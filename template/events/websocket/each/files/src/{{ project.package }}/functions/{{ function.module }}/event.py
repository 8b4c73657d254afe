{% set connects, leaves = event.route == "$connect", event.route == "$disconnect" %}
{% set action = "" if event.route.startswith("$") else event.route %}
"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

{% if connects or leaves %}
from typing import Annotated

from ...guard import Payload
from ...guard.origin import Attribute
from ...guard.sources.websocket import ConnectionId
{% if connects %}
from ...guard.web import Caller, Identity
{% endif %}
{% elif action %}
from typing import Literal

from ...guard import Ident, Payload
{% else %}
from ...guard import Ident, Payload
{% endif %}


class {{ function.id }}(Payload):
{% if connects %}
    """Who connects. A parameter of the address is `Annotated[Ident, Query()]` (in guard.web); a client that gives one
    that is not declared is turned away.
    """

    id: Annotated[ConnectionId, Attribute("connection_id")]
    caller: Annotated[Caller, Identity()]
{% elif leaves %}
    """Who has left: guard.sources.websocket lists what else there is to know."""

    id: Annotated[ConnectionId, Attribute("connection_id")]
{% else %}
    """Every field that a message may have; any other is refused. Text is a `Line`, `Text` or `Ident`.

    `Annotated[ConnectionId, Attribute("connection_id")]` tells from whom it is: guard.sources.websocket lists what else
    there is to know, guard.origin has `Attribute`.
    """

{% if action %}
    action: Literal[{{ action | quote }}]
{% endif %}
    id: Ident
{% endif %}
