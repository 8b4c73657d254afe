"""Parts: one folder of the template each, read into values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from holdfast import shapes
from holdfast.errors import HoldfastError, shown
from holdfast.grants import Grants, read_grants
from holdfast.model import Question
from holdfast.questions import read_question
from holdfast.source import Template, toml

_KEYS = frozenset(
    {"title", "counts", "roles", "elsewhere", "uses", "needs", "brings", "invoker", "reserved", "together", "options"}
    | {"switch", "tables", "fits", "function", "files", "example"}
)
Scope = Literal["service", "each", "granted", "external"]
#: Parts of the project, of functions and of resources, and those that a boolean switches on; any other folder's are
#: chosen by a table of its name.
FUNCTION, EVENTS, RESOURCES, PROJECT, SHARED = "function", "events", "resources", "project", "shared"
OPTIONAL = "optional"
_SCOPES: Mapping[tuple[str, ...], Scope] = {
    (): "service",
    ("each",): "each",
    ("granted",): "granted",
    ("external",): "external",
}


@dataclass(frozen=True)
class Source:
    """A file of a part: the template that makes it, and where its output goes (itself a template)."""

    template: str
    target: str


@dataclass(frozen=True)
class Part:
    """One folder of the template.

    `uses` names the folders of template/shared that it shares with others; `brings` those that an answer brings: by
    option, by its value. `switch` is the table and the key of the boolean that brings an optional part. `fits` says
    beside which answers of other tables a chosen part can stand, by table and key. `invoker` is the option of an event
    source whose resource calls the function. `together` is how many characters a resource's name and the project's may
    have, or 0. `counts` is what a use adds to the service's stack, `roles` the roles and keys that it adds there too,
    unless a chosen part is `elsewhere`: then another stack holds them.
    """

    group: str
    name: str
    title: str
    options: tuple[Question, ...]
    tables: Mapping[str, tuple[Question, ...]]
    files: Mapping[Scope, tuple[Source, ...]]
    slots: Mapping[Scope, tuple[Source, ...]]
    grants: Grants
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    fits: Mapping[str, Mapping[str, Question]]
    brings: Mapping[str, Mapping[str, tuple[str, ...]]]
    counts: Mapping[Scope, int]
    roles: Mapping[Scope, int]
    elsewhere: bool
    kinds: Mapping[str, tuple[str, ...]]
    switch: tuple[str, str]
    invoker: str
    reserved: tuple[str, ...]
    together: int
    function: Mapping[str, Mapping[str, object]]
    example: Mapping[str, object]

    @property
    def path(self) -> str:
        return f"template/{self.group}/{self.name}" if self.name else f"template/{self.group}"

    def asked(self, *, external: bool) -> tuple[Question, ...]:
        """The options of a resource: one that somebody else made has fewer."""
        return tuple(question for question in self.options if not (external and question.own))


def read_part(template: Template, group: str, name: str, paths: Iterable[str]) -> Part:
    """The part whose files are `paths`. A malformed one is refused with its file's name."""
    root = f"template/{group}/{name}" if name else f"template/{group}"
    where = f"{root}/part.toml"
    data = toml(template.files[where], where=where)
    shapes.known(data, _KEYS, where)
    files: dict[Scope, list[Source]] = {scope: [] for scope in _SCOPES.values()}
    slots: dict[Scope, list[Source]] = {scope: [] for scope in _SCOPES.values()}
    for path in paths:
        pieces = tuple(path.removeprefix(f"{root}/").split("/"))
        prefix = pieces[:1] if pieces[:1] in _SCOPES else ()
        scope, rest = _SCOPES[prefix], pieces[len(prefix) :]
        if rest[:1] == ("files",):
            files[scope].append(Source(path, "/".join(rest[1:])))
        elif rest[:1] == ("slots",):
            slots[scope].append(Source(path, "/".join(rest[1:])))
    tables = {
        table: tuple(read_question(key, raw, where) for key, raw in shapes.subtables(questions, where))
        for table, questions in shapes.subtables(shapes.table(data, "tables", where), where)
    }
    return Part(
        group=group,
        name=name,
        title=str(data.get("title", name)),
        options=tuple(
            read_question(key, raw, where) for key, raw in shapes.subtables(shapes.table(data, "options", where), where)
        ),
        tables=tables,
        files={scope: tuple(sources) for scope, sources in files.items()},
        slots={scope: tuple(sources) for scope, sources in slots.items()},
        grants=read_grants(template, f"{root}/grants.toml"),
        needs=shapes.texts(data, "needs", where),
        uses=shapes.texts(data, "uses", where),
        fits={
            table: {key: _fit(key, raw, where) for key, raw in shapes.subtables(asked, where)}
            for table, asked in shapes.subtables(shapes.table(data, "fits", where), where)
        },
        brings={
            option: {answer: shapes.texts(answers, answer, where) for answer in answers}
            for option, answers in shapes.subtables(shapes.table(data, "brings", where), where)
        },
        counts=_counts(shapes.table(data, "counts", where), "counts", where),
        roles=_counts(shapes.table(data, "roles", where), "roles", where),
        elsewhere=data.get("elsewhere") is True,
        kinds={
            kind: shapes.texts(shapes.table(data, "files", where), kind, where)
            for kind in ("seeded", "derived", "executable")
        },
        switch=_switch(data),
        invoker=str(data.get("invoker", "")),
        reserved=shapes.texts(data, "reserved", where),
        together=_together(data, where),
        function=_narrowing(data, where),
        example=shapes.table(data, "example", where),
    )


def _fit(key: str, raw: Mapping[str, object], where: str) -> Question:
    """The answers that a part can stand beside: some of a question's choices, or of what its pattern allows."""
    shapes.known(raw, frozenset({"choices", "pattern", "hint"}), where)
    return read_question(key, {"type": "choice" if "choices" in raw else "string", **raw}, where)


def _switch(data: Mapping[str, object]) -> tuple[str, str]:
    table, _, key = str(data.get("switch", "")).partition(".")
    return table, key


def _together(data: Mapping[str, object], where: str) -> int:
    given = data.get("together", 0)
    if type(given) is not int or given < 0:
        raise HoldfastError(f"together = {shown(given)}", where=where, todo="write a number of characters")
    return given


def _counts(data: Mapping[str, object], table: str, where: str) -> dict[Scope, int]:
    counts: dict[Scope, int] = dict.fromkeys(_SCOPES.values(), 0)
    for scope, count in data.items():
        if scope not in counts or type(count) is not int or count < 0:
            raise HoldfastError(
                f"[{table}] has {scope} = {shown(count)}",
                where=where,
                todo=f"write whole numbers for {', '.join(counts)}",
            )
        counts[scope] = count
    return counts


def _narrowing(data: Mapping[str, object], where: str) -> dict[str, Mapping[str, object]]:
    found = dict(shapes.subtables(shapes.table(data, "function", where), where))
    for key, narrowed in found.items():
        unknown = narrowed.keys() - {"default", "minimum", "maximum"}
        if unknown:
            raise HoldfastError(
                f"[function.{key}] has unknown keys {', '.join(sorted(unknown))}",
                where=where,
                todo="an event source may narrow default, minimum and maximum",
            )
    return found
