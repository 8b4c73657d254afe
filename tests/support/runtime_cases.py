"""What business code may do at its worst: tests/test_runtime.py copies this module into a service, whose handlers call it.

Invocation number n does action number n; the invocations after the last one are for the handler's own code. Where the
environment names a CASE, every invocation does that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import NoReturn

CANARY = "canary7d1f0c2e5b"


def action(request_id: str) -> Callable[[], object] | None:
    """What the invocation with this id is to do."""
    if "CASE" in os.environ:
        return next(case for case in ENDINGS if case.__name__ == os.environ["CASE"])
    number = int(request_id.rpartition("-")[2])
    return ACTIONS[number] if number < len(ACTIONS) else None


class Loud(BaseException):
    """No Exception, and speaks when it is printed."""

    def __str__(self) -> str:
        sys.stdout.write(f"{CANARY}\n")
        raise ValueError(CANARY)

    __repr__ = __str__


class Strange:
    """Nothing that JSON knows."""

    def __repr__(self) -> str:
        return CANARY


def plain() -> NoReturn:
    raise ValueError(CANARY)


def chained() -> NoReturn:
    try:
        plain()
    except ValueError as error:
        error.add_note(CANARY)
        raise KeyError(CANARY) from error


def grouped() -> NoReturn:
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


def exiting() -> NoReturn:
    raise SystemExit(CANARY)


def loud() -> NoReturn:
    raise Loud


def out_of_memory() -> NoReturn:
    raise MemoryError(CANARY)


def named() -> NoReturn:
    raise type(CANARY, (Exception,), {})


def endless() -> object:
    return endless()


def warning() -> None:
    warnings.warn(CANARY, stacklevel=1)
    warnings.warn(CANARY, DeprecationWarning, stacklevel=1)
    warnings.warn_explicit(CANARY, UserWarning, f"{CANARY}.py", 1, CANARY)


def logging_values() -> None:
    library = logging.getLogger("library")
    library.error("failed with %s", CANARY)
    library.warning("extra", extra={"token": CANARY})
    library.critical({"token": CANARY})
    library.error("too few %s %s", CANARY)
    logging.getLogger().warning(CANARY)
    with contextlib.suppress(ValueError):
        try:
            plain()
        except ValueError:
            library.exception("failed", stack_info=True)
            raise


def verbose() -> None:
    library = logging.getLogger("verbose")
    library.setLevel(logging.DEBUG)
    library.debug(CANARY)


def failing_thread() -> None:
    thread = threading.Thread(target=plain, name=CANARY)
    thread.start()
    thread.join()


def failing_cleanup() -> None:
    class Left:
        def __del__(self) -> None:
            plain()

    Left()


def forgotten_task() -> None:
    async def failing() -> None:
        plain()

    async def main() -> None:
        task = asyncio.get_running_loop().create_task(failing())
        await asyncio.sleep(0)
        del task

    asyncio.run(main())


def coroutine() -> object:
    async def later() -> None:
        plain()

    return later()


def generator() -> Iterator[str]:
    yield CANARY


def unserialisable() -> object:
    return {"token": Strange()}


def unserialisable_key() -> object:
    return {Strange(): 1, (CANARY,): 2}


def unserialisable_class() -> object:
    return type(CANARY, (), {})()


def circular() -> object:
    found: dict[str, object] = {"token": CANARY}
    found["self"] = found
    return found


def not_a_number() -> object:
    return {"value": float("nan")}


def surrogate() -> object:
    return "\ud800"


def no_text() -> object:
    return {"value": b"\xff"}


def deep() -> object:
    found: list[object] = []
    for _ in range(100_000):
        found = [found]
    return found


def huge() -> object:
    return CANARY * 500_000


def interrupted() -> NoReturn:
    raise KeyboardInterrupt(CANARY)


#: Errors that the service must report as such.
ERRORS = (plain, chained, grouped, exiting, loud, out_of_memory, named, endless, coroutine, generator)
#: What is no error of the invocation.
NOISE = (warning, logging_values, verbose, failing_thread, failing_cleanup, forgotten_task, not_a_number)
#: Answers that cannot be sent: an error where the source sends answers on.
UNSENDABLE = (unserialisable, unserialisable_key, unserialisable_class, circular, surrogate, no_text, deep)
ACTIONS: tuple[Callable[[], object], ...] = (*ERRORS, *NOISE, *UNSENDABLE)
#: What the runtime does not survive.
ENDINGS: tuple[Callable[[], object], ...] = (huge, interrupted)
