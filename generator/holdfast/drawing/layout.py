"""Where the boxes stand: three columns in the order that Graphviz finds, so that lines are short and cross little.

Functions stand beside what invokes them, one to one, and every line runs in the free space between functions and
resources. What a function may do is written in its own box, where its lines begin: no line has a label that another
could cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from holdfast.drawing.words import columns, wrap
from holdfast.errors import HoldfastError
from holdfast.graph import Function, Graph, Link, Permission, Resource

#: All in pixels. Texts are 12 high and 7.3 a cell wide; small ones 11 and 6.7.
MARGIN, HEAD = 24, 124
SOURCE, SOURCE_GAP, FUNCTION, RESOURCE = 210, 36, 316, 250
LINE, NAME, PAD, BETWEEN, ROW_GAP, BADGE = 15, 18, 8, 14, 4, 20
CELL, SMALL = 7.3, 6.7
#: Where functions begin, and where they end.
LEFT = MARGIN + SOURCE + SOURCE_GAP
RIGHT = LEFT + FUNCTION
_POINTS = 72

#: A line of a function's box: words, and the permission that they name.
Words = tuple[tuple[str, Permission | None], ...]


@dataclass(frozen=True)
class Box:
    """A rectangle's upper edge and size, and the lines of text in it, the first ones its name."""

    y: int
    width: int
    height: int
    name: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True)
class Row:
    """What a function's box says of one link: from where, in which lines; its line begins at the height `start`."""

    link: Link
    top: int
    lines: tuple[Words, ...]

    @property
    def start(self) -> int:
        return self.top + LINE // 2 + 1


@dataclass(frozen=True)
class Boxes:
    """All boxes by name, and the rows in those of functions."""

    sources: Mapping[str, Box]
    functions: Mapping[str, Box]
    resources: Mapping[str, Box]
    rows: tuple[Row, ...]

    @property
    def bottom(self) -> int:
        every = (*self.sources.values(), *self.functions.values(), *self.resources.values())
        return max(box.bottom for box in every)


def place(graph: Graph) -> Boxes:
    """Where everything of `graph` stands; the same for the same graph and version of Graphviz."""
    texts = {link: _words(link) for link in graph.links}
    sources = {function.name: _source(function) for function in graph.functions}
    functions = {
        function.name: _function(function, [texts[link] for link in graph.links if link.function == function.name])
        for function in graph.functions
    }
    resources = {resource.name: _resource(resource) for resource in graph.resources}
    pairs = {name: max(sources[name].height, functions[name].height) for name in functions}
    beside, across = _tops(graph, pairs, {name: box.height for name, box in resources.items()})
    sources = {name: replace(box, y=beside[name]) for name, box in sources.items()}
    functions = {name: replace(box, y=beside[name]) for name, box in functions.items()}
    resources = {name: replace(box, y=across[name]) for name, box in resources.items()}
    return Boxes(sources, functions, resources, tuple(_rows(graph, texts, functions, resources)))


def _source(function: Function) -> Box:
    width = int((SOURCE - 3 * PAD) / SMALL)
    lines = [line for answer in function.answers for line in wrap(answer, width, 2)]
    return _box(SOURCE, wrap(function.source, width), lines[:6])


def _function(function: Function, rows: Iterable[Sequence[Words]]) -> Box:
    box = _box(FUNCTION, wrap(function.name, int((FUNCTION - 3 * PAD) / CELL)), ())
    return replace(box, height=box.height + sum(len(row) * LINE + ROW_GAP for row in rows))


def _resource(resource: Resource) -> Box:
    """Room for its name, for what it is, and, if it is not the stack's own, for where it is."""
    room = RESOURCE - 4 * PAD
    what = ", ".join(word for word in (resource.kind, "external" if resource.external else "") if word)
    about = wrap(what, int(room / SMALL))
    if resource.external not in ("", resource.name):
        about += wrap(resource.external, int(room / SMALL), 4)
    return _box(RESOURCE, wrap(resource.name, int(room / CELL)), about)


def _box(width: int, name: Sequence[str], lines: Sequence[str]) -> Box:
    return Box(0, width, 2 * PAD + len(name) * NAME + len(lines) * LINE, tuple(name), tuple(lines))


def _words(link: Link) -> tuple[Words, ...]:
    """`orders: get, update` in lines that fit a function's box."""
    width = int((FUNCTION - 2 * PAD - BADGE) / SMALL)
    said: list[tuple[str, Permission | None]] = [("invokes it", None)] if link.invokes else []
    said += [(permission.name, permission if permission in link.asked else None) for permission in link.permissions]
    said = said or [(name, None) for name in link.names]
    lines: list[list[tuple[str, Permission | None]]] = [[]]
    room = width
    for number, (text, permission) in enumerate([(f"{link.resource}:", None), *said]):
        for part in wrap(text + ("," if 0 < number < len(said) else ""), width):
            if lines[-1] and columns(part) + 1 > room:
                lines.append([])
                room = width
            lines[-1].append((part, permission))
            room -= columns(part) + 1
    return tuple(tuple(line) for line in lines)


def _tops(
    graph: Graph, functions: Mapping[str, int], resources: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """The upper edge of each function and of each resource, from their heights. Graphviz sees numbers, no names."""
    drawn = _graphviz()
    left = {name: f"f{number}" for number, name in enumerate(functions)}
    right = {name: f"r{number}" for number, name in enumerate(resources)}
    for ids, heights in ((left, functions), (right, resources)):
        for name, height in heights.items():
            drawn.add_node(ids[name], height=(height + BETWEEN) / _POINTS)
        drawn.add_subgraph(ids.values(), rank="same")
    for link in graph.links:
        drawn.add_edge(left[link.function], right[link.resource])
    if resources and not graph.links:
        drawn.add_edge("f0", "r0")  # Else all would stand in one column.
    drawn.layout("dot")

    def top(node: str, height: int) -> int:
        return round(-float(drawn.get_node(node).attr["pos"].split(",")[1]) - height / 2)

    beside = {name: top(left[name], height) for name, height in functions.items()}
    across = {name: top(right[name], height) for name, height in resources.items()}
    down = HEAD - min((*beside.values(), *across.values()))
    return {name: y + down for name, y in beside.items()}, {name: y + down for name, y in across.items()}


def _graphviz() -> Any:
    """An empty graph of Graphviz's, which pygraphviz's wheels bring along: no program, no font, no network."""
    try:
        from pygraphviz import AGraph
    except ImportError:
        raise HoldfastError(
            "a picture needs pygraphviz, and that is not installed here",
            todo="install holdfast with its extra `map`, or take --format mermaid, json or text",
        ) from None
    graph = AGraph(directed=True, strict=False, rankdir="LR", ranksep="3", nodesep="0.01", splines="false")
    graph.node_attr.update(shape="box", fixedsize="true", label="", width="1")
    return graph


def _rows(
    graph: Graph, texts: Mapping[Link, tuple[Words, ...]], functions: Mapping[str, Box], resources: Mapping[str, Box]
) -> Iterable[Row]:
    """The rows of every function's box, in the order of the resources across."""
    for function in graph.functions:
        box = functions[function.name]
        top = box.y + PAD + len(box.name) * NAME
        links = [link for link in graph.links if link.function == function.name]
        for link in sorted(links, key=lambda link: resources[link.resource].y):
            yield Row(link, top, texts[link])
            top += len(texts[link]) * LINE + ROW_GAP
