"""The map as plain text: what each function may touch, then who may touch each resource."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.drawing.say import invoked_by, summary
from holdfast.drawing.words import columns, printable
from holdfast.graph import Graph, Link, Resource
from holdfast.iam.access import LEVELS

#: How a map that was written to a file begins, after the service's name.
MARK = ": who may touch what"
_DOES = {"read": "is read by", "write": "is written by", "delete": "may lose data to"}
_LETTERS = {"read": "R", "write": "W", "delete": "D", None: " "}


def draw(graph: Graph) -> str:
    """The listing, for a terminal or a file."""
    return "".join(f"{printable_line(line)}\n" for line in _lines(graph))


def printable_line(line: str) -> str:
    """`line` with its indentation, and nothing in it that would end or disguise it."""
    body = line.lstrip(" ")
    return " " * (len(line) - len(body)) + "".join(c if c.isprintable() else printable(c) for c in body)


def _lines(graph: Graph) -> Iterator[str]:
    yield f"{graph.service}{MARK}"
    yield summary(graph)
    width = max((columns(link.resource) for link in graph.links), default=0)
    for function in graph.functions:
        yield ""
        yield invoked_by(function)
        for link in graph.links:
            if link.function == function.name:
                name = f"{link.resource}{' ' * (width - columns(link.resource))}"
                yield f"  {_LETTERS[link.access]} {name}  {', '.join(_said(link))}"
    for resource in graph.resources:
        yield ""
        yield _about(resource)
        yield from (f"  {line}" for line in _users(graph, resource))


def _said(link: Link) -> Iterator[str]:
    if link.invokes:
        yield "invokes it"
    yield from (permission.name for permission in link.permissions)
    yield from (f"its {name}" for name in link.names)


def _about(resource: Resource) -> str:
    kind = resource.kind or "written out"
    where = f", external: {resource.external}" if resource.external else ""
    return f"{resource.name} ({kind}{where})"


def _users(graph: Graph, resource: Resource) -> Iterator[str]:
    links = [link for link in graph.links if link.resource == resource.name]
    for level in LEVELS:
        users = [link.function for link in links if any(p.access == level for p in link.asked)]
        if users:
            yield f"{_DOES[level]} {', '.join(users)}"
    invoked = [link.function for link in links if link.invokes]
    if invoked:
        yield f"invokes {', '.join(invoked)}"
    if not links:
        yield "nobody may touch it"
