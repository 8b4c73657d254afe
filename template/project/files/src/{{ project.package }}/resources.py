"""What this service keeps and sends to: one function each, for the handlers that were granted something on it.

A handler reaches what its grants in holdfast.toml name and nothing else: the address is in that function's environment,
and only its role opens it.
"""

from functools import cache as _cache
from os import environ as _environ
from typing import TYPE_CHECKING

import boto3 as _boto3

{% set imports = slot("resources.py/imports", separator="\n").split("\n") | select | unique | sort(case_sensitive=True) | list %}
if TYPE_CHECKING:
    from typing import Any
{% for line in imports if "from ." not in line %}
{{ "\n" if loop.first }}    {{ line }}
{% endfor %}
{% for line in imports if "from ." in line %}
{{ "\n" if loop.first }}    {{ line }}
{% endfor %}


@_cache
def _service(name: str) -> "Any":
    return _boto3.resource(name)  # type: ignore[call-overload]


def _granted(variable: str) -> str:
    """What the environment's `variable` holds: a function has those of what it was granted, and no other."""
    if variable not in _environ:
        raise LookupError(f"{variable} is not set: holdfast.toml grants this function nothing on it")
    return _environ[variable]


def _named(service: str, kind: str, variable: str) -> "Any":
    """boto3's object for what the environment's `variable` names; the connection is made once and kept."""
    return getattr(_service(service), kind)(_granted(variable))
{% slot "resources.py/accessors" %}
