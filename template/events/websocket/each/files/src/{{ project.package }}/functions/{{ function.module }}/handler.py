{% set examples = namespace(lines=[]) %}
{% for grant in function.grants if grant.example and grant.example.splitlines() | map("length") | max <= 116 %}
{% set examples.lines = examples.lines + [grant.example] %}
{% endfor %}
{% set answers = event.answer and event.route not in ("$connect", "$disconnect") %}
"""{{ function.name }}: business code only. What is not as event.py says never gets here."""

{% if examples.lines %}
from ... import resources
{% endif %}
from ...guard import Context, guarded, log
from ...guard.sources.websocket import websocket
from .event import {{ function.id }}


@guarded(websocket({{ function.id }}))
def handler(event: {{ function.id }}, context: Context) -> {{ "dict[str, str]" if answers else "None" }}:
{% if event.route == "$connect" %}
    """Let the client in, or turn it away with `return Reply(403)` (in guard.web): it can send nothing before."""
{% elif event.route == "$disconnect" %}
    """Forget the client; API Gateway tries to tell of everyone who left, and does not promise it."""
{% elif answers %}
    """Handle one message; what is returned goes back to the client."""
{% else %}
    """Handle one message; nothing goes back to the client."""
{% endif %}
{% for line in examples.lines %}
    {{ line | indent(4) }}
{% endfor %}
    log.info("{{ function.name }} done", id=event.id)
{% if answers %}
    return {"id": event.id}
{% endif %}
