"""What a merge made without a conflict and no reader takes: both sides were well, and what came of them is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from holdfast import parseable
from holdfast.errors import HoldfastError
from holdfast.git import Entry
from holdfast.merging.plan import Note
from holdfast.tree import Tree


def broken(
    changes: Mapping[str, Entry | None], base: Tree, mine: Mapping[str, Entry], theirs: Tree, conflicts: Collection[str]
) -> Iterator[Note]:
    """The merged files that no longer parse, or where a key stands twice now, each with what is wrong."""
    for path, wanted in sorted(changes.items()):
        if wanted is None or path in conflicts or path not in theirs or path not in mine:
            continue
        if wanted.content == theirs[path].content or (path in base and _same(base[path].content, mine[path].content)):
            continue
        found = _wrong(path, wanted.content)
        if found and not _wrong(path, mine[path].content):
            where, what = found
            yield Note(where, f"merged without a conflict, and now {what}; mend that by hand")


def _same(one: bytes, other: bytes) -> bool:
    """Whether two texts say the same but for comments and empty lines: to read a large file for nothing takes long."""
    return _said(one) == _said(other)


def _said(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]


def _wrong(path: str, content: bytes) -> tuple[str, str] | None:
    try:
        parseable.check(path, content)
    except HoldfastError as error:
        return error.where, error.what.removeprefix(parseable.BROKEN)
    return None
