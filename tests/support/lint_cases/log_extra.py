"""Fields of a line, and `extra`."""

from __future__ import annotations

UNTOUCHED = {
    "fields": 'log.info("order taken", id=event.id, state=event.state)',
    "an extra of something else": "resources.orders(extra=event)",
}

CAUGHT = {
    "the event": 'log.info("order taken", extra=event)',
    "a table with the event": 'log.info("order taken", extra={"event": event})',
    "a logger of one's own": 'logger.error("order taken", extra={"order": event.model_dump()})',
}
