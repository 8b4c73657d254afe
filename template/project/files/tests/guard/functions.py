"""The functions of this service, for the tests beside this file."""

from __future__ import annotations

from .harness import Function

FUNCTIONS: list[Function] = [
{% slot "tests/guard/functions.py/functions" %}
]
