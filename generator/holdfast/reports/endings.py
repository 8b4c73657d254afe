"""The answer of `holdfast continue` and `holdfast abort`: for people, and for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from holdfast.commands.ending import Ended
from holdfast.errors import one_line


def text(ended: Ended) -> str:
    """What ended, or what is left to do before it can."""
    return "".join(f"{one_line(line)}\n" for line in _lines(ended))


def _lines(ended: Ended) -> Iterator[str]:
    if ended.left:
        yield from (f"{conflict.path}: {what}" for conflict, what in ended.left)
        return
    done = {"continue": ("would be done", "is done"), "abort": ("would be taken back", "was taken back")}[ended.way]
    yield f"{ended.root.name}: `holdfast {ended.verb}` {done[not ended.dry]}."
    if ended.later:
        where = f"kept in {_shown(ended)}" if ended.kept else "kept aside"
        yield from ("", f"What you made of these since {'would be' if ended.dry else 'is'} {where}:")
        yield from (f"  {path}" for path in ended.later)
    if ended.todo:
        yield from ("", "Next:")
        yield from (f"  {each}" for each in ended.todo)


def _shown(ended: Ended) -> str:
    """The folder as one can type it from the project."""
    kept = str(ended.kept)
    return kept.removeprefix(f"{ended.root}{os.sep}")


def as_json(ended: Ended) -> str:
    """The same for scripts: one JSON object."""
    data = {
        "command": ended.way,
        "ended": ended.verb,
        "directory": str(ended.root),
        "dry_run": ended.dry,
        "done": not (ended.left or ended.dry),
        "conflicts": {conflict.path: what for conflict, what in ended.left},
        "changed_since": list(ended.later),
        "kept": str(ended.kept) if ended.kept else None,
        "todo": list(ended.todo),
    }
    return json.dumps(data, indent=2)  # In ASCII: a pipe may have another encoding, and not every name is text.
