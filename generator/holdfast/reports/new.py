"""The summary of `holdfast new`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from holdfast.commands.new import Outcome

if TYPE_CHECKING:
    from rich.console import Console

#: The five risks, what stands against each in every service, and where to look.
RISKS = (
    ("events", "a strict model parses every event before your code sees it", "src/{package}/functions/*/event.py"),
    ("dependencies", "locked by version and hash, audited before they install", "requirements.txt"),
    ("observability", "JSON logs, traces, alarms on failures and refused events", "template.yaml"),
    ("privilege", "one role a function: exact actions on exact ARNs, a boundary", "template.yaml, platform/"),
    ("errors", "one boundary: no message, value or stack trace leaves it", "src/{package}/guard/"),
)


def text(outcome: Outcome) -> str:
    """What was built, what stands against each risk, and what to do next; as wide and coloured as the terminal is."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as captured:
        _summary(outcome, console)
    return captured.get()


def _summary(outcome: Outcome, console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    spec, shown = outcome.spec, _relative(outcome.directory)
    kept = f"committed as {outcome.commit}" if outcome.commit else f"not committed: {outcome.git}"
    what = (
        f"{_count(len(spec.functions), 'function')}, {_count(len(spec.resources), 'resource')}, {outcome.files} files"
    )
    console.print(
        f"[bold]{escape(spec.name)}[/bold] is in [bold]{escape(shown)}[/bold]: {what}; {escape(kept)}.\n",
        soft_wrap=True,
    )
    table = Table.grid(padding=(0, 2))
    for risk, answer, where in RISKS:
        place = where.format(package=spec.name.replace("-", "_"))
        table.add_row(f"  [bold]{risk}[/bold]", answer, f"[dim]{place}[/dim]" if console.width >= 110 else "")
    console.print(table)
    first = spec.functions[0].name
    console.print("\nNext:")
    if shown != ".":
        console.print(f"  cd {escape(shlex.quote(shown))}", soft_wrap=True)
    for command in outcome.todo:
        console.print(f"  {escape(command)}", soft_wrap=True)
    console.print("  make setup test")
    console.print(f"  make invoke FUNCTION={first} EVENT=events/{first.replace('-', '_')}.json", soft_wrap=True)
    for warning in outcome.warnings:
        console.print(f"\n[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)


def as_json(outcome: Outcome) -> str:
    """The same for scripts: one JSON object."""
    data = {
        "directory": str(outcome.directory),
        "template": {
            "name": outcome.template.name,
            "version": outcome.template.version,
            "digest": outcome.template.digest,
        },
        "functions": [function.name for function in outcome.spec.functions],
        "resources": [resource.name for resource in outcome.spec.resources],
        "files": outcome.files,
        "stack_resources": outcome.stack_resources,
        "commit": outcome.commit or None,
        "not_committed": outcome.git or None,
        "to_commit": list(outcome.todo),
        "warnings": list(outcome.warnings),
    }
    return json.dumps(data, indent=2)  # In ASCII: a pipe may have another encoding, and not every name is text.


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _relative(directory: Path) -> str:
    try:
        return str(directory.relative_to(Path.cwd()))
    except ValueError:
        return str(directory)
