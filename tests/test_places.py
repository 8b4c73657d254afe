"""Messages name the line where a key stands."""

from __future__ import annotations

import pytest

from holdfast.places import line_of

TEXT = """\
schema = 1
# [project] is not here
[project]
name = "orders"

[functions.place-order]
event = { kind = "http-api" }
memory = 256
"quoted key" = 1
[functions]
short.timeout = 3
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("project", "name"), 4),
        (("project", "missing"), 3),
        (("functions", "place-order", "memory"), 8),
        (("functions", "place-order", "event", "route"), 7),
        (("functions", "place-order", "quoted key"), 9),
        (("functions", "short", "timeout"), 11),
        (("schema",), 1),
        (("nowhere",), None),
    ],
)
def test_line_of(path: tuple[str, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line
