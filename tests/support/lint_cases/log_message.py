"""Messages that are fixed, and messages that hold values."""

from __future__ import annotations

UNTOUCHED = {
    "a literal": 'log.info("order taken", id=event.id, name=event.name)',
    "a constant": """
        TAKEN = "order taken"
        ...
        log.info(TAKEN)
    """,
    "one of two": 'log.warning("spare" if event.spare else "no spare")',
    "one of a table": """
        MESSAGES = {"open": "opened", "closed": "closed"}
        ...
        log.info(MESSAGES[event.state])
    """,
    "one of another module": "log.info(Query.COUNT)",
    "a logarithm": """
        import math
        ...
        return math.log(event.count)
    """,
    "a method of the same name": "catalog.info(event.name)",
}

CAUGHT = {
    "a variable": """
        message = f"order {event.id}"
        log.info(message)
    """,
    "a field": "log.info(event.text)",
    "an f-string": 'log.info(f"order {event.id}")',
    "a sum": 'log.error("order " + event.id)',
    "a format": 'log.debug("order {}".format(event.id))',
    "a format of a constant": """
        TAKEN = "order {} taken"
        ...
        log.info(TAKEN.format(event.id))
    """,
    "a setting": "log.info(settings.DATABASE)",
    "what the environment says": 'log.info(os.getenv("DATABASE"))',
    "a parameter": """
        def note(text):
            log.info(text)
        ...
        note("a")
    """,
    "log by another name": """
        from ...guard import log as journal
        ...
        journal.info(event.text)
    """,
    "a log of an object": "context.log.info(event.text)",
    "logging by another name": """
        import logging as journal
        ...
        journal.warning(event.text)
    """,
    "a logger of one's own": """
        logger.warning(event.text)
    """,
    "a logger of an object": "context.logger.log(20, event.text)",
}
