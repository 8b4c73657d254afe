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
from ...guard.sources.ses import ses
from .event import {{ function.id }}


@guarded(ses({{ function.id }}))
{% if event.idempotency is defined %}
@once("id")
{% endif %}
def handler(event: {{ function.id }}, context: Context) -> None:
    """Take a mail, which is in the bucket {{ event.bucket.name }}; an error brings it back, so be ready for that."""
    if "FAIL" in (event.spam, event.virus):
        log.info("mail dropped", id=event.id)
        return
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
