"""What becomes of an event that was refused, and of an error in business code. Each source declares one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic_core import from_json, to_json

from .rejection import Problem, Stage

if TYPE_CHECKING:
    from .source import Item


class Refused(NamedTuple):
    """The event never reached the function."""

    stage: Stage
    problems: tuple[Problem, ...]


class Done(NamedTuple):
    """The function returned `value`; `apart` never reached it, parts of the item that were refused on their own."""

    value: object
    apart: Sequence[tuple[Item[Any], Refused]] = ()


class Failed(NamedTuple):
    """The function raised an error of this type."""

    error: str


Outcome = Done | Refused | Failed
Attempt = Callable[["Item[Any]"], Outcome]


class EventRejected(Exception):
    """Leaves the handler for a refused event: says no more than the correlation id."""


class FunctionFailed(Exception):
    """Leaves the handler for an error in business code: says its type and the correlation id."""


class Disposal(Protocol):
    """Calls `attempt` for each item and makes the handler's answer, or its one clean exception, of the outcomes."""

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object: ...

    def refuse(self, refused: Refused, correlation_id: str) -> object:
        """The event as a whole was refused; no item was tried."""


def sendable(value: object) -> object:
    """What a function returned, as the Lambda runtime can send it.

    An error here is the function's own; the runtime's would say what the value holds, or end the process.
    """
    return None if value is None else from_json(to_json(value, inf_nan_mode="null"))


class Raise:
    """The invocation fails: the service that sent the event retries it, then hands it to the failure destination."""

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        value: object = None
        for item in items:
            value = self._conclude(attempt(item), correlation_id)
        return value

    def refuse(self, refused: Refused, correlation_id: str) -> object:
        return self._conclude(refused, correlation_id)

    def _conclude(self, outcome: Outcome, correlation_id: str) -> object:
        if isinstance(outcome, Done):
            return sendable(outcome.value)
        if isinstance(outcome, Refused):
            raise EventRejected(f"event rejected, correlation id {correlation_id}")
        raise FunctionFailed(f"{outcome.error}, correlation id {correlation_id}")


class FailItem(Raise):
    """The record alone is reported as failed: it comes again, and ends in the dead-letter queue.

    Where records have a group, those after a failure of their group are reported too, untouched: order is kept.
    """

    def settle(self, items: Sequence[Item[Any]], attempt: Attempt, correlation_id: str) -> object:
        stopped: set[str] = set()
        failed: list[str] = []
        for item in items:
            if item.group in stopped or not isinstance(attempt(item), Done):
                failed.append(item.id)
                stopped |= {item.group} - {""}
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
