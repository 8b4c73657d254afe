"""The commands that start a service and look at one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from holdfast.cli.shared import EXIT_FINDINGS, at_a_terminal, ignore_interrupts, progress
from holdfast.errors import HoldfastError

if TYPE_CHECKING:
    from holdfast.commands.new import Outcome


@click.command()
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
    with progress("Reading the template", quiet=quiet):
        catalogue = load(source.bundled() if template is None else source.find(template, trusted=trust))
    request = gather.Request(directory, spec_file, defaults, sets)
    if spec_file:
        parsed, text = gather.from_file(request, spec_file, catalogue)
    else:
        answers = gather.preset(request, catalogue)
        if not defaults and at_a_terminal():
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
    with progress("Building the service", quiet=quiet):
        target = directory or Path(parsed.name)
        outcome = command.new(parsed, text, catalogue, target, with_git=not no_git, finishing=ignore_interrupts)
    _print_new(outcome, quiet=quiet, as_json=as_json)


@click.command("map", short_help="Draw who may touch what in a service.")
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
    with progress("Reading the template", quiet=False):
        catalogue = load(source.bundled() if template is None else source.find(template, trusted=trust))
    text = command.draw(command.read(directory, catalogue), chosen)
    if output:
        command.write(text, chosen, output, force=force)
    elif chosen == "text":
        click.echo(text, nl=False)
    else:
        click.echo(text.encode("utf-8"), nl=False)  # UTF-8 wherever it goes, as what it holds says or implies.


@click.command(short_help="Print the JSON Schema of holdfast.toml.")
def schema() -> None:
    """Print the JSON Schema of holdfast.toml, for editors and checks."""
    import json

    from holdfast import source
    from holdfast.catalogue import load
    from holdfast.schema import json_schema

    click.echo(json.dumps(json_schema(load(source.bundled())), indent=2, ensure_ascii=False))


@click.command(short_help="Compare what functions call with what they were granted.")
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

    with progress("Reading the code", quiet=form == "json"):
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
