{% set migrates = event.trigger == "user-migration" %}
"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

from typing import Annotated

from ...guard import Payload
{% if not migrates %}
from ...guard.addresses import Email
{% endif %}
from ...guard.origin import Attribute
from ...guard.sources.cognito import {{ "Password, " if migrates }}UserName


class {{ function.id }}(Payload):
{% if migrates %}
    """What somebody typed whom the pool does not know."""
{% else %}
    """Every attribute that users may have; any other is refused. `team: Ident = Field(alias="custom:team")` is one.

    What Cognito says itself is an `Attribute`: `verified: Annotated[bool, Attribute("email_verified")] = False`.
    """
{% endif %}

    id: Annotated[UserName, Attribute("user_name")]
{% if migrates %}
    password: Annotated[Password, Attribute()]
{% else %}
    email: Email | None = None
{% endif %}
