"""A template's parts and the questions that they ask, read from its folders; there is no other registry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from holdfast.errors import HoldfastError
from holdfast.fitting import check_parts, check_tables
from holdfast.model import Options, Question
from holdfast.parts import EVENTS, FUNCTION, OPTIONAL, PROJECT, RESOURCES, Part, read_part
from holdfast.sharing import reachable, sharing
from holdfast.source import Template
from holdfast.tables import read_after, read_choices, read_tables

#: A part's file: of `template/<group>` or of `template/<group>/<name>`; below `files/` it is one that a part makes.
_PART = re.compile(r"template/([^/]+)(?:/(?!(?:files|slots|each|granted)/)([^/]+))?/part\.toml")


@dataclass(frozen=True)
class Catalogue:
    """Everything that a template offers."""

    template: Template
    parts: Mapping[tuple[str, str], Part]
    tables: Mapping[str, tuple[Question, ...]]
    choices: Mapping[str, str]
    after: Mapping[str, str]

    def group(self, group: str) -> Mapping[str, Part]:
        """The parts of one folder by name: `events` gives `http-api` and its neighbours."""
        return {name: part for (of, name), part in self.parts.items() if of == group}

    def chosen(self, tables: Mapping[str, Options]) -> tuple[Part, ...]:
        """The parts of the service as a whole, each after what it shares.

        They are one of each choice (a backend, a CI system), and what booleans bring.
        """
        picked = [self.parts[group, str(tables[group][key])] for group, key in self.choices.items()]
        picked += [part for part in self.group(OPTIONAL).values() if tables[part.switch[0]][part.switch[1]] is True]
        found = [each for part in picked for each in (*self.shared(part, {}), part)]
        return tuple({part.path: part for part in found}.values())

    @property
    def function(self) -> Part:
        return self.parts[FUNCTION, ""]

    def shared(self, part: Part, answers: Mapping[str, object]) -> tuple[Part, ...]:
        """What `part` uses of template/shared, and what `answers` to its options bring."""
        brought = (name for option in part.brings for name in part.brings[option].get(str(answers.get(option)), ()))
        return tuple(reachable([*part.uses, *brought], part, self.parts).values())

    def function_options(self, event: str) -> tuple[Question, ...]:
        """A function's options as the event source that invokes it narrows them."""
        narrowed = self.parts[EVENTS, event].function if event else {}
        return tuple(replace(q, **narrowed.get(q.key, {})) for q in self.function.options)  # type: ignore[arg-type]

    @property
    def defaults(self) -> Mapping[str, object]:
        """What `--defaults` starts from, beside the tables' own defaults."""
        found = self.template.manifest.get("defaults", {})
        return found if isinstance(found, dict) else {}


def load(template: Template) -> Catalogue:
    """Read the parts of `template`. A malformed part is refused with its file's name."""
    parts = {key: read_part(template, *key, paths) for key, paths in sorted(_folders(template).items())}
    for key in ((PROJECT, ""), (FUNCTION, "")):
        if key not in parts:
            raise HoldfastError(f"template/{key[0]}/part.toml is missing", where=template.ref.name)
    choices = read_choices(template, parts)
    using = {EVENTS, RESOURCES, OPTIONAL, *choices}
    parts |= {key: sharing(part, parts) for key, part in parts.items() if key[0] in using}
    check_parts(parts, using)
    tables = read_tables(template, parts, choices)
    check_tables(parts, tables)
    return Catalogue(template, parts, tables, choices, read_after(template))


def _folders(template: Template) -> dict[tuple[str, str], list[str]]:
    """The files of each part by its group and name."""
    folders: dict[tuple[str, str], list[str]] = {}
    for path in template.files:
        if found := _PART.fullmatch(path):
            folders[found[1], found[2] or ""] = []
    for path in template.files:
        pieces = path.split("/")
        if len(pieces) > 3:
            for key in ((pieces[1], ""), (pieces[1], pieces[2])):
                if key in folders:
                    folders[key].append(path)
    return folders
