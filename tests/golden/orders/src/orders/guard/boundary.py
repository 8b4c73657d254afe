"""The one place that events enter a function through, and that answers and errors leave it by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from contextlib import suppress
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, Generic

from .context import Context
from .disposal import Done, EventRejected, Failed, FunctionFailed, Outcome, Refused
from .failure import kind_of, place
from .log_format import Vetted
from .logs import log
from .observability import traced
from .rejection import Rejected, refusing
from .source import E, Item, PartlyRejected, Source
from .tracing import mark_failed

#: What has yet to run.
_UNFINISHED = (Awaitable, AsyncIterator, Iterator)
_LAZY = (iscoroutinefunction, isgeneratorfunction, isasyncgenfunction)


class Guarded(Generic[E]):
    """A handler as Lambda calls it: logger around tracer around boundary around `function`.

    Any other order leaks: a tracer inside the boundary records the original error's message. `source` and `function`
    are there for tests.
    """

    def __init__(self, source: Source[E], function: Callable[[E, Context], object]) -> None:
        if any(lazy(each) for each in (function, type(function).__call__) for lazy in _LAZY):
            raise TypeError(f"{function!r} is async or yields, and nobody would run it: a handler is a plain function")
        self.source = source
        self.function = function
        self._handler = log.around(traced(self._boundary))

    def __call__(self, event: object, context: Context) -> Any:
        return self._handler(event, context)

    def _boundary(self, event: object, context: Context) -> object:
        """Nothing but `EventRejected` and `FunctionFailed` leaves, and both are raised where no error is being handled:
        an exception that is raised inside an `except` block carries the old one along, message and all.
        """
        with suppress(KeyboardInterrupt):
            return self._settled(event, context)
        raise KeyboardInterrupt

    def _settled(self, event: object, context: Context) -> object:
        disposal, correlation_id = self.source.disposal, context.aws_request_id
        self.source.begin()
        try:
            with refusing("envelope"):
                items = self.source.items(event)
        except Rejected as rejected:
            refused = self._refused(rejected)
        else:
            try:
                return disposal.settle(items, partial(self._attempt, context), correlation_id)
            except (EventRejected, FunctionFailed, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001 - a disposal may call AWS, and is no cleaner than a function
                failed = self._failed(error)
            raise FunctionFailed(f"{failed.error}, correlation id {correlation_id}")
        return disposal.refuse(refused, correlation_id)

    def _attempt(self, context: Context, item: Item[E]) -> Outcome:
        with log.tagged(item.tags):
            apart: list[tuple[Item[E], Refused]] = []
            try:
                with refusing("payload"):
                    events = item.parse()
            except PartlyRejected as partly:
                events = partly.payloads
                apart = [(part, self._refused_apart(part, why)) for part, why in partly.refused]
            except Rejected as rejected:
                return self._refused(rejected)
            try:
                values: list[object] = []
                for event in events:
                    values.append(self.function(event, context))
                    _refuse_unfinished(values[-1])
                return Done(item.answer(item.join(values)), apart)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - SystemExit prints its argument, so it may not pass either
                return self._failed(error)

    def _failed(self, error: BaseException) -> Failed:
        kind = kind_of(error)
        log.error("function_failed", error=Vetted(kind), place=Vetted(place(error)))
        log.why(error)
        mark_failed(kind)
        return Failed(kind)

    def _refused(self, rejected: Rejected) -> Refused:
        log.warning(
            "event_rejected",
            source=Vetted(self.source.name),
            stage=Vetted(rejected.stage),
            errors=Vetted([problem.public() for problem in rejected.problems]),
        )
        return Refused(rejected.stage, rejected.problems)

    def _refused_apart(self, part: Item[E], rejected: Rejected) -> Refused:
        with log.tagged(part.tags):
            return self._refused(rejected)


class Unfinished(TypeError):
    """The function returned something that has yet to run: a coroutine, a generator, an iterator."""


def _refuse_unfinished(value: object) -> None:
    if value is not None and isinstance(value, _UNFINISHED):
        if isinstance(value, Coroutine | Generator):
            value.close()
        raise Unfinished


def guarded(source: Source[E]) -> Callable[[Callable[[E, Context], object]], Guarded[E]]:
    """Make a function of a parsed event into a Lambda handler for the events of `source`."""
    return lambda function: Guarded(source, function)
