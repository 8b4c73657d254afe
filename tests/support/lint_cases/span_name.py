"""Names of spans and metrics that are fixed, and names that hold values."""

from __future__ import annotations

UNTOUCHED = {
    "a literal": """
        with span("charge card"):
            annotate(id=event.id)
        metric("orders_placed", event.count, unit="Count")
    """,
    "a constant": """
        CHARGED = "cards_charged"
        ...
        metric(CHARGED, 1)
    """,
    "one of two": 'metric("spare" if event.spare else "no_spare", 1)',
    "a decorator": """
        @span("charge card")
        def charge(order):
            return order.id
        ...
        charge(event)
    """,
    "a match's own": """
        import re
        ...
        return re.match("a+", event.text).span(event.count)
    """,
}

CAUGHT = {
    "an f-string": 'with span(f"charge {event.id}"):\n    pass',
    "a field": "metric(event.name, 1)",
    "a sum": 'metric("orders_" + event.name, 1)',
    "a decorator": """
        def charge(name):
            @span(name)
            def inner():
                return 1
            return inner()
        ...
        charge(event.text)
    """,
    "another name": """
        from ...guard import metric as count
        ...
        count(event.name, 1)
    """,
    "by its module": """
        from ...guard import facade
        ...
        facade.metric(event.name, 1)
    """,
    "unpacked": "metric(*event.files)",
}
