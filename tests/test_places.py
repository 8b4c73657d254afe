"""Messages name the line where a key stands."""

from __future__ import annotations

import tomllib

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
#: What a line is to an editor, whatever else Python would end one at, and what only looks like a key.
STRANGE = (
    "schema = 1\r\n"
    "[project]\r\n"
    'description = "a\u2028b\u0085c"\r\n'
    'notes = """ # \r\n'
    "[functions.a]\r\n"
    'memory = 1 \\"""\r\n'
    '""""\r\n'
    "more = '''\r\n"
    "[functions.a]\r\n"
    "''' # it's \"\"\" in a comment\r\n"
    '[functions.a] # """\r\n'
    "memory = 1\r\n"
    "[[functions.b]]\r\n"
    "memory = 1\r\n"
)


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


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("project", "notes"), 4),
        (("project", "more"), 8),
        (("functions", "a"), 11),
        (("functions", "a", "memory"), 12),
        (("functions", "b", "memory"), 14),
    ],
)
def test_lines_are_an_editors_lines(path: tuple[str, ...], line: int) -> None:
    tomllib.loads(STRANGE)
    assert line_of(STRANGE, path) == line
