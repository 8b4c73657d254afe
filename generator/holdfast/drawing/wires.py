"""Which way the lines run: all that do the same to one resource run together, in a lane of their own.

Lines leave functions and reach resources level, lanes run upright: lines of different kinds meet at right angles only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from holdfast.drawing.layout import RIGHT, Box, Boxes, Row
from holdfast.graph import Link
from holdfast.iam.access import LEVELS

#: Pixels between lanes, beside them, between two lines' ends at a resource, and of a bend.
LANE, BESIDE, END, BEND = 9, 34, 10, 5
#: The least space between functions and resources; the legend is as wide as all that is above it.
NARROWEST = 180
#: The kinds of lines, from the one that stands out least.
KINDS = ("named", "invokes", *LEVELS)
_ROUNDS = 40


@dataclass(frozen=True)
class Trunk:
    """The lines of one kind between some functions and one resource: the rows they begin at, the height they end at."""

    resource: str
    kind: str
    rows: tuple[Row, ...]
    end: int

    @property
    def span(self) -> tuple[int, int]:
        heights = (self.end, *(row.start for row in self.rows))
        return min(heights), max(heights)


@dataclass(frozen=True)
class Wires:
    """Every trunk with the place of its lane, and where resources begin."""

    lanes: Mapping[Trunk, int]
    right: int


def kind_of(link: Link) -> str:
    """What the link's line shows: the most that the function may do, or else what there is beside that."""
    return link.access or ("invokes" if link.invokes else "named")


def route(boxes: Boxes) -> Wires:
    """A lane for each kind of line to each resource, ordered so that few lines cross."""
    trunks = _ordered(list(_trunks(boxes)))
    numbers: dict[Trunk, int] = {}
    for trunk in trunks:
        top, bottom = trunk.span
        before = [numbers[o] for o in numbers if o.span[0] <= bottom + BEND and top <= o.span[1] + BEND]
        numbers[trunk] = max(before, default=-1) + 1
    lanes = {trunk: RIGHT + BESIDE + number * LANE for trunk, number in numbers.items()}
    return Wires(lanes, max([RIGHT + NARROWEST, *(x + BESIDE for x in lanes.values())]))


def path(row: Row, trunk: Trunk, lane: int, right: int) -> str:
    """The whole way of one line, as SVG's path data."""
    return f"{stub(row, trunk, lane)}V{trunk.end}H{right}"


def stub(row: Row, trunk: Trunk, lane: int) -> str:
    """The way of one line from its function into its lane, as SVG's path data; beyond it where the end is near."""
    start, end = row.start, trunk.end
    if start == end:
        return f"M{RIGHT} {start}H{lane + BEND}"
    near = _is_near(row, trunk)
    turn = (end - start) // 2 if near else BEND if end > start else -BEND
    way = f"M{RIGHT} {start}H{lane - BEND}Q{lane} {start} {lane} {start + turn}"
    return f"{way}Q{lane} {end} {lane + BEND} {end}" if near else way


def stem(trunk: Trunk, lane: int, right: int) -> str:
    """The way that a trunk's lines have in common, as SVG's path data."""
    far = [row.start for row in trunk.rows if not _is_near(row, trunk)]
    ways = ""
    for start, turn in ((min([*far, trunk.end]), -BEND), (max([*far, trunk.end]), BEND)):
        if start != trunk.end:
            ways += f"M{lane} {start - turn}V{trunk.end + turn}Q{lane} {trunk.end} {lane + BEND} {trunk.end}"
    return f"{ways}M{lane + BEND} {trunk.end}H{right}"


def _is_near(row: Row, trunk: Trunk) -> bool:
    """Whether there is no room for two bends and something between them."""
    return abs(trunk.end - row.start) < 2 * BEND


def _trunks(boxes: Boxes) -> Iterator[Trunk]:
    taken = {row.start for row in boxes.rows}
    for name, box in boxes.resources.items():
        rows = [row for row in boxes.rows if row.link.resource == name]
        kinds = [kind for kind in KINDS if any(kind_of(row.link) == kind for row in rows)]
        kinds.sort(key=lambda kind: _mean([row.start for row in rows if kind_of(row.link) == kind]))
        for kind, end in zip(kinds, _ends(box, len(kinds), taken), strict=True):
            yield Trunk(name, kind, tuple(row for row in rows if kind_of(row.link) == kind), end)


def _ends(box: Box, count: int, taken: set[int]) -> Iterator[int]:
    """Where lines reach a resource: in the middle of its side, off the heights at which others leave functions."""
    first = box.y + (box.height - (count - 1) * END) // 2
    for number in range(count):
        wanted = first + number * END
        near = sorted(range(wanted - END // 2 + 2, wanted + END // 2 - 1), key=lambda y: (abs(y - wanted), y))
        yield max(near, key=lambda y: min([*(abs(y - other) for other in taken), 4]))


def _ordered(trunks: list[Trunk]) -> list[Trunk]:
    """The trunks from left to right: by swapping neighbours while that leaves fewer crossings."""
    trunks.sort(key=lambda trunk: (trunk.span[0] - trunk.span[1], trunk.span[0]))
    for _ in range(_ROUNDS):
        swapped = False
        for at in range(len(trunks) - 1):
            one, other = trunks[at], trunks[at + 1]
            if _crossings(other, one) < _crossings(one, other):
                trunks[at], trunks[at + 1] = other, one
                swapped = True
        if not swapped:
            break
    return trunks


def _crossings(left: Trunk, right: Trunk) -> int:
    """How often their lines cross if the lane of `left` is to the left."""
    (top, bottom), (low, high) = left.span, right.span
    return sum(top < row.start < bottom for row in right.rows) + (low < left.end < high)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values)
