{% set method = event.route.split(" ")[0] %}
{% set origin = "Path" if "{id}" in event.route else ("Query" if method in ("GET", "DELETE") else "") %}
"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

{% if origin %}
from typing import Annotated

from ...guard import Ident, Payload
from ...guard.web import {{ origin }}
{% else %}
from ...guard import Ident, Payload
{% endif %}


class {{ function.id }}(Payload):
    """Every field that a request may have; any other is refused.

    A field comes from the body, `Annotated[Ident, Path()]` from the route, `Annotated[Ident, Query()]` from the query,
    `Annotated[Caller, Identity()]` from the authorizer: all in guard.web. Text is a `Line`, `Text` or `Ident`.
    """

{% if origin %}
    id: Annotated[Ident, {{ origin }}()]
{% else %}
    id: Ident
{% endif %}
