"""`--set` takes any key of the spec, and comments survive it."""

from __future__ import annotations

import tomllib

import pytest

from holdfast import sets
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("project.description=a = b", ("project", "description"), "a = b"),
        ("project.description=", ("project", "description"), ""),
        ("project.name=true", ("project", "name"), "true"),
        ("observability.backend=xray", ("observability", "backend"), "xray"),
        ("api.rate=10", ("api", "rate"), 10),
        ("functions.a.memory=512", ("functions", "a", "memory"), 512),
        ("functions.a.event.kind=sqs", ("functions", "a", "event", "kind"), "sqs"),
        ("functions.a.event.route=POST /a", ("functions", "a", "event", "route"), "POST /a"),
        ("functions.a.event.schedule=rate(1 day)", ("functions", "a", "event", "schedule"), "rate(1 day)"),
        ('functions.a.event={ kind = "sqs" }', ("functions", "a", "event"), {"kind": "sqs"}),
        ("functions.a.grants=orders:get, inbox:send", ("functions", "a", "grants"), ["orders:get", "inbox:send"]),
        ('functions.a.grants=["orders:get"]', ("functions", "a", "grants"), ["orders:get"]),
        ("functions.a.environment.MODE=slow", ("functions", "a", "environment", "MODE"), "slow"),
        ("functions.a.environment.MODE=5", ("functions", "a", "environment", "MODE"), "5"),
        ("functions.a.memory=much\nx = 1", ("functions", "a", "memory"), "much\nx = 1"),
    ],
)
def test_parse(catalogue: Catalogue, text: str, path: tuple[str, ...], value: object) -> None:
    assert sets.parse(text, catalogue) == sets.Assignment(path, value)


@pytest.mark.parametrize("text", ["project.name", "=x", "a..b=1", "a b=1", "a.=1"])
def test_refused(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(HoldfastError) as error:
        sets.parse(text, catalogue)
    assert str(error.value).startswith(f"--set {text}: it is not KEY=VALUE; write it as")


def test_edit_keeps_comments_and_order(catalogue: Catalogue) -> None:
    text = '# mine\n[project]\nname = "a" # keep\n\n[functions.a]\nevent = { kind = "http-api", route = "POST /a" }\n'
    wanted = [
        sets.parse(item, catalogue) for item in ("project.name=b", "functions.a.event.route=GET /b", "api.rate=3")
    ]
    assert sets.edit(text, wanted, name="x.toml") == (
        '# mine\n[project]\nname = "b" # keep\n\n[functions.a]\nevent = { kind = "http-api", route = "GET /b" }\n'
        "\n[api]\nrate = 3\n"
    )


def test_a_key_through_a_value_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(HoldfastError, match="goes through a key that is not a table"):
        sets.apply({"project": "x"}, [sets.parse("project.name=b", catalogue)])


INTERLEAVED = """\
[functions.h]
event = { kind = "http-api", route = "GET /h" }
[resources.t]
kind = "table"
[functions.g]
event.kind = "schedule"
event.schedule = "rate(1 day)"
[project]
name = "a"
[resources.q]
kind = "queue"
"""


@pytest.mark.parametrize(
    "keys",
    [
        ("functions.k.event.kind=http-api", "functions.k.event.route=POST /k"),
        ("resources.u.kind=queue",),
        ("functions.g.event.schedule=rate(2 days)", "functions.h.memory=512"),
        ("project.description=x", "api.rate=3", "functions.g.grants=t:get"),
    ],
)
def test_tables_in_any_order_are_edited_alike(catalogue: Catalogue, keys: tuple[str, ...]) -> None:
    wanted = [sets.parse(item, catalogue) for item in keys]
    expected = tomllib.loads(INTERLEAVED)
    sets.apply(expected, wanted)
    assert tomllib.loads(sets.edit(INTERLEAVED, wanted, name="x.toml")) == expected


def test_dotted_keys_lose_nothing(catalogue: Catalogue) -> None:
    text = 'functions.h.event.kind = "http-api"\nfunctions.h.event.route = "GET /h"\n'
    wanted = [sets.parse(item, catalogue) for item in ("functions.g.event.kind=schedule", "functions.h.memory=512")]
    expected = tomllib.loads(text)
    sets.apply(expected, wanted)
    try:
        edited = sets.edit(text, wanted, name="x.toml")
    except HoldfastError as error:
        assert error.todo == "edit it by hand"
    else:
        assert tomllib.loads(edited) == expected
