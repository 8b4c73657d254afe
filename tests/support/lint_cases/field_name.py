"""Names of fields that are written out, and names that an event chooses."""

from __future__ import annotations

UNTOUCHED = {
    "written out": """
        annotate(id=event.id)
        log.info("order taken", id=event.id)
    """,
    "a table with fixed names": """
        fields = {"id": event.id, "name": event.name}
        annotate(**fields)
        log.info("order taken", **fields, **{"text": event.text})
    """,
    "the model's names": 'log.info("order taken", **event.model_dump())',
    "chosen by the service": """
        annotate(**{name: event.id for name in ("id", "key")})
    """,
    "something else": "resources.orders(**event.renamed)",
}

CAUGHT = {
    "a table of the event's": "annotate(**event.renamed)",
    "a field of a line": 'log.info("order taken", **event.renamed)',
    "one name": "annotate(**{event.name: 1})",
    "a table in a table": "annotate(**{'id': event.id, **event.renamed})",
    "a comprehension": "annotate(**{name: 1 for name in event.files})",
    "a name for it": """
        fields = event.renamed
        annotate(**fields)
    """,
}
