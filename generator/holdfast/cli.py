"""The command line: arguments in, one line or a summary out, and the boundary that every error ends at."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from holdfast import __version__
from holdfast.errors import HoldfastError, one_line

if TYPE_CHECKING:
    from holdfast.commands.new import Outcome

EXIT_DONE, EXIT_FINDINGS, EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 0, 1, 2, 3, 130
#: Set by shells that ask for completions, as click has it.
COMPLETE = "_HOLDFAST_COMPLETE"
#: Set to anything, it makes a bug print its traceback.
DEBUG = "HOLDFAST_DEBUG"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="holdfast %(version)s")
def root() -> None:
    """Serverless services that are secure from their first commit, and stay so."""


@root.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--defaults", is_flag=True, help="Ask nothing: one HTTP function, every answer its default.")
@click.option("--spec", "spec_file", type=click.Path(path_type=Path), help="Ask nothing: take this holdfast.toml.")
@click.option(
    "--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec; wins over all. Repeatable."
)
@click.option(
    "--template", metavar="SOURCE[@REF]", help="Another template: a folder, or a git URL with a tag, branch or commit."
)
@click.option(
    "--trust", is_flag=True, help="Let that template load its own Jinja extensions, which is running its code."
)
@click.option("--no-git", is_flag=True, help="Write files only.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def new(
    directory: Path | None,
    defaults: bool,
    spec_file: Path | None,
    sets: tuple[str, ...],
    template: str | None,
    trust: bool,
    no_git: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Start a service in DIRECTORY (by default, its name).

    At a terminal it asks; --defaults, --spec and --set answer beforehand.
    """
    from holdfast import gather, source, spec
    from holdfast.catalogue import load
    from holdfast.commands import new as command

    if defaults and spec_file:
        raise click.UsageError("--defaults and --spec are two ways to say the same: give one")
    if directory is not None:
        command.check_target(directory)
    with _progress("Reading the template", quiet=quiet):
        catalogue = load(source.bundled() if template is None else source.find(template, trusted=trust))
    request = gather.Request(directory, spec_file, defaults, sets)
    if spec_file:
        parsed, text = gather.from_file(request, spec_file, catalogue)
    else:
        answers = gather.preset(request, catalogue)
        if not defaults and _at_a_terminal():
            from holdfast import prompts

            taken = None if directory else lambda name: command.check_target(Path(name))
            answers = prompts.ask(catalogue, answers, check_name=taken)
        elif not (defaults or sets):
            missing = ", ".join(spec.missing(answers, catalogue))
            raise HoldfastError(
                f"nobody can be asked, this is no terminal, and missing are {missing}",
                todo="say what to build with --defaults, --spec or --set",
            )
        given = tuple(assignment.path for assignment in request.assignments(catalogue))
        parsed = spec.from_data(answers, catalogue, name="answers", given=given)
        text = spec.dump(parsed, catalogue)
    with _progress("Building the service", quiet=quiet):
        target = directory or Path(parsed.name)
        outcome = command.new(parsed, text, catalogue, target, with_git=not no_git, finishing=_ignore_interrupts)
    _print_new(outcome, quiet=quiet, as_json=as_json)


@root.command("map")
@click.argument("directory", default=".", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "wanted",
    type=click.Choice(["svg", "mermaid", "json", "text"]),
    help="By default what the name of --output says, otherwise text.",
)
@click.option("--output", type=click.Path(path_type=Path), help="A file, instead of standard output.")
@click.option("--force", is_flag=True, help="Write over a file that is not a map of holdfast's.")
@click.option("--template", metavar="SOURCE[@REF]", help="The template that the service was started from, if another.")
@click.option("--trust", is_flag=True, help="Let that template load its own Jinja extensions.")
def map_(
    directory: Path, wanted: str | None, output: Path | None, force: bool, template: str | None, trust: bool
) -> None:
    """Draw who may touch what in the service in DIRECTORY (by default, here)."""
    from holdfast import source
    from holdfast.catalogue import load
    from holdfast.commands import map as command

    output = None if output == Path("-") else output
    chosen = command.chosen(wanted, output)
    with _progress("Reading the template", quiet=False):
        catalogue = load(source.bundled() if template is None else source.find(template, trusted=trust))
    text = command.draw(command.read(directory, catalogue), chosen)
    if output:
        command.write(text, chosen, output, force=force)
    elif chosen == "text":
        click.echo(text, nl=False)
    else:
        click.echo(text.encode("utf-8"), nl=False)  # UTF-8 wherever it goes, as what it holds says or implies.


@root.command()
def schema() -> None:
    """Print the JSON Schema of holdfast.toml, for editors and checks."""
    import json

    from holdfast import source
    from holdfast.catalogue import load
    from holdfast.schema import json_schema

    click.echo(json.dumps(json_schema(load(source.bundled())), indent=2, ensure_ascii=False))


@root.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path), default=".")
@click.option("--fix", is_flag=True, help="Take grants that are certainly unused out of holdfast.toml.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or for scripts."
)
def privileges(directory: Path, fix: bool, form: str) -> None:
    """Compare what the functions of the service in DIRECTORY call with what their roles grant.

    Nothing of the service is run. Exits with 1 where something is missing or unused.
    """
    from holdfast import source
    from holdfast.catalogue import load
    from holdfast.commands import privileges as command
    from holdfast.reports import privileges as report

    with _progress("Reading the code", quiet=form == "json"):
        outcome = command.privileges(directory, load(source.bundled()), fix=fix)
    click.echo(report.as_json(outcome) if form == "json" else report.text(outcome), nl=form == "json")
    if not outcome.clean:
        raise click.exceptions.Exit(EXIT_FINDINGS)


def _print_new(outcome: Outcome, *, quiet: bool, as_json: bool) -> None:
    from holdfast.reports import new as report

    if as_json:
        click.echo(report.as_json(outcome))
    elif not quiet:
        click.echo(report.text(outcome), nl=False)


def _at_a_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


@contextmanager
def _progress(what: str, *, quiet: bool) -> Iterator[None]:
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


def main() -> None:
    """Run a command line; everything that goes wrong ends here as one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # Windows looks for programs in the working directory first, which may be anybody's.
    os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), _stopped)
    sys.exit(_run())


def _ignore_interrupts() -> None:
    """From the moment when the project is put in place it is too late to say that nothing was written."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
