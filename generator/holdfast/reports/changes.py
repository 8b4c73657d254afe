"""What a command changed, or would change: for people, as a diff, and for scripts."""

from __future__ import annotations

import difflib
import io
import json
import os
from collections.abc import Iterator, Sequence

from holdfast.changing.values import Outcome
from holdfast.errors import one_line
from holdfast.git import Entry

#: More files than this are counted, not listed, once they are written: `git diff` shows them.
_LISTED = 25
#: What a command did to the spec, by the first word of its name.
_DONE = {"add": "added", "remove": "removed", "rename": "renamed"}
_WORDS = {"add": "added", "change": "changed", "delete": "deleted"}


def text(outcome: Outcome, *, did: Sequence[str] = (), news: str = "") -> str:
    """The news of the template, then what changed, what is in conflict, what to know, what to do next.

    `did` names what was added, removed or renamed in the spec.
    """
    # Names and changelogs are anybody's: a terminal obeys none, and none is more than its line.
    return "".join(f"{one_line(line.expandtabs())}\n" for line in _lines(outcome, did, news))


def _lines(outcome: Outcome, did: Sequence[str], news: str) -> Iterator[str]:
    yield from outcome.said
    if news:  # First, for it is long: what is left to do stands last, where a terminal ends.
        yield from (f"What changes with {outcome.after.name} {outcome.after.version}:", "", *news.split("\n"), "")
    kinds = {path: _kind(outcome, path) for path in outcome.new}
    yield _headline(outcome, list(kinds.values()), did)
    if outcome.dry or len(kinds) <= _LISTED:
        yield from (f"  {kind:<6}  {path}" for path, kind in sorted(kinds.items()))
    if outcome.conflicts:
        yield from ("", "In conflict:")
        yield from (f"  {conflict.path}: {conflict.what}" for conflict in outcome.conflicts)
    if outcome.notes:
        yield from ("", "To know:")
        yield from (f"  {note.path}: {note.what}" for note in outcome.notes)
    todo = list(_todo(outcome))
    if todo and not outcome.dry:
        yield from ("", "Next:")
        yield from (f"  {each}" for each in todo)


def _headline(outcome: Outcome, kinds: list[str], did: Sequence[str]) -> str:
    what = _what(outcome, did)
    counts = [
        f"{kinds.count(kind)} file{'' if kinds.count(kind) == 1 else 's'} {word}"
        for kind, word in _WORDS.items()
        if kind in kinds
    ]
    if not kinds and not outcome.conflicts:
        return f"{what}: nothing to change."
    state = "would be " if outcome.dry else ""
    conflicts = len(outcome.conflicts)
    if conflicts:
        counts.append(f"{conflicts} conflict{'' if conflicts == 1 else 's'}")
    return f"{what}: {state}{', '.join(counts)}."


def _what(outcome: Outcome, did: Sequence[str]) -> str:
    name = outcome.root.name
    if did:
        verb = outcome.verb.partition(" ")[0]
        return f"{name}: {f'to {verb}' if outcome.dry else _DONE[verb]} {', '.join(did)}"
    if outcome.before.version != outcome.after.version:
        return f"{name}: {outcome.after.name} {outcome.before.version} -> {outcome.after.version}"
    return name


def _todo(outcome: Outcome) -> Iterator[str]:
    if outcome.conflicts:
        yield "resolve the conflicts, as those of a git merge; then holdfast continue"
        yield "or take it all back: holdfast abort"
    yours = [
        path
        for path, entry in outcome.new.items()
        if entry
        and entry.content
        and path not in outcome.old
        and path.endswith((".py", ".json"))
        and path in outcome.yours
    ]
    if yours:
        yield "write what is yours:"
        yield from (f"  {path}" for path in sorted(yours))
    yield from outcome.todo
    if outcome.new and not outcome.conflicts and (outcome.root / "Makefile").is_file():
        yield "make test"


def _kind(outcome: Outcome, path: str) -> str:
    if outcome.new[path] is None:
        return "delete"
    return "change" if path in outcome.old else "add"


def diff(outcome: Outcome) -> str:
    """Every change as a unified diff, as git writes one."""
    return "".join(_diff(path, outcome.old.get(path), entry) for path, entry in sorted(outcome.new.items()))


def _diff(path: str, old: Entry | None, new: Entry | None) -> str:
    ours, theirs = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    lines = [f"diff --git {ours} {theirs}\n"]
    if old is None and new:
        lines.append(f"new file mode {new.mode}\n")
    elif new is None and old:
        lines.append(f"deleted file mode {old.mode}\n")
    elif old and new and old.mode != new.mode:
        lines += [f"old mode {old.mode}\n", f"new mode {new.mode}\n"]
    sides = [_text(entry) for entry in (old, new)]
    if None in sides:
        return "".join([*lines, f"Binary files {ours} and {theirs} differ\n"])
    before, after = (side or [] for side in sides)
    names = (ours if old else "/dev/null", theirs if new else "/dev/null")
    for line in difflib.unified_diff(before, after, *names):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _quoted(name: str) -> str:
    """A name as git writes it in a diff: one that would break the line, or a terminal, in quotes."""
    if name.isprintable() and not {'"', "\\"} & set(name):
        return name
    raw = os.fsencode(name)
    return '"' + "".join(f"\\{c:03o}" if c < 32 or c > 126 or c in b'"\\' else chr(c) for c in raw) + '"'


def _text(entry: Entry | None) -> list[str] | None:
    if entry is None:
        return []
    if b"\0" in entry.content:
        return None
    try:
        return list(io.StringIO(entry.content.decode("utf-8"), newline="\n"))
    except UnicodeDecodeError:
        return None


def as_json(outcome: Outcome, *, did: Sequence[str] = (), news: str = "", diffs: bool = False) -> str:
    """The same for scripts: one JSON object."""
    data = {
        "command": outcome.verb,
        "directory": str(outcome.root),
        "dry_run": outcome.dry,
        "template": {
            "name": outcome.after.name,
            "from": outcome.before.version,
            "to": outcome.after.version,
            "digest": outcome.after.digest,
        },
        "recovered": list(outcome.said),
        **{done: list(did) if outcome.verb.startswith(f"{verb} ") else [] for verb, done in _DONE.items()},
        "files": {path: _kind(outcome, path) for path in sorted(outcome.new)},
        "conflicts": {conflict.path: conflict.what for conflict in outcome.conflicts},
        "notes": [{"path": note.path, "what": note.what} for note in outcome.notes],
        "todo": list(outcome.todo),
        "changelog": news or None,
        **({"diff": diff(outcome)} if diffs else {}),
    }
    return json.dumps(data, indent=2)  # In ASCII: a pipe may have another encoding, and not every name is text.
