"""The map as a Mermaid flowchart, in the part of its syntax that GitHub's Markdown draws.

Templates call this too, and a released template renders the same bytes for ever: whoever changes what `draw` returns
gives it the next number in FORMATS and keeps what the earlier ones returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from holdfast.graph import Function, Graph, Link, Resource

FORMATS = (1,)
#: Begins every map, so that the next one may take its place.
MARK = "%% Made by holdfast map"
#: Mermaid draws no more than this: edges, and characters of text.
MOST_EDGES, MOST_TEXT = 500, 50_000
#: Line and head by access: thin, thick, and thick with a cross at its end.
_ARROWS = {"read": "-->", "write": "==>", "delete": "==x", None: "-.-"}
_COLOURS = {"write": "#2f6fd0", "delete": "#d1483b", "invokes": "#8a63d2"}
#: All but these become character references. None of them is markup inside of a text.
_PLAIN = re.compile(r"[A-Za-z0-9 /,-]|\.(?=\S)")


def draw(graph: Graph) -> str:
    """The flowchart's text. What is too much for Mermaid is left out, and a box in it says so."""
    every, changing = graph.links, tuple(link for link in graph.links if link.access != "read" or link.invokes)
    for links, missing in ((every, ""), (changing, "what may only be read"), ((), "every permission")):
        text = "".join(f"{line}\n" for line in _lines(graph, links, missing))
        edges = len(graph.functions) + sum(2 if link.invokes and link.asked else 1 for link in links)
        if edges <= MOST_EDGES and len(text) <= MOST_TEXT:
            break
    return text


def _lines(graph: Graph, links: Sequence[Link], missing: str) -> Iterator[str]:
    functions = {function.name: f"f{number}" for number, function in enumerate(graph.functions)}
    resources = {resource.name: f"r{number}" for number, resource in enumerate(graph.resources)}
    yield MARK
    yield "flowchart LR"
    invoked = {link.function for link in links if link.invokes}
    for function in graph.functions:
        here = functions[function.name]
        source = "" if function.name in invoked else f'e{here[1:]}(["{_source(function)}"]) --> '
        yield f'  {source}{here}["{text(function.name)}"]'
    for resource in graph.resources:
        yield f"  {resources[resource.name]}{_resource(resource)}"
    if missing:
        yield f'  missing["Too much for one picture: {missing} is not shown"]'
    coloured: dict[str, list[int]] = {name: [] for name in _COLOURS}
    number = len(graph.functions) - len(invoked)
    sources = {function.name: function for function in graph.functions}
    for link in links:
        for edge, kind in _edges(link, sources[link.function], functions[link.function], resources[link.resource]):
            yield f"  {edge}"
            coloured.get(kind, []).append(number)
            number += 1
    for kind, numbers in coloured.items():
        if numbers:
            yield f"  linkStyle {','.join(map(str, numbers))} stroke:{_COLOURS[kind]}"
    outside = [resources[resource.name] for resource in graph.resources if resource.external]
    if outside:
        yield "  classDef outside stroke-dasharray:6 4,stroke-width:2px"
        yield f"  class {','.join(outside)} outside"


def _source(function: Function) -> str:
    return "<br/>".join([text(function.source), *(text(answer) for answer in function.answers[:3])])


def _resource(resource: Resource) -> str:
    """A cylinder; a hexagon for what is not the stack's own."""
    words = [text(resource.name), *([text(resource.kind)] if resource.kind else [])]
    if not resource.external:
        return f'[("{"<br/>".join(words)}")]'
    return f'{{{{"{"<br/>".join([*words, "external"])}"}}}}'


def _edges(link: Link, source: Function, function: str, resource: str) -> Iterator[tuple[str, str]]:
    """The link's one or two edges, each with what it is: what invokes points at the function."""
    if link.invokes:
        answers = [answer for answer in source.answers if answer != link.resource][:3]
        needed = [permission.name for permission in link.permissions if permission not in link.asked]
        yield f'{resource} -.->|"{_label([source.source, *answers, *needed])}"| {function}', "invokes"
    if link.asked or not link.invokes:
        label = _label([permission.name for permission in link.asked] or link.names)
        yield f'{function} {_ARROWS[link.access]}|"{label}"| {resource}', link.access or ""


def _label(texts: Iterable[str]) -> str:
    return ", ".join(text(each) for each in texts)


def text(value: str) -> str:
    """`value` inside of a quoted label: everything that could be markup as a character reference, on one line."""
    shown = value if len(value) <= 60 else f"{value[:59]}…"
    plain = {match.start() for match in _PLAIN.finditer(shown)}
    return "".join(c if at in plain and (at or c.isalnum()) else f"#{ord(c)};" for at, c in enumerate(shown))
