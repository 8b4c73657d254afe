"""What chosen parts may share, ask under one key, and stand beside."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from holdfast import render, spec
from holdfast.catalogue import load
from holdfast.errors import HoldfastError
from holdfast.schema import json_schema
from minimal import SPEC, rendered, template

#: Two choices that ask under one key, each in its own way; one of them shares a part and stands in no big place.
TWO_SYSTEMS: dict[str, str | bytes | None] = {
    "cookiecutter.json": '{"project_name": "orders", "project_place": "big", "system_kind": ["plain", "fancy"]}',
    "template/system/plain/part.toml": """\
uses = ["common"]
[tables.system.secret]
prompt = "A secret"
hint = "the name of a secret"
pattern = "[a-z]+"
required = true
when = { kind = "plain" }
""",
    "template/system/fancy/part.toml": """\
uses = ["common"]
[tables.system.secret]
hint = "a number"
pattern = "[0-9]+"
default = "1"
when = { kind = "fancy" }
[fits.project.place]
choices = ["small", "tiny"]
""",
    "template/shared/common/part.toml": "[counts]\nservice = 1\neach = 1\n",
    "template/shared/common/files/common.txt": "{{ system.kind }} {{ system.secret }}\n",
    "template/shared/common/each/slots/list.yaml/functions": "  shared-{{ function.name }}: 1\n",
}


@pytest.mark.parametrize(
    ("system", "shown"),
    [
        ('kind = "plain"\nsecret = "abc"', "plain abc"),
        ('kind = "fancy"\nsecret = "7"', "fancy 7"),
        ('kind = "fancy"', "fancy 1"),
    ],
)
def test_a_choice_shares_parts_and_asks_under_a_key_of_its_neighbours(system: str, shown: str) -> None:
    text = SPEC.replace('name = "orders"', 'name = "orders"\nplace = "small"') + f"[system]\n{system}\n"
    tree = rendered(TWO_SYSTEMS, text)
    assert tree["common.txt"].content.decode() == f"{shown}\n"
    listed = tree["list.yaml"].content.decode()
    assert [line.strip() for line in listed.splitlines()[1:-1]] == ['a: "x"', "shared-a: 1", 'b: "yes"', "shared-b: 1"]
    offered = load(template(TWO_SYSTEMS))
    assert render.resource_count(spec.parse(text, offered), offered) == 2 * 2 + 1 + 2
    assert spec.parse(spec.dump(spec.parse(text, offered), offered), offered) == spec.parse(text, offered)


@pytest.mark.parametrize(
    ("system", "line"),
    [
        ('kind = "plain"', "holdfast.toml:8 system: secret is missing: A secret; write the name of a secret"),
        (
            'kind = "plain"\nsecret = "7"',
            "holdfast.toml:10 system.secret: '7' does not fit; write the name of a secret",
        ),
        (
            'kind = "fancy"\nsecret = "abc"',
            "holdfast.toml:10 system.secret: 'abc' does not fit; write a number",
        ),
        (
            'kind = "fancy"',
            "holdfast.toml:3 project.place: 'big' does not go with system.kind = \"fancy\"; choose from small, tiny",
        ),
    ],
)
def test_what_a_choice_asks_is_refused_in_its_own_words(system: str, line: str) -> None:
    place = "big" if "choose" in line else "small"
    text = SPEC.replace('name = "orders"', f'name = "orders"\nplace = "{place}"') + f"[system]\n{system}\n"
    with pytest.raises(HoldfastError) as error:
        rendered(TWO_SYSTEMS, text)
    assert str(error.value) == line


def test_what_a_switch_does_not_go_with_is_refused_too() -> None:
    wall: dict[str, str | bytes | None] = {
        "template/optional/wall/part.toml": 'switch = "net.wall"\n[tables.net.wall]\ntype = "boolean"\ndefault = false\n'
        '[fits.project.place]\nchoices = ["small", "tiny"]\n',
    }
    text = (
        SPEC.replace('name = "orders"', 'name = "orders"\nplace = "big"') + '[system]\nkind = "plain"\nsecret = "abc"\n'
    )
    rendered(TWO_SYSTEMS | wall, text)
    with pytest.raises(HoldfastError) as error:
        rendered(TWO_SYSTEMS | wall, f"{text}[net]\nwall = true\n")
    assert str(error.value) == (
        "holdfast.toml:3 project.place: 'big' does not go with net.wall = true; choose from small, tiny"
    )


def test_two_switches_may_exclude_each_other() -> None:
    """A part speaks of a boolean's answers as of a choice's."""
    door = 'switch = "net.door"\n[tables.net.door]\ntype = "boolean"\ndefault = false\n'
    walls: dict[str, str | bytes | None] = {
        "template/optional/door/part.toml": door,
        "template/optional/wall/part.toml": door.replace("door", "wall") + '[fits.net.door]\nchoices = ["false"]\n',
    }
    text = SPEC + '[system]\nkind = "plain"\nsecret = "abc"\n[net]\ndoor = true\n'
    rendered(TWO_SYSTEMS | walls, text)
    with pytest.raises(HoldfastError) as error:
        rendered(TWO_SYSTEMS | walls, f"{text}wall = true\n")
    assert str(error.value) == ("holdfast.toml:11 net.door: 'true' does not go with net.wall = true; choose from false")


@pytest.mark.parametrize(
    ("system", "valid"),
    [
        ({"kind": "plain", "secret": "abc"}, True),
        ({"secret": "abc"}, True),
        ({"kind": "fancy", "secret": "7"}, True),
        ({"kind": "fancy"}, True),
        ({"kind": "plain"}, False),
        ({"kind": "plain", "secret": "7"}, False),
        ({"kind": "fancy", "secret": "abc"}, False),
    ],
)
def test_the_schema_says_what_each_choice_asks(system: dict[str, str], *, valid: bool) -> None:
    data = {
        "project": {"name": "orders"},
        "system": system,
        "functions": {"a": {"event": {"kind": "call", "word": "x"}}},
    }
    validator = Draft202012Validator(json_schema(load(template(TWO_SYSTEMS))))
    assert validator.is_valid(data) is valid
