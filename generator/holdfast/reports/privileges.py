"""The answer of `holdfast privileges`, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from holdfast.commands.privileges import Outcome
from holdfast.errors import one_line
from holdfast.privileges.findings import Missing, Place, Unresolved, Unused, Verdict

if TYPE_CHECKING:
    from rich.console import Console

#: Names that stand in one line; more are counted.
MOST = 8


def text(outcome: Outcome) -> str:
    """A block for each function that has something to say, and a last line that counts."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    with console.capture() as captured:
        _print(outcome, console)
    return captured.get()


def _print(outcome: Outcome, console: Console) -> None:
    from rich.markup import escape

    for verdict in outcome.verdicts:
        lines = list(_lines(verdict))
        if lines:
            console.print(f"[bold]{escape(one_line(verdict.function))}[/bold]")
        for colour, word, line in lines:
            console.print(f"  [{colour}]{word:<10}[/{colour}] {escape(one_line(line))}")
    for function, grants in outcome.removed.items():
        taken = one_line(f"{', '.join(grants)} of {function}")
        console.print(f"removed from holdfast.toml: {escape(taken)}")
    if outcome.removed:
        console.print("template.yaml still has the rights: its roles must follow (`holdfast sync`, or by hand).")
    console.print(_summary(outcome))


def _summary(outcome: Outcome) -> str:
    missing = sum(len(verdict.missing) for verdict in outcome.verdicts)
    sure = sum(not one.unless for verdict in outcome.verdicts for one in verdict.unused)
    perhaps = sum(bool(one.unless) for verdict in outcome.verdicts for one in verdict.unused)
    doubts = len({doubt for verdict in outcome.verdicts for doubt in verdict.unresolved})
    count = len(outcome.verdicts)
    extra = f" ({perhaps} more unless something unresolved uses them)" if perhaps else ""
    return f"{count} function{'' if count == 1 else 's'}: {missing} missing, {sure} unused{extra}, {doubts} unresolved."


def _lines(verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    for gap in verdict.missing:
        yield "red", "missing", _missing(gap, verdict.function)
    for idle in verdict.unused:
        yield ("yellow" if not idle.unless else "dim"), "unused" if not idle.broad else "too broad", _unused(idle)
    for doubt in verdict.unresolved:
        yield "cyan", "unresolved", f"{doubt.place}: {doubt.what}"


def _missing(gap: Missing, function: str) -> str:
    on = f" on {_listed(gap.resources)}" if gap.resources else ""
    elsewhere = f"; it is granted on {_listed(gap.elsewhere)} only" if gap.elsewhere else ""
    todo = f"; holdfast add grant {function} {' or '.join(gap.grants)}" if gap.grants else ""
    return f"{gap.action}{on}, called at {_listed([str(place) for place in gap.places])}{elsewhere}{todo}"


def _unused(idle: Unused) -> str:
    what = f"{idle.grant}: " if idle.grant not in idle.actions else ""
    line = f"{what}{_listed(idle.actions)} on {_listed(idle.resources)} ({idle.source})"
    if idle.broad:
        line += f"; of what it grants, used are {_listed(idle.used, len(idle.used))}"
    if idle.unless:
        line += f"; unless {_listed([str(place) for place in idle.unless])} uses it"
    return line


def _listed(names: Sequence[str], most: int = MOST) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def as_json(outcome: Outcome) -> str:
    """One JSON object: what each function uses, and every finding with its places."""
    data = {
        "clean": outcome.clean,
        "functions": [_function(verdict) for verdict in outcome.verdicts],
        "removed": {function: list(grants) for function, grants in outcome.removed.items()},
    }
    return json.dumps(data, indent=2)  # In ASCII: a pipe may have another encoding, and not every name is text.


def _function(verdict: Verdict) -> dict[str, Any]:
    return {
        "function": verdict.function,
        "clean": verdict.clean,
        "used": list(verdict.used),
        "missing": [
            {
                "action": gap.action,
                "resources": list(gap.resources),
                "places": _places(gap.places),
                "granted_on": list(gap.elsewhere),
                "grants": list(gap.grants),
            }
            for gap in verdict.missing
        ],
        "unused": [
            {
                "grant": idle.grant,
                "actions": list(idle.actions),
                "resources": list(idle.resources),
                "source": idle.source,
                "too_broad": idle.broad,
                "used": list(idle.used),
                "unless": _places(idle.unless),
            }
            for idle in verdict.unused
        ],
        "unresolved": [_unresolved(doubt) for doubt in verdict.unresolved],
    }


def _unresolved(doubt: Unresolved) -> dict[str, Any]:
    return {"file": doubt.place.file, "line": doubt.place.line, "what": doubt.what, "services": list(doubt.services)}


def _places(places: Sequence[Place]) -> list[dict[str, Any]]:
    return [{"file": place.file, "line": place.line} for place in places]
