"""`--set KEY=VALUE`: any key of the spec, given on the command line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass

from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import Question

_KEY = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_TEXTUAL = frozenset({"string", "text", "choice", "resource"})


@dataclass(frozen=True)
class Assignment:
    """One key of the spec and its new value, as TOML would hold it."""

    path: tuple[str, ...]
    value: object


def parse(text: str, catalogue: Catalogue) -> Assignment:
    """`KEY=VALUE`, the value as text where the key's question takes text, as TOML where it takes anything else."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not _KEY.match(key):
        raise HoldfastError(
            "it is not KEY=VALUE", where=f"--set {text}", todo="write it as --set project.description=Orders"
        )
    path = tuple(key.split("."))
    questions = list(_questions(path, catalogue))
    in_map = len(path) > 3 and any(q.type == "map" for q in _questions(path[:-1], catalogue))
    textual = path[-1] == "kind" or in_map or (questions and all(q.type in _TEXTUAL for q in questions))
    return Assignment(path, value if textual else _toml(path, value))


def apply(data: MutableMapping[str, object], assignments: Iterable[Assignment]) -> None:
    """Set every key in `data` (plain or tomlkit's own), making the tables on the way."""
    for assignment in assignments:
        table, path = data, list(assignment.path)
        while len(path) > 1 and path[0] in table:
            inner = table[path.pop(0)]
            if not isinstance(inner, MutableMapping):
                raise HoldfastError(
                    "it goes through a key that is not a table",
                    where=f"--set {'.'.join(assignment.path)}",
                    todo="mend the key",
                )
            table = inner
        # What is not there yet is made whole and put in place once: tomlkit hands out copies of some tables.
        value = assignment.value
        for key in reversed(path[1:]):
            value = {key: value}
        table[path[0]] = value


def edit(text: str, assignments: Iterable[Assignment], *, name: str) -> str:
    """`text`, a holdfast.toml, with the keys set; its comments and order stay."""
    import tomlkit
    import tomlkit.exceptions

    try:
        document = tomlkit.parse(text)
    except tomlkit.exceptions.TOMLKitError as error:
        raise HoldfastError(f"not TOML: {error}", where=name, todo="mend the line") from None
    wanted = list(assignments)
    apply(document, wanted)
    edited, expected = tomlkit.dumps(document), tomllib.loads(text)
    apply(expected, wanted)
    try:
        same = tomllib.loads(edited) == expected
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        keys = ", ".join(".".join(assignment.path) for assignment in wanted)
        raise HoldfastError(f"--set {keys} cannot be put into it as it is written", where=name, todo="edit it by hand")
    return edited


def _questions(path: tuple[str, ...], catalogue: Catalogue) -> Iterable[Question]:
    """The questions that `path` may answer; a function's event may be of any kind."""
    options: list[tuple[Question, ...]] = []
    match path:
        case ("functions", _, "event", _):
            options = [part.options for part in catalogue.group("events").values()]
        case ("functions", _, _):
            options = [catalogue.function.options]
        case ("resources", _, _):
            options = [part.options for part in catalogue.group("resources").values()]
        case (table, _):
            options = [catalogue.tables.get(table, ())]
    return (question for questions in options for question in questions if question.key == path[-1])


def _toml(path: tuple[str, ...], value: str) -> object:
    if path[-1] == "grants" and not value.lstrip().startswith("["):
        return [grant.strip() for grant in value.split(",") if grant.strip()]
    try:
        found: Mapping[str, object] = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):  # Not TOML, or nothing that anybody means: the key's own check will say so.
        return value
    return found["value"] if len(found) == 1 else value
