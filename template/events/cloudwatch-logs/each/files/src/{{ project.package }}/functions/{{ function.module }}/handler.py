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
from ...guard.sources.cloudwatch_logs import cloudwatch_logs
from .event import {{ function.id }}


@guarded(cloudwatch_logs({{ function.id }}))
{% if event.idempotency is defined %}
@once("id")
{% endif %}
def handler(event: {{ function.id }}, context: Context) -> None:
    """Take one line of a log; an error brings it and those delivered with it back, so be ready for that."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
