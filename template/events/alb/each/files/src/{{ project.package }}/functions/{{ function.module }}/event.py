{% set origin = "Query" if event.route.split(" ")[0] in ("GET", "DELETE") else "" %}
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

    A field comes from the body, or with `Annotated[Ident, Query()]` (in guard.web) from the query. Text is a `Line`,
    `Text` or `Ident`.
    """

{% if origin %}
    id: Annotated[Ident, {{ origin }}()]
{% else %}
    id: Ident
{% endif %}
