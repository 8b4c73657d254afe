{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
{% if event.idempotency is defined %}
from ...guard.idempotency import once
{% endif %}
from ...guard.sources.eventbridge import eventbridge
from .event import {{ function.id }}


@guarded(
    eventbridge(
        {{ function.id }},
        source={{ event.source | quote }},
{% if event.detail_type is defined %}
        detail_type={{ event.detail_type | quote }},
{% endif %}
    )
)
{% if event.idempotency is defined %}
@once("id")
{% endif %}
def handler(event: {{ function.id }}, context: Context) -> None:
    """Do what an event of {{ event.bus.name if event.bus is defined else "the default bus" }} asks for; an error brings it back, so be ready for that."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
