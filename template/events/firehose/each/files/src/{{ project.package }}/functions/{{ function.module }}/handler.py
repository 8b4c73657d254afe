{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
from ...guard.sources.firehose import firehose
from .event import {{ function.id }}


@guarded(firehose({{ function.id }}))
def handler(event: {{ function.id }}, context: Context) -> {{ function.id }} | None:
    """Make of one record what is delivered, a line of JSON; None drops it. It may come again: do no more than that."""
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.debug("{{ function.name }} done", id=event.id)
    return event
