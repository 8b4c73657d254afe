"""Done once: an event that comes again finds its work done. Powertools' idempotency over a table of this service."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function

from .context import Context
from .models import Payload

E = TypeVar("E", bound=Payload)
Function = Callable[[E, Context], None]

_DAY = 24 * 60 * 60


def once(*fields: str, seconds: int = _DAY) -> Callable[[Function[E]], Function[E]]:
    """Run the function once for events that are alike in `fields`, for as long as `seconds`.

    An error forgets the event, so that it can come again; while one is at work, another of its like fails and comes
    again. The table holds a hash, and nothing of the event; what the function returns is not kept.
    """
    if not fields:
        raise TypeError('say by which fields of the model two events are the same: @once("id")')

    def decorate(function: Function[E]) -> Function[E]:
        @wraps(function)
        def remembered(event: E, context: Context) -> None:
            config = IdempotencyConfig(
                expires_after_seconds=seconds,
                hash_function="sha256",
                lambda_context=context,  # type: ignore[arg-type] # Of which it asks the remaining time alone.
            )

            def work(*, key: dict[str, object]) -> None:
                function(event, context)

            run = idempotent_function(
                work,
                data_keyword_argument="key",
                persistence_store=_memory(os.environ["IDEMPOTENCY_TABLE"]),
                config=config,
                key_prefix=f"{function.__module__}.{function.__qualname__}",
            )
            dumped = event.model_dump(mode="json", include=set(fields))
            run(key={field: dumped[field] for field in fields})

        return remembered

    return decorate


@cache
def _memory(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table)
