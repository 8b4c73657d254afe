"""The model of what {{ function.name }} takes; its sample in events/ must be like it."""

{% set key, sort = event.table.options.partition_key, event.table.options.get("sort_key") %}
{% if key != "id" or sort %}
from pydantic import Field

{% endif %}
from ...guard import Ident, Payload


class {{ function.id }}(Payload):
    """Every attribute that an item of the table {{ event.table.name }} may have; any other is refused.

    What DynamoDB says comes by `Annotated[…, Attribute()]`: event_name, sequence_number, changed, expired, stream.
    """

    id: Ident{{ " = Field(alias=%s)" % (key | quote) if key != "id" }}
{% if sort %}
    sort: Ident = Field(alias={{ sort | quote }})
{% endif %}
