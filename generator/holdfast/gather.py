"""Where a new project's spec comes from when nobody is asked: a file, the defaults, `--set`, the folder's name."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast import render, spec
from holdfast import sets as assigned
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import ProjectSpec
from holdfast.source import MANIFEST

#: Far above any spec's size.
MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class Request:
    """What the command line said of the spec."""

    directory: Path | None = None
    spec_file: Path | None = None
    defaults: bool = False
    sets: tuple[str, ...] = ()

    def assignments(self, catalogue: Catalogue) -> tuple[assigned.Assignment, ...]:
        """What `--set` said."""
        return tuple(assigned.parse(item, catalogue) for item in self.sets)


def from_file(request: Request, path: Path, catalogue: Catalogue) -> tuple[ProjectSpec, str]:
    """The spec in `path` with `--set` applied, and its text; comments and order stay as they were."""
    text = _read(path)
    wanted = [*request.assignments(catalogue)]
    project = spec.load_toml(text, name=str(path)).get("project", {})
    if request.directory is not None and isinstance(project, dict) and "name" not in project:
        wanted.insert(0, _directory_name(request.directory))
    edited = assigned.edit(text, wanted, name=str(path)) if wanted else text
    given = tuple(assignment.path for assignment in wanted)
    data = spec.load_toml(edited, name=str(path))
    parsed = spec.from_data(data, catalogue, name=str(path), text=text, given=given)
    render.check_size(parsed, catalogue, name=str(path))
    return parsed, edited


def preset(request: Request, catalogue: Catalogue) -> dict[str, object]:
    """What is known without asking, as TOML data: the defaults if wanted, the folder's name, then `--set`."""
    data: dict[str, object] = {}
    if request.defaults:
        data = copy.deepcopy(dict(catalogue.defaults))
        spec.check(data, catalogue, name=f"{MANIFEST} [defaults]")
        _replace_events(data, request.assignments(catalogue))
        for table, questions in catalogue.tables.items():
            for question in questions:
                if question.required and question.default is not None:
                    assigned.apply(data, [assigned.Assignment((table, question.key), question.default)])
    if request.directory is not None:
        assigned.apply(data, [_directory_name(request.directory)])
    assigned.apply(data, request.assignments(catalogue))
    return data


def _replace_events(data: Mapping[str, object], assignments: Iterable[assigned.Assignment]) -> None:
    """Where `--set` gives a default function another event source, what the default one answered is not meant."""
    for assignment in assignments:
        match assignment.path:
            case ("functions", name, "event", "kind"):
                function = _table(_table(data, "functions"), name)
                if _table(function, "event").get("kind") not in (None, assignment.value):
                    function["event"] = {}


def _directory_name(directory: Path) -> assigned.Assignment:
    return assigned.Assignment(("project", "name"), directory.absolute().name)


def _table(data: Mapping[str, object], key: str) -> dict[str, object]:
    found = data.get(key, {})
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> str:
    try:
        # Not by its size: a device and a pipe say none.
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise HoldfastError("it is too large for a spec", where=str(path), todo="name a holdfast.toml")
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise HoldfastError(
            f"it cannot be read: {error.strerror}", where=str(path), todo="name a holdfast.toml"
        ) from None
    except UnicodeDecodeError as error:
        raise HoldfastError(f"it is not UTF-8 (byte {error.start})", where=str(path), todo="save it as UTF-8") from None
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else f"{text}\n"
