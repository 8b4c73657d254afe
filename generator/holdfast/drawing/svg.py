"""The map as an SVG: text that can be read and searched, no script, no font, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from holdfast.drawing import style
from holdfast.drawing.layout import BADGE, HEAD, LEFT, LINE, MARGIN, NAME, PAD, RESOURCE, RIGHT, Box, Row, place
from holdfast.drawing.say import invoked_by, link_in_words, summary
from holdfast.drawing.shapes import badge, cut, lines, rounded, text, tip
from holdfast.drawing.wires import KINDS, Trunk, Wires, kind_of, path, route, stem, stub
from holdfast.drawing.words import wrap
from holdfast.graph import Function, Graph, Permission, Resource

#: Begins every map, so that the next one may take its place.
MARK = "<!-- Made by holdfast map -->"
_PERMISSION = {"read": "small", "write": "small put", "delete": "small cut"}
#: The legend: what each kind of line says, and how wide that is.
_LEGEND = (
    ("read", "reads", 116),
    ("write", "writes", 118),
    ("delete", "deletes (or deletes and writes)", 262),
    ("invokes", "invokes the function", 212),
    ("named", "is named by its event", 206),
)


def draw(graph: Graph) -> str:
    """The picture's text; the same for the same graph and version of Graphviz."""
    return "".join(f"{line}\n" for line in _document(graph))


def _document(graph: Graph) -> Iterator[str]:
    boxes = place(graph)
    wires = route(boxes)
    width, height = wires.right + RESOURCE + MARGIN, boxes.bottom + MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="map-title map-about">'
    yield MARK
    yield f'<title id="map-title">{text(f"{graph.service}: who may touch what")}</title>'
    yield f'<desc id="map-about">{text(summary(graph))}</desc>'
    yield f"<style>\n{style.sheet()}</style>"
    yield f'<rect class="page" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>'
    yield from _head(graph, wires.right)
    yield from _lines(wires)
    for function in graph.functions:
        yield from _function(function, boxes.sources[function.name], boxes.functions[function.name])
    of_row = {row: trunk for trunk in wires.lanes for row in trunk.rows}
    for row in boxes.rows:
        yield from _row(row, of_row[row], wires)
    for resource in graph.resources:
        yield from _resource(resource, boxes.resources[resource.name], wires.right)
    yield "</svg>"


def _head(graph: Graph, right: int) -> Iterator[str]:
    """The title, the legend, and the columns' names."""
    yield f'<text class="title" x="{MARGIN}" y="38">{text(wrap(graph.service, 60, 1)[0])}</text>'
    yield f'<text class="word quiet" x="{MARGIN}" y="58">{text(summary(graph))}</text>'
    x = MARGIN
    shown = {kind_of(link) for link in graph.links} | {"read", "write", "delete", "invokes"}
    for kind, said, width in _LEGEND:
        if kind not in shown:
            continue
        arrow = f'<path class="call" d="M{x + 20} 78l8 -4v8z"/>' if kind == "invokes" else tip(x + 58, 78, kind)
        line = f'<path class="line" d="M{x + 20} 78H{x + (50 if arrow else 58)}"/>'
        yield f'<g class="link {kind}">{badge(x, 72, kind)}{line}{arrow}</g>'
        yield f'<text class="word" x="{x + 65}" y="82">{said}</text>'
        x += width
    if any(resource.external for resource in graph.resources):
        yield cut(x, Box(70, 22, 16, ()), 5)
        yield f'<text class="word" x="{x + 30}" y="82">external</text>'
    for at, said in ((MARGIN, "Invoked by"), (LEFT, "Function, and what it may do"), (right, "Resource")):
        yield f'<text class="column" x="{at}" y="{HEAD - 11}">{said}</text>'


def _lines(wires: Wires) -> Iterator[str]:
    """Every line, what stands out last; each on a seam in the page's colour, which keeps crossing ones apart."""
    for trunk in sorted(wires.lanes, key=lambda trunk: (KINDS.index(trunk.kind), wires.lanes[trunk], trunk.end)):
        lane, kind = wires.lanes[trunk], trunk.kind
        last = wires.right - (0 if kind in ("invokes", "named") else 8)
        ways = [*(stub(row, trunk, lane) for row in trunk.rows), stem(trunk, lane, last)]
        calls = "".join(_arrow(RIGHT, row.start) for row in trunk.rows if row.link.invokes)
        title = f"<title>{text(f'{trunk.resource}: {kind}')}</title>"
        seams = f'<path class="halo" d="{"".join(ways)}"/>'
        drawn = "".join(f'<path class="line" d="{way}"/>' for way in ways)
        yield f'<g class="link {kind}">{title}{seams}{drawn}{tip(wires.right, trunk.end, kind)}{calls}</g>'


def _function(function: Function, source: Box, box: Box) -> Iterator[str]:
    yield f"<g><title>{text(invoked_by(function))}</title>"
    y, start = source.y + PAD + NAME // 2, MARGIN + source.width
    yield f'<g class="link invokes"><path class="line" d="M{start} {y}H{LEFT - 8}"/>{_arrow(LEFT, y, back=False)}</g>'
    yield rounded("pill", MARGIN, source, 14)
    yield from lines(MARGIN, source, "word name")
    yield f"</g><g><title>{text(f'the function {function.name}')}</title>"
    yield rounded("box", LEFT, box, 3)
    band = Box(box.y + 1, box.width - 2, PAD + len(box.name) * NAME - 2, ())
    yield rounded("band", LEFT + 1, band, 2)
    yield from lines(LEFT, box, "name")
    yield "</g>"


def _row(row: Row, trunk: Trunk, wires: Wires) -> Iterator[str]:
    """What a function's box says of a link; under the pointer its whole line is traced."""
    x = LEFT + PAD
    trace = f'<path class="trace" d="{path(row, trunk, wires.lanes[trunk], wires.right)}"/>'
    title = f"<title>{text(link_in_words(row.link))}</title>"
    yield f'<g class="link {trunk.kind}">{title}{trace}{badge(x, row.top + 2, trunk.kind)}'
    for number, line in enumerate(row.lines):
        spans = " ".join(_span(word, permission) for word, permission in line)
        yield f'<text class="small" x="{x + BADGE}" y="{row.top + 12 + number * LINE}">{spans}</text>'
    yield "</g>"


def _resource(resource: Resource, box: Box, right: int) -> Iterator[str]:
    where = f", external: {resource.external}" if resource.external else ""
    yield f"<g><title>{text(f'{resource.name} ({resource.kind or resource.name}{where})')}</title>"
    yield cut(right, box) if resource.external else rounded("box", right, box, 10)
    yield from lines(right + PAD, box, "name")
    yield "</g>"


def _span(word: str, permission: Permission | None) -> str:
    kind = _PERMISSION[permission.access] if permission else "small quiet"
    name = word.removesuffix(",")
    return f'<tspan class="{kind}">{text(name)}</tspan>{word[len(name) :]}'


def _arrow(x: int, y: int, *, back: bool = True) -> str:
    return f'<path class="call" d="M{x} {y}l{8 if back else -8} -4v8z"/>'
