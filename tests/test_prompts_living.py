"""`holdfast add` and `holdfast update` at a terminal."""

from __future__ import annotations

import os
import sys
import tomllib

import pytest

from living import SPEC, World
from living import world as world  # noqa: PLC0414 - a fixture

pytest.importorskip("pexpect", reason="pexpect, which plays the terminal, does not run here")
from support.terminal import CTRL_C, DOWN, ENTER, SPACE, Terminal


def start(world: World, *arguments: str) -> Terminal:
    return Terminal([sys.executable, "-m", "holdfast", *arguments], world.project, dict(os.environ))


def test_a_function_is_asked_for_with_a_resource_on_the_way(world: World) -> None:
    world.start()
    terminal = start(world, "add", "function")
    terminal.answer("Name of the function", "hello", ENTER)
    terminal.see("'hello' is there already")
    terminal.answer("Name of the function", *["\x7f"] * 5, "ship", ENTER)
    terminal.answer("What invokes it", DOWN, ENTER)
    terminal.answer("Name of the new box", "shelf", ENTER)
    terminal.answer("size", ENTER)
    terminal.answer("word", ENTER)
    terminal.answer("memory", ENTER)
    terminal.answer("What it may do", SPACE, ENTER)
    assert terminal.end() == 0
    assert "added function ship, resource shelf" in terminal.screen()
    text = world.read("holdfast.toml")
    assert text.startswith(SPEC.partition("# Says")[0])
    data = tomllib.loads(text)
    assert data["resources"] == {"shelf": {"kind": "box", "size": 1}}
    assert data["functions"]["ship"]["event"]["box"] == "shelf"
    assert data["functions"]["ship"]["grants"] == ["shelf:get"]


def test_grants_are_ticked_for_a_function_that_is_chosen(world: World) -> None:
    world.start()
    terminal = start(world, "add", "grant")
    terminal.answer("Which function", ENTER)
    terminal.answer("What it may do", DOWN, ENTER)
    terminal.answer("What kind of resource", ENTER)
    terminal.answer("Name of the new box", "shelf", ENTER)
    terminal.answer("size", ENTER)
    terminal.answer("What it may do", SPACE, ENTER)
    assert terminal.end() == 0
    assert "added grant shelf:get for hello, resource shelf" in terminal.screen()
    assert tomllib.loads(world.read("holdfast.toml"))["functions"]["hello"]["grants"] == ["shelf:get"]


def test_what_the_command_line_says_is_not_asked_and_ctrl_c_touches_nothing(world: World) -> None:
    world.start()
    before = world.state()
    terminal = start(world, "add", "function", "ship", "--event", "call")
    terminal.answer("word", CTRL_C)
    assert terminal.end() == 130
    assert "interrupted, nothing was written" in terminal.screen()
    assert world.state() == before


def test_new_questions_of_a_template_are_asked(world: World) -> None:
    world.start()
    questions = (
        '{"project_name": "orders", "project_owner": "payments", "project_team": "", "project_tier": ["gold", "tin"]}'
    )
    part = str(world.files["template/project/part.toml"]) + "[tables.project.team]\nrequired = true\n"
    team = "template/project/files/team.txt"
    world.release(
        "2.0.0",
        {
            "cookiecutter.json": questions,
            "template/project/part.toml": part,
            team: "{{ project.team }} {{ project.tier }}\n",
        },
    )
    terminal = start(world, "update")
    terminal.answer("team", "blue", ENTER)
    terminal.answer("tier", DOWN, ENTER)
    assert terminal.end() == 0
    assert world.read("team.txt") == "blue tin\n"
    assert 'team = "blue"\ntier = "tin"\n' in world.read("holdfast.toml")
