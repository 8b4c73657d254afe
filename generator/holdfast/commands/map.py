"""`holdfast map`: who may touch what in a service, drawn in one of several formats."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from holdfast import gather, placing, render
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.graph import Graph
from holdfast.spec import FILE

#: Each format's module, and the names of files that ask for it.
FORMATS = {"svg": "svg", "mermaid": "mermaid", "json": "data", "text": "listing"}
SUFFIXES = {".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json", ".txt": "text"}
#: As far into a file as its mark can be.
_BEGINNING = 1024


class _Drawing(Protocol):
    MARK: str

    def draw(self, graph: Graph) -> str: ...


def read(place: Path, catalogue: Catalogue) -> Graph:
    """The graph of the service in the folder `place`, or of the holdfast.toml that `place` is."""
    file = place / FILE if place.is_dir() else place
    if not file.exists():
        raise HoldfastError(
            f"there is no {FILE}" if place.is_dir() else "there is no such folder or file",
            where=str(place),
            todo="name the folder of a service that holdfast started",
        )
    spec, _ = gather.from_file(gather.Request(place if place.is_dir() else None), file, catalogue)
    return render.graph_of(spec, catalogue)


def chosen(wanted: str | None, output: Path | None) -> str:
    """The format: the one that was asked for, the one that the file's name says, or text."""
    if wanted:
        return wanted
    if output is None:
        return "text"
    if output.suffix.lower() not in SUFFIXES:
        raise HoldfastError(
            "its name does not say which format it wants",
            where=str(output),
            todo=f"end it in {', '.join(SUFFIXES)}, or give --format",
        )
    return SUFFIXES[output.suffix.lower()]


def draw(graph: Graph, format_: str) -> str:
    """The map in a format; only what that one needs is imported."""
    return _drawing(format_).draw(graph)


def write(text: str, format_: str, output: Path, *, force: bool) -> None:
    """Put the map into the file `output`, whole or not at all, in the place of nothing but an earlier map."""
    try:
        target = output.resolve()
        if target.exists() and not force and not _is_map(target, format_):
            raise HoldfastError(
                "it is there already, and not a map of this format that holdfast made",
                where=str(output),
                todo="name another file, or give --force",
            )
        placing.overwrite(target, text.encode("utf-8"))
    except OSError as error:
        raise HoldfastError(
            f"it cannot be written: {error.strerror or error}", where=str(output), todo="name another file"
        ) from None


def _is_map(file: Path, format_: str) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        beginning = stream.read(_BEGINNING).decode("utf-8", errors="replace")
    return not beginning.strip() or _drawing(format_).MARK in beginning


def _drawing(format_: str) -> _Drawing:
    return cast("_Drawing", import_module(f"holdfast.drawing.{FORMATS[format_]}"))
