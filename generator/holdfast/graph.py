"""Who may touch what: a spec as a graph of functions, what invokes them, resources, and permissions between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from holdfast.catalogue import Catalogue
from holdfast.context import Names
from holdfast.iam import access
from holdfast.iam.access import Access
from holdfast.model import EventSpec, FunctionSpec, ProjectSpec
from holdfast.parts import EVENTS, RESOURCES
from holdfast.statements import RenderText

#: Why a function has a permission: somebody granted it, its event source needs it, or something that the whole service
#: has chosen, such as a backend; or it is written out in the spec.
Because = Literal["grant", "event", "service", "allow"]


@dataclass(frozen=True)
class Permission:
    """What a function may do with one resource, by the grant's name."""

    name: str
    title: str
    access: Access
    because: Because
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """All that is between one function and one resource.

    `invokes` says that the resource invokes the function; `names` holds the event's options that name it otherwise.
    """

    function: str
    resource: str
    permissions: tuple[Permission, ...]
    invokes: bool = False
    names: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[Permission, ...]:
        """The permissions but for those without which the resource could not invoke the function."""
        return tuple(p for p in self.permissions if p.because != "event" or not self.invokes)

    @property
    def access(self) -> Access | None:
        """The most that the function may do there beside being invoked; None where it may do nothing."""
        return max((p.access for p in self.asked), key=access.LEVELS.index, default=None)


@dataclass(frozen=True)
class Function:
    """A function; `answers` are what its event source was told: a route, a schedule, a queue's name."""

    name: str
    source: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """A resource; `external` says where it is, if it is not the stack's own."""

    name: str
    kind: str
    external: str = ""


@dataclass(frozen=True)
class Graph:
    """A service; order is the spec's own, and that of `links` by function, then by resource."""

    service: str
    functions: tuple[Function, ...]
    resources: tuple[Resource, ...]
    links: tuple[Link, ...]


def build(spec: ProjectSpec, catalogue: Catalogue, names: Names, render: RenderText) -> Graph:
    """The graph of `spec`; `names` are what templates see of it, and `render` fills in what event sources need."""
    resources = {
        resource.name: Resource(resource.name, resource.kind, resource.external) for resource in spec.resources
    }
    links: list[Link] = []
    for function in spec.functions:
        found: dict[str, list[Permission]] = {}
        for resource, permission in _permissions(function, spec, catalogue, resources, names, render):
            found.setdefault(resource, []).append(permission)
        for resource, permission in _written_out(function):
            resources.setdefault(resource, Resource(resource, "", resource))
            found.setdefault(resource, []).append(permission)
        invoker, named = _of_event(function.event, catalogue)
        touched = [name for name in resources if name in found or name == invoker or name in named]
        links += [
            Link(function.name, name, tuple(found.get(name, ())), name == invoker, named.get(name, ()))
            for name in touched
        ]
    functions = tuple(
        Function(function.name, function.event.kind, _answers(function.event, catalogue)) for function in spec.functions
    )
    return Graph(spec.name, functions, tuple(resources.values()), tuple(links))


def _permissions(
    function: FunctionSpec,
    spec: ProjectSpec,
    catalogue: Catalogue,
    resources: Mapping[str, Resource],
    names: Names,
    render: RenderText,
) -> Iterator[tuple[str, Permission]]:
    """What the event source needs, then what was granted, then what the service's own choices need beside."""
    seen = names.of(function.name, "")
    granted = [str(grant) for grant in function.grants]
    needs = (render(need, seen) for need in catalogue.parts[EVENTS, function.event.kind].needs)
    wanted: list[tuple[str, Because]] = [(need, "event") for need in needs if need]
    wanted += [(grant, "grant") for grant in granted]
    needs = (render(need, seen) for part in catalogue.chosen(spec.tables) for need in part.needs)
    wanted += [(need, "service") for need in needs if need and need not in granted]
    for text, because in wanted:
        resource, _, shown = text.partition(":")
        rule = catalogue.parts[RESOURCES, resources[resource].kind].grants.rules[shown.partition("(")[0]]
        yield resource, Permission(shown, rule.title, access.of(rule.actions), because, rule.actions)


def _written_out(function: FunctionSpec) -> Iterator[tuple[str, Permission]]:
    """The permissions that the spec holds in full: on ARNs, with a reason, under no grant's name."""
    for allow in function.allow:
        for arn in allow.resources:
            for action in allow.actions:
                yield arn, Permission(action, allow.reason, access.of([action]), "allow", (action,))


def _of_event(event: EventSpec, catalogue: Catalogue) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The resource that invokes the function, or nothing; and those that other options of its event name."""
    part = catalogue.parts[EVENTS, event.kind]
    named: dict[str, tuple[str, ...]] = {}
    for question in part.options:
        if question.type == "resource" and question.key in event.options and question.key != part.invoker:
            name = str(event.options[question.key])
            named[name] = (*named.get(name, ()), question.key)
    return str(event.options.get(part.invoker, "")), named


def _answers(event: EventSpec, catalogue: Catalogue) -> tuple[str, ...]:
    """What the event source asks a person for, as it was answered; with the question's key where it says more."""
    part = catalogue.parts[EVENTS, event.kind]
    asked = (question for question in part.options if question.asked and question.key in event.options)
    given = [(q, event.options[q.key]) for q in asked if q.required or event.options[q.key] != q.default]
    plain = ("string", "text", "resource")
    return tuple(str(value) if q.required and q.type in plain else f"{q.key} {value}" for q, value in given)
