"""What several commands of the command line need: exit codes, the terminal, a word about what takes long."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def at_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[None]:
    """Say what is going on, but only at a terminal and only when it takes longer than a second."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(1.0, lambda: click.echo(f"{what} …", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def ignore_interrupts() -> None:
    """From the moment when the project is put in place it is too late to say that nothing was written."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
