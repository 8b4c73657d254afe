"""What of guard and settings.py is everybody's, and what is not."""

from __future__ import annotations

UNTOUCHED = {
    "the log and its fields": 'log.info("taken", id=event.id)',
    "the log of its module": """
        from ...guard.logs import log as journal
        ...
        journal.info("taken", id=event.id)
    """,
    "what is traced": """
        with span("work"):
            annotate(name=event.name)
        metric("worked", 1)
    """,
    "what a model is made of": """
        from ...guard import Limits, Payload
        from ...guard.addresses import Email
        from ...guard.disposal import EventRejected
        from ...guard.origin import Attribute

        class Own(Payload):
            _hidden = 1
        ...
        return Own.__name__, Own._hidden, Limits().bytes
    """,
    "a setting that is read": """
        if settings.LIMITS.get("sqs"):
            return settings.LOG_FIELDS | {"id"}
        return settings.LIMITS["sqs"]["bytes"]
    """,
    "settings of one's own": """
        class Settings:
            LOG_FIELDS = frozenset()
        ...
        own = Settings()
        own.LOG_FIELDS = {"id"}
        own.LIMITS.update({"sqs": 1})
        setattr(own, "LIMITS", {})
        settings = own
    """,
}

CAUGHT = {
    "a value that is said to be vetted": """
        from ...guard.log_format import Vetted
        ...
        log.info("taken", id=Vetted(event.text))
    """,
    "a value that is said to be vetted, by the logs": """
        from ...guard.logs import Vetted as shown
        ...
        log.info("taken", id=shown(event.text))
    """,
    "a value that is said to be vetted, by a module": """
        from ...guard import logs
        ...
        log.info("taken", id=logs.Vetted(event.text))
    """,
    "a value that is said to be vetted, by another source": """
        from ...guard.boundary import Vetted
        ...
        log.info("taken", id=Vetted(event.text))
    """,
    "the tags of all lines": """
        from ...guard import log_format
        ...
        log_format.TAGS.set({"name": event.text})
    """,
    "a log of one's own": """
        from ...guard.logs import Log
        ...
        Log().info("taken")
    """,
    "the logger behind it": "log._logger.append_keys(name=event.text)",
    "the formatter behind it": "log._formatter.json_serializer = str",
    "fields of a metric's line": 'log.metered({"name": event.text})',
    "the tags of a block": """
        with log.tagged({"name": event.text}):
            pass
    """,
    "the span itself": """
        from ...guard.tracing import CURRENT
        ...
        CURRENT.get().annotate({"name": event.text})
    """,
    "the backend itself": """
        from ...guard import observability
        ...
        observability.opened(event.text, None)
    """,
    "a metric's own line": """
        from ...guard.emf import measured
        ...
        measured(event.text, 1, "Count")
    """,
    "a name that is guard's own": """
        from ...guard.text import _line
        ...
        return _line(event.text)
    """,
    "a field that is shown from now on": 'settings.LOG_FIELDS = frozenset({"name"})',
    "a field more": 'settings.LOG_FIELDS |= {"name"}',
    "a wider limit": 'settings.LIMITS["sqs"] = {"bytes": 10**9}',
    "a wider limit, inside": 'settings.LIMITS["sqs"]["bytes"] = 10**9',
    "wider limits": 'settings.LIMITS.update({"sqs": {"bytes": 10**9}})',
    "limits by their name": """
        from ...settings import LIMITS
        ...
        LIMITS["sqs"] = {"bytes": 10**9}
    """,
    "no limits": "del settings.LIMITS",
    "a setting that is set by name": 'setattr(settings, "LOG_FIELDS", frozenset())',
    "another log": "log.info = settings.API",
}
