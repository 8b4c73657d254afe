"""The answer of `holdfast adopt`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from holdfast.commands.adopt import Adopted
from holdfast.errors import one_line


def text(found: Adopted) -> str:
    """Which template it is, and how far the project is from it."""
    return "".join(f"{one_line(line)}\n" for line in _lines(found))


def _lines(found: Adopted) -> Iterator[str]:
    ref, total = found.template, found.same + len(found.changed) + len(found.missing)
    verb = "would be written" if found.dry else "is written"
    yield f"{found.root.name}: made with {ref.name} {ref.version}; its holdfast.lock {verb}."
    yield f"{found.same} of {total} files are as that template makes them."
    for what, paths in (("changed", found.changed), ("missing", found.missing)):
        if paths:
            yield from ("", f"{what.capitalize()}:")
            yield from (f"  {path}" for path in paths)


def as_json(found: Adopted) -> str:
    """The same for scripts: one JSON object."""
    data = {
        "directory": str(found.root),
        "template": {"name": found.template.name, "version": found.template.version, "digest": found.template.digest},
        "same": found.same,
        "changed": list(found.changed),
        "missing": list(found.missing),
        "dry_run": found.dry,
    }
    return json.dumps(data, indent=2)  # In ASCII: a pipe may have another encoding, and not every name is text.
