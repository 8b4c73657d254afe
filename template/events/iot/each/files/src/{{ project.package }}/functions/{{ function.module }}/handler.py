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
from ...guard.sources.iot import iot
from .event import {{ function.id }}

# Topics are what the sender says they are: the same filter as in template.yaml.
TOPICS = {{ event.topic | quote }}


@guarded(iot({{ function.id }}, topic=TOPICS))
{% if event.idempotency is defined %}
@once("id")
{% endif %}
def handler(event: {{ function.id }}, context: Context) -> None:
    """Do what one message asks for; an error brings it back, so be ready for that."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
