{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
{% set once = event.idempotency is defined %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
{% if once %}
from ...guard.idempotency import once
{% endif %}
from ...guard.sources.step_functions import step_functions
from .event import {{ function.id }}


@guarded(step_functions({{ function.id }}))
{% if once %}
@once("id")
{% endif %}
def handler(event: {{ function.id }}, context: Context) -> {{ "None" if once else "dict[str, str]" }}:
    """Do a task's work{{ "; a task that is done once has no result" if once else " and return its result" }}. A task may be tried again, so be ready for that."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
{% if not once %}
    return {"id": event.id}
{% endif %}
