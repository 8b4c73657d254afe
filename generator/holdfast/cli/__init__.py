"""The command line: arguments in, one line or a summary out, and the boundary that every error ends at."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from contextlib import suppress

import click

from holdfast import __version__
from holdfast.cli import editing, living, starting
from holdfast.cli.shared import EXIT_BUG, EXIT_DONE, EXIT_INTERRUPTED, EXIT_USAGE
from holdfast.errors import HoldfastError, one_line

#: Set by shells that ask for completions, as click has it.
COMPLETE = "_HOLDFAST_COMPLETE"
#: Set to anything, it makes a bug print its traceback.
DEBUG = "HOLDFAST_DEBUG"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="holdfast %(version)s")
def root() -> None:
    """Serverless services that are secure from their first commit, and stay so."""


for _command in (
    *(starting.new, editing.add, editing.remove, editing.rename_, living.sync, living.update),
    *(living.continue_, living.abort, living.adopt, starting.map_, starting.privileges, starting.schema),
):
    root.add_command(_command)


def main() -> None:
    """Run a command line; everything that goes wrong ends here as one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    gc.set_threshold(50_000)  # A command is over before its cycles are worth looking for.
    # Windows looks for programs in the working directory first, which may be anybody's.
    os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), _stopped)
    sys.exit(_run())


def _stopped(number: int, _: object) -> None:
    """End through every `finally` on the way, so that nothing half-built is left."""
    sys.exit(128 + number)


def _dispatch() -> None:
    if COMPLETE in os.environ:
        root.main(prog_name="holdfast", complete_var=COMPLETE)
    # Not click's own `main`, which would end a broken pipe with 1 before it gets to `_run`.
    with root.make_context("holdfast", sys.argv[1:]) as context:
        root.invoke(context)


def _run() -> int:
    try:
        _dispatch()
        if sys.stdout is not None:
            sys.stdout.flush()
    except HoldfastError as error:
        return _fail(f"holdfast: {error}", EXIT_USAGE)
    except click.ClickException as error:
        return _fail(_usage(error), EXIT_USAGE)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort) as left:
        said_no = isinstance(left, click.Abort)
        why = "not built, nothing was written" if said_no else "interrupted, nothing was written"
        todo = "; to go on from these answers, save them as holdfast.toml and give it with --spec" if said_no else ""
        return _fail(f"holdfast: {why}{todo}", EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    except OSError as error:
        return _fail(f"holdfast: {_system(error)}", EXIT_USAGE)
    except Exception as error:  # the boundary: what gets here is a bug, and its traceback is for who asks for it
        if os.environ.get(DEBUG):
            raise
        return _fail(
            f"holdfast: a bug in holdfast, {type(error).__name__}: {one_line(str(error))}; "
            f"please report it with what {DEBUG}=1 prints",
            EXIT_BUG,
        )
    return EXIT_DONE


def _system(error: OSError) -> str:
    """What the system refused, where nobody had a better word for it."""
    place, todo = error.filename or "standard output", "mend that and try again"
    if not error.filename and error.errno == errno.ENOENT:
        place, todo = "the working directory", "go to one that is there"
    with suppress(OSError, ValueError):  # What waits to be printed must not fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return str(HoldfastError(str(error.strerror or error), where=str(place), todo=todo))


def _usage(error: click.ClickException) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "holdfast"
    return f"holdfast: {one_line(error.format_message()).rstrip('.?')}; see {command} --help"


def _fail(line: str, code: int) -> int:
    with suppress(OSError):
        click.echo(line, err=True)
    return code
