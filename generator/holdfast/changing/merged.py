"""What a merge made without a conflict and no reader takes: both sides were well, and what came of them is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from holdfast import parseable
from holdfast.errors import HoldfastError
from holdfast.git import Entry
from holdfast.merging.plan import Note
from holdfast.tree import Tree


def broken(
    changes: Mapping[str, Entry | None], mine: Mapping[str, Entry], theirs: Tree, conflicts: Collection[str]
) -> Iterator[Note]:
    """The merged files that no longer parse, or where a key stands twice now, each with what is wrong."""
    for path, wanted in sorted(changes.items()):
        if wanted is None or path in conflicts or path not in theirs or path not in mine:
            continue
        if wanted.content == theirs[path].content or not (found := _wrong(path, wanted.content)):
            continue
        if not _wrong(path, mine[path].content):
            where, what = found
            yield Note(where, f"merged without a conflict, and now {what}; mend that by hand")


def _wrong(path: str, content: bytes) -> tuple[str, str] | None:
    try:
        parseable.check(path, content)
    except HoldfastError as error:
        return error.where, error.what.removeprefix(parseable.BROKEN)
    return None
