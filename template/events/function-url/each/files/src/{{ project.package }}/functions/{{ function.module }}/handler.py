{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
from ...guard.sources.function_url import function_url
from .event import {{ function.id }}


@guarded(function_url({{ function.id }}))
def handler(event: {{ function.id }}, context: Context) -> dict[str, str]:
    """Answer the request, whatever its path and method."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
    return {"id": event.id}
