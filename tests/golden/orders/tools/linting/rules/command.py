"""A command of an event's making runs what the event says, even without a shell: arguments may be options."""

from __future__ import annotations

from collections.abc import Iterator

from ..code import Module
from ..finding import Span, span
from ..models import NAMES
from ..origin import Values

_RUNNING = ("asyncio.create_subprocess_", "os.exec", "os.popen", "os.posix_", "os.spawn", "os.system", "subprocess.")
_MESSAGE = "the event chooses what is run: make the field an Ident, or look the words up in a table of yours"


def check(module: Module) -> Iterator[tuple[Span, str]]:
    values = Values(module, NAMES)
    for call, scope in module.calls():
        if module.called(call, scope).startswith(_RUNNING):
            for given in (*call.args, *(each.value for each in call.keywords)):
                if values.is_event(given, scope):
                    yield span(given), _MESSAGE
