"""Names that code says, and names that an event says."""

from __future__ import annotations

UNTOUCHED = {
    "a fixed name": 'import_module("json")',
    "a regular expression": """
        import re
        from re import compile
        ...
        re.compile("a")
        compile("b")
    """,
    "a fixed attribute": 'getattr(settings, "API", None)',
    "an attribute of a table": """
        def read(order, name):
            return getattr(order, name)
        ...
        for name in ("id", "name"):
            read(event, name)
            getattr(event, name)
    """,
    "a table of functions": """
        ACTIONS = {"open": str, "close": int}
        ...
        return ACTIONS[event.state](event.text)
    """,
    "builtins of one's own": """
        __builtins__ = {}
        ...
        return __builtins__["eval"]
    """,
}

CAUGHT = {
    "compile": 'compile(event.text, "event", "exec")',
    "__import__": "__import__(event.text)",
    "eval by another name": "map(eval, event.files)",
    "exec in a table": """
        ACTIONS = {"run": exec}
        ...
        return None
    """,
    "a module": "import_module(event.name)",
    "a module of anybody's choice": """
        def load(name):
            return import_module(name)
        ...
        return None
    """,
    "an attribute": "getattr(settings, event.name)",
    "an attribute that is set": "setattr(resources, event.name, 1)",
    "an attrgetter": "operator.attrgetter(event.text)",
    "eval of the builtins": """__builtins__["eval"](event.text)""",
    "builtins as an object": "__builtins__.exec",
    "a module, by another name": """
        load = import_module
        ...
        load(event.name)
    """,
}
