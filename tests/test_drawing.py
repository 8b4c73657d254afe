"""The map in each of its formats: complete, the same every time, and nothing in it that is not text."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import combinations, pairwise
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast import render, spec
from holdfast.catalogue import Catalogue
from holdfast.commands.map import FORMATS
from holdfast.drawing import data, layout, listing, mermaid, svg, wires
from holdfast.drawing.words import columns, printable, wrap
from holdfast.errors import HoldfastError
from holdfast.graph import Function, Graph, Link, Permission, Resource
from minimal import ROOT, rendered
from support import goldens
from support.graphs import graphs

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "g", "rect", "polygon", "path", "text", "tspan"}
ATTRIBUTES = {
    "aria-labelledby", "class", "d", "height", "id", "points", "role", "rx", "viewBox", "width", "x", "y",
}  # fmt: skip
fast = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
Area = tuple[float, float, float, float]


def parsed(found: Graph) -> ET.Element:
    """The picture as a reader of XML takes it, which refuses what is not well-formed."""
    return ET.fromstring(svg.draw(found))  # noqa: S314 - it is ours, and has no entities


def permission(name: str, access: str = "write", because: str = "grant") -> Permission:
    return Permission(name, name, access, because, (f"s3:{name}",))  # type: ignore[arg-type]


def big(functions: int = 40) -> Graph:
    """A service of many functions, each of which touches four of 24 resources."""
    levels = ("read", "write", "delete")
    resources = tuple(Resource(f"resource-{n}", "table") for n in range(24))
    named = tuple(Function(f"function-{n}", "http-api", (f"POST /{n}",)) for n in range(functions))
    links = tuple(
        Link(f.name, resources[(n * 7 + k * 5) % 24].name, (permission("put", levels[(n + k) % 3]),))
        for n, f in enumerate(named)
        for k in range(4)
    )
    return Graph("big", named, resources, links)


# All formats


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_names_everything(format_: str, catalogue: Catalogue) -> None:
    found = render.graph_of(spec.parse(goldens.specs(catalogue)["everything"], catalogue), catalogue)
    text = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), drawing(format_).draw(found))
    names = {f.name for f in found.functions} | {r.name for r in found.resources}
    names |= {p.name for link in found.links for p in link.permissions}
    assert {name for name in names if name[:59] not in text} == set()


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_begins_with_its_mark(format_: str) -> None:
    module = drawing(format_)
    assert module.MARK in module.draw(big())[:400]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_gives_the_same_bytes_in_every_process(format_: str) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from importlib import import_module; import test_drawing as t\n"
        "sys.stdout.buffer.write(t.drawing(sys.argv[1]).draw(t.big(9)).encode())"
    )
    command = [sys.executable, "-c", script, format_, str(ROOT), str(ROOT / "generator"), str(ROOT / "tests")]
    seen = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert seen == {drawing(format_).draw(big(9)).encode()}


def test_forty_functions_are_drawn_in_a_second() -> None:
    for format_ in FORMATS:
        started = time.perf_counter()
        drawing(format_).draw(big())
        assert time.perf_counter() - started < 1, format_


def drawing(format_: str) -> ModuleType:
    return import_module(f"holdfast.drawing.{FORMATS[format_]}")


# SVG


def test_the_picture_of_the_orders_is_the_stored_one(catalogue: Catalogue) -> None:
    assert goldens.PICTURE.read_text(encoding="utf-8") == goldens.picture(catalogue), (
        "run `make golden`, and look at it"
    )


@fast
@given(graphs())
def test_a_picture_is_nothing_but_shapes_and_text(found: Graph) -> None:
    root = parsed(found)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert element.attrib.keys() <= ATTRIBUTES
    style = "".join(element.text or "" for element in root.iter(f"{SVG}style"))
    assert not re.search(r"url|import|@font", style)
    assert "prefers-color-scheme:dark" in style


@fast
@given(graphs())
def test_a_picture_says_everything(found: Graph) -> None:
    """Names and permissions to the last letter, in the boxes and not only in what the pointer shows."""
    root = parsed(found)
    said = re.sub(r"\s", "", "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")))
    every = [f.name for f in found.functions] + [r.name for r in found.resources]
    every += [p.name for link in found.links for p in link.permissions]
    assert [name for name in every if re.sub(r"\s", "", printable(name).strip(",")) not in said] == []


@fast
@given(graphs())
def test_no_box_covers_another_and_all_are_inside(found: Graph) -> None:
    root = parsed(found)
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    areas = list(boxes(root))
    assert len(areas) == 2 * len(found.functions) + len(found.resources)
    for x, y, right, bottom in areas:
        assert 0 < x < right < width
        assert layout.HEAD <= y < bottom < height
    for one, other in combinations(areas, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@fast
@given(graphs())
def test_every_text_is_inside_of_its_box_and_covers_no_other(found: Graph) -> None:
    root = parsed(found)
    areas = {area: list[int]() for area in boxes(root)}
    for element in root.iter(f"{SVG}text"):
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        if element.attrib["class"] == "letter" or y < layout.HEAD:
            continue
        (area,) = [(a, b, c, d) for a, b, c, d in areas if a <= x <= c and b <= y <= d]
        cell = layout.CELL if "name" in element.attrib["class"] else layout.SMALL
        assert x + columns("".join(element.itertext())) * cell <= area[2]
        areas[area].append(int(y))
    for heights in areas.values():
        assert all(after - before >= 12 for before, after in pairwise(sorted(heights)))


@fast
@given(graphs())
def test_lines_of_different_kinds_meet_at_right_angles_only(found: Graph) -> None:
    """No two lanes lie on each other, and no line reaches a resource on the height at which another runs."""
    placed = layout.place(found)
    lanes = wires.route(placed).lanes
    for one, other in combinations(lanes, 2):
        apart = one.span[1] < other.span[0] or other.span[1] < one.span[0]
        assert apart or lanes[one] != lanes[other]
        assert one.end != other.end
    for trunk in lanes:
        others = [row.start for row in placed.rows if row not in trunk.rows]
        assert all(abs(trunk.end - start) >= 2 for start in others)


def test_what_stands_out_does_so_without_colour() -> None:
    """In black and white: widths, dashes, heads, letters, and the shape of what is external."""
    one, two = Function("one", "http-api", ()), Resource("two", "table")
    out = Resource("out", "bucket", "arn:aws:s3:::out")
    links = [Link("one", name, (permission(level, level),)) for name, level in (("two", "read"), ("out", "delete"))]
    root = parsed(Graph("s", (one,), (two, out), tuple(links)))
    assert (
        len([p for p in root.iter(f"{SVG}polygon") if float(p.attrib["points"].split(",")[1].split()[0]) > layout.HEAD])
        == 1
    )
    letters = [t.text for t in root.iter(f"{SVG}text") if t.attrib["class"] == "letter"]
    assert letters == ["R", "W", "D", "R", "D"]
    style = "".join(element.text or "" for element in root.iter(f"{SVG}style"))
    for rule in (
        ".line{stroke-width:1.2}",
        ".write .line{stroke-width:2.6}",
        ".outside{stroke-width:2;stroke-dasharray",
    ):
        assert rule in style
    assert re.search(r"\.delete \.line\{stroke-width:2\.6;stroke-dasharray", style)


def test_the_width_is_bounded() -> None:
    """However many lines there are, they share lanes: 40 functions and 160 links fit a wide screen."""
    assert int(parsed(big()).attrib["width"]) <= 1600


def boxes(root: ET.Element) -> Iterator[Area]:
    """The boxes of functions, sources and resources; not the legend's."""
    for element in root.iter():
        if element.tag == f"{SVG}rect" and element.attrib["class"] in ("box", "pill"):
            x, y, width, height = (float(element.attrib[key]) for key in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height
        elif element.tag == f"{SVG}polygon":
            points = [tuple(map(float, point.split(","))) for point in element.attrib["points"].split()]
            area = (
                min(p[0] for p in points),
                min(p[1] for p in points),
                max(p[0] for p in points),
                max(p[1] for p in points),
            )
            if area[1] >= layout.HEAD:
                yield area


# Mermaid

#: All that a map may hold, line by line: its own words, and texts without anything that could be markup.
_TEXT = r"(?:[A-Za-z0-9 /,.-]|\#[0-9]+;|<br/>)*"
_LINES = re.compile(
    rf"""%%\ Made\ by\ holdfast\ map|flowchart\ LR
    |\ \ (?:e\d+\(\["{_TEXT}"\]\)\ -->\ )?f\d+\["{_TEXT}"\]
    |\ \ r\d+(?:\[\("{_TEXT}"\)\]|\{{\{{"{_TEXT}"\}}\}})
    |\ \ missing\["{_TEXT}"\]
    |\ \ (?:f\d+\ (?:-->|==>|==x|-\.-)\|"{_TEXT}"\|\ r\d+|r\d+\ -\.->\|"{_TEXT}"\|\ f\d+)
    |\ \ linkStyle\ \d+(?:,\d+)*\ stroke:\#[0-9a-f]{{6}}
    |\ \ classDef\ outside\ stroke-dasharray:6\ 4,stroke-width:2px|\ \ class\ r\d+(?:,r\d+)*\ outside""",
    re.VERBOSE,
)


@fast
@given(graphs())
def test_a_flowchart_holds_nothing_but_its_own_syntax(found: Graph) -> None:
    text = mermaid.draw(found)
    assert [line for line in text.splitlines() if not _LINES.fullmatch(line)] == []
    assert text.isascii()
    edges = len(re.findall(r"-->|==>|==x|-\.-", text))
    numbers = [int(n) for row in re.findall(r"linkStyle ([\d,]+)", text) for n in row.split(",")]
    assert sorted(set(numbers)) == sorted(numbers)
    assert all(number < edges for number in numbers)


def test_a_flowchart_of_the_orders(catalogue: Catalogue, orders_text: str) -> None:
    """As the parser and renderer of Mermaid 11.17 took it."""
    assert (
        mermaid.draw(render.graph_of(spec.parse(orders_text, catalogue), catalogue))
        == """\
%% Made by holdfast map
flowchart LR
  e0(["http-api<br/>POST /orders"]) --> f0["place-order"]
  f1["fulfil"]
  e2(["schedule<br/>cron#40;0 4 #42; #42; #63; #42;#41;"]) --> f2["nightly-report"]
  r0[("orders<br/>table")]
  r1[("inbox<br/>queue")]
  f0 ==>|"put"| r0
  f0 ==>|"send"| r1
  f1 ==>|"get, update"| r0
  r1 -.->|"sqs, consume"| f1
  f2 -->|"scan"| r0
  linkStyle 2,3,4 stroke:#2f6fd0
  linkStyle 5 stroke:#8a63d2
"""
    )


def test_a_flowchart_of_what_is_outside_and_deleted() -> None:
    outside = Resource("out", "bucket", "arn:aws:s3:::out")
    links = (Link("one", "out", (permission("delete(a|b)", "delete"),)), Link("one", "in", (), False, ("bucket",)))
    text = mermaid.draw(Graph("s", (Function("one", "ses", ()),), (outside, Resource("in", "bucket")), links))
    assert text.splitlines()[2:] == [
        '  e0(["ses"]) --> f0["one"]',
        '  r0{{"out<br/>bucket<br/>external"}}',
        '  r1[("in<br/>bucket")]',
        '  f0 ==x|"delete#40;a#124;b#41;"| r0',
        '  f0 -.-|"bucket"| r1',
        "  linkStyle 1 stroke:#d1483b",
        "  classDef outside stroke-dasharray:6 4,stroke-width:2px",
        "  class r0 outside",
    ]


@pytest.mark.parametrize(
    ("functions", "edges", "missing"),
    [(40, 200, ""), (120, 440, "what may only be read"), (400, 400, "every permission")],
)
def test_a_flowchart_is_never_more_than_mermaid_draws(functions: int, edges: int, missing: str) -> None:
    text = mermaid.draw(big(functions))
    assert len(re.findall(r"-->|==>|==x|-\.-", text)) == edges <= mermaid.MOST_EDGES
    assert len(text) <= mermaid.MOST_TEXT
    assert ("Too much for one picture" in text) == bool(missing)
    assert missing in text


def test_a_readme_has_the_map_that_the_command_draws(catalogue: Catalogue) -> None:
    for name in ("defaults", "orders", "everything", "hostile"):
        text = goldens.specs(catalogue)[name]
        parsed = spec.parse(text, catalogue)
        readme = render.render(parsed, catalogue)["README.md"].content.decode("utf-8")
        fenced = f"```mermaid\n{mermaid.draw(render.graph_of(parsed, catalogue))}```\n"
        assert (fenced in readme) == bool(parsed.resources), name


def test_a_template_asks_for_a_map_by_its_number() -> None:
    place = "template/project/files/map.md"
    assert b"flowchart LR" in rendered({place: "{{ mermaid_map(1) }}\n"})["map.md"].content
    with pytest.raises(HoldfastError) as caught:
        rendered({place: "{{ mermaid_map(99) }}\n"})
    assert str(caught.value) == f"{place}:1: it asks for the map 99; this holdfast draws 1"


# JSON, text, words


@fast
@given(graphs())
def test_the_data_is_the_whole_graph(found: Graph) -> None:
    read = json.loads(data.draw(found).encode("utf-8", "surrogatepass"))
    assert (read["schema"], read["service"]) == (1, found.service)
    assert [(f["name"], f["event"], tuple(f["answers"])) for f in read["functions"]] == [
        (f.name, f.source, f.answers) for f in found.functions
    ]
    assert [(r["name"], r["kind"], r["external"] or "") for r in read["resources"]] == [
        (r.name, r.kind, r.external) for r in found.resources
    ]
    assert [
        Link(
            link["function"],
            link["resource"],
            tuple(Permission(**{**p, "actions": tuple(p["actions"])}) for p in link["permissions"]),
            link["invokes"],
            tuple(link["named_by"]),
        )
        for link in read["links"]
    ] == list(found.links)
    assert [link["access"] for link in read["links"]] == [link.access for link in found.links]


@fast
@given(graphs())
def test_the_listing_cannot_disguise_a_line(found: Graph) -> None:
    assert all(line.isprintable() for line in listing.draw(found).split("\n"))


def test_the_listing_of_the_orders(catalogue: Catalogue, orders_text: str) -> None:
    assert (
        listing.draw(render.graph_of(spec.parse(orders_text, catalogue), catalogue))
        == """\
orders: who may touch what
3 functions, 2 resources; of their links 1 read, 3 write, 0 delete

place-order is invoked by http-api POST /orders
  W orders  put
  W inbox   send

fulfil is invoked by sqs inbox
  W orders  get, update
    inbox   invokes it, consume

nightly-report is invoked by schedule cron(0 4 * * ? *)
  R orders  scan

orders (table)
  is read by fulfil, nightly-report
  is written by place-order, fulfil

inbox (queue)
  is written by place-order
  invokes fulfil
"""
    )


@given(st.text(max_size=120), st.integers(4, 40), st.integers(0, 3))
def test_lines_are_as_wide_as_they_may_be(value: str, width: int, most: int) -> None:
    lines = wrap(value, width, most)
    assert all(columns(line) <= width for line in lines)
    if most:
        assert len(lines) <= most
    else:
        assert "".join("".join(lines).split()) == "".join(printable(value).split())
