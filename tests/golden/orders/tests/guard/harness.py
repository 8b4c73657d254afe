"""Runs a function of the service with a hostile event and keeps everything that could be seen of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any, Protocol

import pytest

from orders.guard import Context, Guarded, Payload, guarded

PACKAGE = "orders"
EVENTS = Path(__file__).parents[2] / "events"

#: Where a value stands in a payload: ("items", 0, "name").
Place = tuple[str | int, ...]
Event = dict[str, Any]
Model = type[Payload]


class Sample(dict[str, Any]):
    """A sample event as it was read from `file`, until a test changes it."""

    def __init__(self, file: Path) -> None:
        super().__init__(json.loads(file.read_text("utf-8")))
        self.file = file

    def check_accepted(self, result: Run) -> None:
        """End the tests in one line where it was refused unchanged: most of them would fail, none saying why."""
        if '"event_rejected"' in result.output and self == Sample(self.file):
            (refusal, *_) = result.named("event_rejected")
            errors = [" ".join([*map(str, error.get("loc", ())), error["type"]]) for error in refusal["errors"]]
            todo = "it must hold what the function's event.py declares"
            pytest.exit(f"events/{self.file.name} is refused: {', '.join(errors)}; {todo}", returncode=1)


@dataclass(frozen=True)
class Attack:
    """A hostile event: why it is hostile, and the stages that may refuse it. `whole` spares no neighbour in a batch."""

    name: str
    why: str
    stages: tuple[str, ...]
    event: Callable[[], Any]
    whole: bool = False


@dataclass
class Run:
    """What one invocation did: its answer or its error, what it printed, and how often the function itself ran."""

    value: Any = None
    error: BaseException | None = None
    output: str = ""
    calls: int = 0
    #: Of the processor, so that a busy machine is no failure.
    seconds: float = 0

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log, a dict a line."""
        return [json.loads(line) for line in self.output.splitlines()]

    def named(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["message"] == message]


class Carrier(Protocol):
    """How one event source carries a payload, and what it makes of a refused or failed one."""

    #: Keys of the event that logs and answers may show: ids that AWS chose.
    shown: frozenset[str]

    def payload(self, sample: Event) -> Event:
        """What `sample` carries as JSON; empty where it carries none."""

    def stage(self, place: Place) -> str:
        """Where a wrong value at `place` is noticed."""

    def values(self, model: Model, sample: Event) -> Mapping[Place, Any]:
        """The payload's values in `sample`."""

    def put(self, model: Model, sample: Event, place: Place, value: Any) -> Event | None:
        """An event with `value` at `place`; None where the source cannot carry such a value there."""

    def drop(self, model: Model, sample: Event, place: Place) -> Event | None:
        """An event without the value at `place`."""

    def body(self, sample: Event, text: str) -> Event | None:
        """An event with `text` where the payload's JSON stands; None where the source cannot carry such a text."""

    def own(self, model: Model, sample: Event) -> Iterator[Attack]:
        """What only this source can suffer."""

    def check_refused(self, run: Run, attack: Attack) -> None: ...

    def check_failed(self, run: Run) -> None: ...


@dataclass(frozen=True)
class Function:
    """A function of the service, by its module and the module of its event source."""

    module: str
    source: str

    def handler(self) -> Guarded[Any]:
        """The handler that Lambda calls."""
        handler = import_module(f"{PACKAGE}.functions.{self.module}.handler").handler
        assert isinstance(handler, Guarded), f"{self.module}: put @guarded(…) back around the handler"
        return handler

    def model(self) -> Model:
        return self.handler().source.model

    def sample(self) -> Event:
        """The sample event, read anew: tests change it."""
        return Sample(EVENTS / f"{self.module}.json")

    def carrier(self) -> Carrier:
        """That of its source, with those of the sources within it."""
        from .carried import Carried

        sources, within = [self.source], self.handler().source.within
        while within:
            sources.append(within.name.replace("-", "_"))
            within = within.within
        carriers = [import_module(f".carriers.{source}", __package__).CARRIER for source in sources]
        carrier: Carrier = reduce(lambda inner, outer: Carried(outer, inner), reversed(carriers))
        return carrier

    def around(self, function: Callable[[Any, Context], object]) -> Guarded[Any]:
        """`function` behind this function's own guard."""
        return guarded(self.handler().source)(function)


def run(handler: Guarded[Any], event: Any, context: Context, capture: pytest.CaptureFixture[str]) -> Run:
    """Call `handler` as Lambda does, and keep what came out."""
    capture.readouterr()
    result, started = Run(), process_time()
    try:
        result.value = handler(event, context)
    except BaseException as error:  # noqa: BLE001 - whatever leaves is looked at
        result.error = error
    result.seconds = process_time() - started
    printed = capture.readouterr()
    result.output = printed.out + printed.err
    if isinstance(event, Sample):
        event.check_accepted(result)
    return result


def attacked(function: Function, event: Any, context: Context, capture: pytest.CaptureFixture[str]) -> Run:
    """Run `event` against the guard alone: business code is replaced by a counter."""
    calls: list[object] = []

    def count(payload: object, _context: Context) -> None:
        calls.append(payload)

    result = run(function.around(count), event, context, capture)
    result.calls = len(calls)
    return result


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every scalar in a JSON value, with its place."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield place, value
        return
    for key, child in inner:
        yield from leaves(child, (*place, key))


def with_value(event: Event, place: Place, new: Any) -> Event:
    """A copy of an event with `new` at `place`, a new key where there was none."""
    changed: Event = _with_value(event, place, new)
    return changed


def _with_value(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    key: Any = place[0]
    copy[key] = _with_value(copy[key] if len(place) > 1 else None, place[1:], new)
    return copy
