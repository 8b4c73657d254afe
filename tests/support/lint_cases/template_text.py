"""Templates of the service's own, and of an event's making."""

from __future__ import annotations

UNTOUCHED = {
    "a literal": 'return jinja2.Template("Hello {{ name }}").render(name=event.name)',
    "a constant": """
        GREETING = "Hello {{ name }}"
        ENVIRONMENT = jinja2.Environment(autoescape=True)
        ...
        return ENVIRONMENT.from_string(GREETING).render(name=event.name)
    """,
    "a file": 'return jinja2.Environment(autoescape=True).get_template("mail.html").render(name=event.name)',
    "values of a format": """
        "Hello {}".format(event.name)
        "Hello %s" % event.name
        Template("Hello $name").substitute(name=event.name)
    """,
    "a choice from a table": """
        GREETINGS = {"en": "Hello {}", "fr": "Bonjour {}"}
        ...
        return GREETINGS[event.text].format(event.name)
    """,
    "what a parameter says": """
        def greet(text: str, name: str) -> str:
            return text.format(name)
        ...
        return greet("Hello {}", event.name)
    """,
    "a remainder": "return event.count % 10",
}

CAUGHT = {
    "Jinja": "jinja2.Template(event.text)",
    "Jinja, in parts": 'jinja2.Template("Hello " + event.name)',
    "Jinja's environment": "jinja2.Environment(autoescape=True).from_string(event.text)",
    "Jinja, with what may be an event's": """
        def render(text: str) -> str:
            return jinja2.Template(text).render()
        ...
        return None
    """,
    "format": 'event.text.format(order="a")',
    "format_map": "event.text.format_map({})",
    "format, in parts": '("Hello " + event.text).format(1)',
    "format, in a variable": """
        greeting = event.text
        return greeting.format(settings)
    """,
    "percent": 'return event.text % {"a": 1}',
    "string.Template": "Template(event.text).substitute()",
}
