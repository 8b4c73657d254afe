"""Events that nobody waits for: Lambda queues them, and calls the function again where it failed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from .disposal import Disposal, Raise
from .limits import MIB, Limits
from .source import E, Item, Source


def _in_calendar(moment: str) -> str:
    datetime.fromisoformat(moment)
    return moment


#: A moment as AWS writes it, in UTC. It stays text: a model reads it again.
Moment = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"),
    AfterValidator(_in_calendar),
]
AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}$")]


class AsynchronousSource(Source[E]):
    """A refused event or an error ends the invocation with an error: Lambda tries again, then hands the whole event to
    the failure queue. So where an event has several records, none is handled before all have been parsed.
    """

    disposal: ClassVar[Disposal] = Raise()
    #: What Lambda takes for a function that nobody waits for.
    limits = Limits(bytes=MIB)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self.payloads, event))]

    @abstractmethod
    def payloads(self, event: object) -> list[E]:
        """What the function is called with, in order; raises `Rejected`."""
