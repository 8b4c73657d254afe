"""The commands that keep a service alive: sync, update, and what comes after conflicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from holdfast.cli.shared import EXIT_FINDINGS, at_a_terminal, ignore_interrupts, progress

if TYPE_CHECKING:
    from holdfast.changing.edited import How
    from holdfast.changing.values import Outcome
    from holdfast.commands.ending import Ended

Command = TypeVar("Command", bound=Callable[..., None])

DIRECTORY = click.argument("directory", default=".", type=click.Path(path_type=Path))


def changing(command: Command) -> Command:
    """The options of every command that changes a project."""
    options = (
        click.option("--dry-run", "dry", is_flag=True, help="Say what would change, and touch nothing."),
        click.option("--diff", "diffs", is_flag=True, help="Print every change as a diff."),
        click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON."),
        click.option(
            "--base",
            type=click.Path(path_type=Path),
            help="A folder or archive with the template that the project was made with.",
        ),
        click.option("--trust", is_flag=True, help="Let another template load its own Jinja extensions."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def how(base: Path | None, *, trust: bool, dry: bool) -> How:
    """What those options say, for the command itself."""
    from holdfast.changing.edited import How

    return How(base, trust, dry, ignore_interrupts)


def show(outcome: Outcome, *, diffs: bool, as_json: bool, did: tuple[str, ...] = (), news: str = "") -> None:
    """Print an outcome; conflicts, which are left to resolve, end with 1."""
    from holdfast.reports import changes as report

    if as_json:
        click.echo(report.as_json(outcome, did=did, news=news, diffs=diffs))
    else:
        if diffs:
            click.echo(report.diff(outcome), nl=False)
        click.echo(report.text(outcome, did=did, news=news), nl=False)
    if outcome.conflicts:
        raise click.exceptions.Exit(EXIT_FINDINGS)


@click.command(short_help="Apply a holdfast.toml that was edited by hand.")
@DIRECTORY
@changing
def sync(directory: Path, base: Path | None, trust: bool, dry: bool, diffs: bool, as_json: bool) -> None:
    """Apply a holdfast.toml that was edited by hand to the service in DIRECTORY.

    Exits with 1 where conflicts are left to resolve.
    """
    from holdfast.commands import sync as command

    with progress("Merging", quiet=as_json):
        outcome = command.sync(directory, how(base, trust=trust, dry=dry))
    show(outcome, diffs=diffs, as_json=as_json)


@click.command(short_help="Bring a service up to its template's newest version.")
@DIRECTORY
@click.option("--to", default="", metavar="VERSION", help="Another version than the newest; an older one only so.")
@click.option("--template", default="", metavar="SOURCE[@REF]", help="Another template than the project's.")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Answer a new question. Repeatable.")
@click.option("--defaults", is_flag=True, help="Ask nothing: every new question is answered by its default.")
@changing
def update(
    directory: Path,
    to: str,
    template: str,
    sets: tuple[str, ...],
    defaults: bool,
    base: Path | None,
    trust: bool,
    dry: bool,
    diffs: bool,
    as_json: bool,
) -> None:
    """Bring the service in DIRECTORY up to its template's newest version, with every edit kept.

    Exits with 1 where conflicts are left to resolve.
    """
    from holdfast.commands import update as command

    ask = None
    if at_a_terminal() and not as_json:
        from holdfast import prompts

        ask = prompts.answer
    request = command.Request(to, template, sets, defaults)
    with progress("Merging", quiet=as_json or ask is not None):
        news, outcome = command.update(directory, request, ask, how(base, trust=trust, dry=dry))
    show(outcome, diffs=diffs, as_json=as_json, news=news)


def ending(command: Command) -> Command:
    """The options of the two commands that end another."""
    options = (
        click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and touch nothing."),
        click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _end(ended: Ended, *, as_json: bool) -> None:
    from holdfast.reports import endings as report

    click.echo(report.as_json(ended) if as_json else report.text(ended), nl=as_json)
    if ended.left:
        raise click.exceptions.Exit(EXIT_FINDINGS)


@click.command("continue")
@DIRECTORY
@ending
def continue_(directory: Path, dry: bool, as_json: bool) -> None:
    """Finish a command whose conflicts are resolved. Exits with 1 where some are not."""
    from holdfast.commands import ending as command

    _end(command.continue_(directory, dry=dry), as_json=as_json)


@click.command(short_help="Take back a command that left conflicts.")
@DIRECTORY
@ending
def abort(directory: Path, dry: bool, as_json: bool) -> None:
    """Take back a command that left conflicts: every file and git's index are as they were before."""
    from holdfast.commands import ending as command

    _end(command.abort(directory, ignore_interrupts, dry=dry), as_json=as_json)


@click.command(short_help="Give a service its lost holdfast.lock back.")
@DIRECTORY
@click.option("--dry-run", "dry", is_flag=True, help="Say what was found, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="A folder or archive with the template that the project was made with.",
)
@click.option("--trust", is_flag=True, help="Let that template load its own Jinja extensions.")
def adopt(directory: Path, dry: bool, as_json: bool, base: Path | None, trust: bool) -> None:
    """Give the service in DIRECTORY its lost holdfast.lock back."""
    from holdfast.commands import adopt as command
    from holdfast.reports import adopted as report

    with progress("Comparing", quiet=as_json):
        found = command.adopt(directory, how(base, trust=trust, dry=dry))
    click.echo(report.as_json(found) if as_json else report.text(found), nl=as_json)
