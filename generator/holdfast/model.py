"""What a project is: values without behaviour, shared by every other room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

OptionType = Literal["string", "text", "integer", "boolean", "choice", "map", "resource", "function"]
Value = str | int | bool | Mapping[str, str]
FileKind = Literal["managed", "seeded", "derived"]


class Options(Mapping[str, Value]):
    """The options of one part or table, defaults resolved; templates read them as attributes."""

    def __init__(self, values: Mapping[str, Value] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, key: str) -> Value:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Options({self._values!r})"


@dataclass(frozen=True)
class Question:
    """One option of a part: what may stand under its key in holdfast.toml, and how a terminal asks for it.

    `when` names keys of the same table and the values under which the option matters, `needed` those under which it
    must be given, although it is not `required` beside others. `unique` refuses that two
    functions give the same value, among those that answer the question `within` alike; `resource` is the kind that a
    `resource` option must name, one that somebody else made only with `external`. `values` is what each value of a map
    must match. `own` is an option that only a resource of the service's own stack has.
    """

    key: str
    type: OptionType = "string"
    prompt: str = ""
    hint: str = ""
    default: Value | None = None
    required: bool = False
    asked: bool = True
    choices: tuple[str, ...] = ()
    pattern: str = ""
    values: str = ""
    minimum: int | None = None
    maximum: int | None = None
    resource: str = ""
    external: bool = False
    own: bool = False
    unique: bool = False
    within: str = ""
    reserved: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def matters(self, table: Mapping[str, object]) -> bool:
        """Whether the option counts, given the other values of its table."""
        return all(table.get(key) in values for key, values in self.when.items())

    def must(self, table: Mapping[str, object]) -> bool:
        """Whether it has to be given, with the other values of its table."""
        needed = bool(self.needed) and all(table.get(key) in values for key, values in self.needed.items())
        return (self.required or needed) and self.matters(table)


def in_question(questions: Iterable[Question], table: Mapping[str, object]) -> tuple[Question, ...]:
    """One question for each key, given the answers in `table`.

    Several parts may ask under one key, each beside another choice: then it is the one that matters, else the first.
    """
    asked: dict[str, Question] = {}
    for question in questions:
        if question.key not in asked or (question.matters(table) and not asked[question.key].matters(table)):
            asked[question.key] = question
    return tuple(asked.values())


@dataclass(frozen=True)
class Grant:
    """A permission of one function on one resource: `orders:get`, or on a part of it: `reports:put(daily/)`."""

    resource: str
    name: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.resource}:{self.name}({self.argument})" if self.argument else f"{self.resource}:{self.name}"


@dataclass(frozen=True)
class Permission:
    """What the catalogue has no grant for, written out: IAM actions on ARNs, and why."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class EventSpec:
    """What invokes a function: an event source and the answers to its questions."""

    kind: str
    options: Options


@dataclass(frozen=True)
class FunctionSpec:
    """One Lambda function of the service."""

    name: str
    event: EventSpec
    grants: tuple[Grant, ...]
    options: Options
    allow: tuple[Permission, ...] = ()


@dataclass(frozen=True)
class ResourceSpec:
    """A thing that functions use. `id` is the logical id's stem; it and `physical_name` stay when `name` changes.

    `external` says where one is that somebody else made: its ARN, or `ssm:` and the name of the parameter that holds
    it; `key` so names the KMS key that it is encrypted with.
    """

    name: str
    kind: str
    id: str
    options: Options
    external: str = ""
    key: str = ""
    physical_name: str = ""


@dataclass(frozen=True)
class ProjectSpec:
    """A whole holdfast.toml with every default resolved; order is the user's own."""

    tables: Mapping[str, Options]
    resources: tuple[ResourceSpec, ...]
    functions: tuple[FunctionSpec, ...]

    @property
    def name(self) -> str:
        return str(self.tables["project"]["name"])


@dataclass(frozen=True)
class TemplateRef:
    """The template that was applied. `location` is empty for the bundled one."""

    name: str
    version: str
    digest: str
    location: str = ""
