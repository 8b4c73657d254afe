"""Values by their names, and all of them at once."""

from __future__ import annotations

UNTOUCHED = {
    "values by name": 'return {"id": event.id, "name": event.name}',
    "an object's own": "return sorted(vars(event))",
    "functions of the same names": """
        def locals():
            return {}
        ...
        return locals()
    """,
}

CAUGHT = {
    "locals in an answer": "return locals()",
    "locals in a text": 'return "{event}".format(**locals())',
    "vars in an answer": "return vars()",
    "globals in an answer": "return globals()",
    "locals by another name": """
        every = locals
        return every()
    """,
    "f_locals of a traceback": """
        try:
            settings.API()
        except TypeError as error:
            log.info("failed", error=error)
            raise
        return trace.tb_next.f_locals
    """,
    "the frame of a traceback": "return trace.tb_frame",
    "the frame of a generator": "return steps.gi_frame",
}
