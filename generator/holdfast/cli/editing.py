"""The commands that edit holdfast.toml and bring the service in line with it: add, remove, rename."""

from __future__ import annotations

from pathlib import Path

import click

from holdfast.cli.living import changing, how, show
from holdfast.cli.shared import at_a_terminal, progress

DIRECTORY = click.option(
    "-C",
    "--directory",
    default=".",
    type=click.Path(path_type=Path),
    help="The folder of the service; by default, here.",
)


@click.group()
def add() -> None:
    """Add a function, a resource or a grant to a service."""


@click.group(short_help="Remove a function, a resource or a grant.")
def remove() -> None:
    """Remove a function, a resource or a grant; files that you changed are kept."""


@click.group("rename", short_help="Rename a function or a resource.")
def rename_() -> None:
    """Rename a function or a resource; files and data stay what they are."""


def _added(
    directory: Path, group: str, name: str, kind: str, sets: tuple[str, ...], grants: tuple[str, ...], **options: object
) -> None:
    from holdfast.commands import add as command

    base, trust, dry, diffs, as_json = (options[key] for key in ("base", "trust", "dry", "diffs", "as_json"))
    ask = None
    if at_a_terminal() and not as_json:
        from holdfast import prompts

        ask = prompts.add
    request = command.Request(group, name, kind, sets, grants)
    with progress("Merging", quiet=bool(as_json) or ask is not None):
        added, outcome = command.member(
            directory, request, ask, how(base if isinstance(base, Path) else None, trust=bool(trust), dry=bool(dry))
        )
    show(outcome, diffs=bool(diffs), as_json=bool(as_json), did=added)


@add.command("function")
@click.argument("name", default="")
@click.option("--event", default="", metavar="KIND", help="What invokes it: http-api, sqs, schedule, …")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="A key of its event or its own. Repeatable.")
@click.option("--grant", "grants", multiple=True, metavar="RESOURCE:GRANT", help="What it may do. Repeatable.")
@DIRECTORY
@changing
def add_function(
    name: str, event: str, sets: tuple[str, ...], grants: tuple[str, ...], directory: Path, **options: object
) -> None:
    """Add the function NAME. At a terminal, what is not given is asked for."""
    _added(directory, "functions", name, event, sets, grants, **options)


@add.command("resource")
@click.argument("name", default="")
@click.option("--kind", default="", help="What it is: table, queue, bucket, …")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="A key of its own. Repeatable.")
@DIRECTORY
@changing
def add_resource(name: str, kind: str, sets: tuple[str, ...], directory: Path, **options: object) -> None:
    """Add the resource NAME. At a terminal, what is not given is asked for."""
    _added(directory, "resources", name, kind, sets, (), **options)


@add.command("grant")
@click.argument("function", default="")
@click.argument("grants", nargs=-1, metavar="RESOURCE:GRANT...")
@DIRECTORY
@changing
def add_grant(
    function: str,
    grants: tuple[str, ...],
    directory: Path,
    base: Path | None,
    trust: bool,
    dry: bool,
    diffs: bool,
    as_json: bool,
) -> None:
    """Let FUNCTION do more with a resource. At a terminal, what is not given is asked for."""
    from holdfast.commands import add as command

    ask = None
    if at_a_terminal() and not as_json and not grants:
        from holdfast import prompts

        ask = prompts.grants
    with progress("Merging", quiet=as_json or ask is not None):
        added, outcome = command.grant(directory, function, grants, ask, how(base, trust=trust, dry=dry))
    show(outcome, diffs=diffs, as_json=as_json, did=added)


def _removed(
    directory: Path, group: str, name: str, base: Path | None, *, trust: bool, dry: bool, diffs: bool, as_json: bool
) -> None:
    from holdfast.commands import remove as command

    with progress("Merging", quiet=as_json):
        outcome = command.member(directory, group, name, how(base, trust=trust, dry=dry))
    show(outcome, diffs=diffs, as_json=as_json, did=(f"{group[:-1]} {name}",))


@remove.command("function")
@click.argument("name")
@DIRECTORY
@changing
def remove_function(
    name: str, directory: Path, base: Path | None, trust: bool, dry: bool, diffs: bool, as_json: bool
) -> None:
    """Remove the function NAME."""
    _removed(directory, "functions", name, base, trust=trust, dry=dry, diffs=diffs, as_json=as_json)


@remove.command("resource")
@click.argument("name")
@DIRECTORY
@changing
def remove_resource(
    name: str, directory: Path, base: Path | None, trust: bool, dry: bool, diffs: bool, as_json: bool
) -> None:
    """Remove the resource NAME, which nothing uses any more."""
    _removed(directory, "resources", name, base, trust=trust, dry=dry, diffs=diffs, as_json=as_json)


@remove.command("grant")
@click.argument("function")
@click.argument("grants", nargs=-1, required=True, metavar="RESOURCE:GRANT...")
@DIRECTORY
@changing
def remove_grant(
    function: str,
    grants: tuple[str, ...],
    directory: Path,
    base: Path | None,
    trust: bool,
    dry: bool,
    diffs: bool,
    as_json: bool,
) -> None:
    """Let FUNCTION do less with a resource."""
    from holdfast.commands import remove as command

    with progress("Merging", quiet=as_json):
        outcome = command.grant(directory, function, grants, how(base, trust=trust, dry=dry))
    did = tuple(f"grant {grant} of {function}" for grant in grants)
    show(outcome, diffs=diffs, as_json=as_json, did=did)


def _renamed(
    directory: Path,
    group: str,
    old: str,
    new: str,
    base: Path | None,
    *,
    trust: bool,
    dry: bool,
    diffs: bool,
    as_json: bool,
) -> None:
    from holdfast.commands import rename as command

    with progress("Merging", quiet=as_json):
        outcome = command.member(directory, group, old, new, how(base, trust=trust, dry=dry))
    show(outcome, diffs=diffs, as_json=as_json, did=(f"{group[:-1]} {old} to {new}",))


@rename_.command("function")
@click.argument("old")
@click.argument("new")
@DIRECTORY
@changing
def rename_function(
    old: str, new: str, directory: Path, base: Path | None, trust: bool, dry: bool, diffs: bool, as_json: bool
) -> None:
    """Call the function OLD NEW. Its files move with your edits; AWS makes a new function of it."""
    _renamed(directory, "functions", old, new, base, trust=trust, dry=dry, diffs=diffs, as_json=as_json)


@rename_.command("resource")
@click.argument("old")
@click.argument("new")
@DIRECTORY
@changing
def rename_resource(
    old: str, new: str, directory: Path, base: Path | None, trust: bool, dry: bool, diffs: bool, as_json: bool
) -> None:
    """Call the resource OLD NEW. It keeps its logical id, its name in AWS and its data."""
    _renamed(directory, "resources", old, new, base, trust=trust, dry=dry, diffs=diffs, as_json=as_json)
