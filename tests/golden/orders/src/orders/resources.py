"""What this service keeps and sends to: one function each, for the handlers that were granted something on it.

A handler reaches what its grants in holdfast.toml name and nothing else: the address is in that function's environment,
and only its role opens it.
"""

from functools import cache as _cache
from os import environ as _environ
from typing import TYPE_CHECKING

import boto3 as _boto3

if TYPE_CHECKING:
    from typing import Any

    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_sqs.service_resource import Queue


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


def orders() -> "Table":
    """The table orders."""
    table: Table = _named("dynamodb", "Table", "ORDERS_TABLE")
    return table


def inbox() -> "Queue":
    """The queue inbox."""
    queue: Queue = _named("sqs", "Queue", "INBOX_QUEUE")
    return queue
