"""Tasks of Step Functions, and every other call that hands the function its payload as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from ..disposal import Raise
from ..limits import KIB, Limits, measure
from ..rejection import refusing
from ..source import E, Item, Source


class StepFunctions(Source[E]):
    """The event is the payload. A refused one ends the task with the error EventRejected, business code's error with
    FunctionFailed; what the function returns becomes the task's result.
    """

    name = "step-functions"
    disposal = Raise()
    #: What a state may take and give; who calls the function without a state machine could send 6 MB.
    limits = Limits(bytes=256 * KIB)

    def items(self, event: object) -> Sequence[Item[E]]:
        return [Item(partial(self._parse, event))]

    def _parse(self, event: object) -> Sequence[E]:
        with refusing("size"):
            measure(event, self.limits)
        return self.read(json.dumps(event))


def step_functions(model: type[E]) -> StepFunctions[E]:
    """Payloads of tasks and of direct calls as `model`."""
    return StepFunctions(model)
