"""Killed, raced, refused by the system: a project is the old one or the new one, and nothing of the user's is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from living import LINES, World, tree
from living import world as world  # noqa: PLC0414 - a fixture
from minimal import ROOT

#: At how many changes to files each command is interrupted, and at half as many random moments: a few in CI.
KILLS = int(os.environ.get("HOLDFAST_KILLS", "6"))
SEED = int(os.environ.get("HOLDFAST_SEED", "6"))
A = "template/project/files/a.txt"
COMMANDS = {
    "sync": ["sync"],
    "add": ["add", "function", "ship", "--event", "call", "--set", "word=x"],
    "remove": ["remove", "function", "two"],
    "rename": ["rename", "function", "two", "three"],
    "update": ["update"],
    "update with conflicts": ["update"],
    "update outside git": ["update"],
    "continue": ["continue"],
    "abort": ["abort"],
}


def prepare(world: World, name: str) -> None:
    """A project in which the command has something of each sort to do."""
    world.start()
    world.holdfast("add", "function", "two", "--event", "call", "--set", "word=two")
    world.replace("functions/two/handler.py", "return", "mine = 1\n    return") if name == "remove" else None
    world.write("own.txt", "own\n")
    world.commit()
    world.write("own.txt", "changed\n")
    world.write("new.txt", "untracked\n")
    (world.project / "link").symlink_to("own.txt")
    if name == "sync":
        world.replace("holdfast.toml", 'word = "hello"', 'word = "hi"')
    if name.startswith("update") or name in ("continue", "abort"):
        if name in ("update with conflicts", "continue", "abort"):
            world.write("a.txt", LINES.replace("line 3\n", "mine\n"))
            world.git("commit", "--quiet", "--message", "a", "a.txt")
        if name == "update outside git":
            subprocess.run(["rm", "-rf", str(world.project / ".git")], check=True)
        world.release("2.0.0", {
            A: LINES.replace("line 3\n", "theirs\n"),
            "template/project/files/gone.txt": None,
            "template/project/files/deep/er/new.txt": "new\n",
            "template/project/files/run.sh": "#!/bin/sh\necho 2\n",
        })  # fmt: skip
    if name in ("continue", "abort"):
        assert world.holdfast("update").code == 1
    if name == "continue":
        world.write("a.txt", LINES.replace("line 3\n", "both\n"))


def interrupted(world: World, how: str, most: int, name: str) -> int:
    """At how many moments the command was interrupted, all of them without harm."""
    program = ROOT / "tests/support/interrupting.py"
    done = subprocess.run(
        [sys.executable, str(program), str(world.project), how, str(most), str(SEED), *COMMANDS[name]],
        cwd=world.place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_before_a_change_to_a_file(world: World, name: str) -> None:
    prepare(world, name)
    assert interrupted(world, "kill", KILLS, name) >= min(KILLS, 8)


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_random_moments(world: World, name: str) -> None:
    prepare(world, name)
    assert interrupted(world, "random", KILLS // 2, name) == KILLS // 2


@pytest.mark.parametrize(("name", "how"), [
    ("add", "ENOSPC"), ("rename", "EACCES"), ("update with conflicts", "ENOSPC"), ("update outside git", "EACCES"),
])  # fmt: skip
def test_a_full_disk_and_a_folder_that_cannot_be_written(world: World, name: str, how: str) -> None:
    prepare(world, name)
    assert interrupted(world, how, KILLS, name) >= min(KILLS, 8)


def test_a_second_command_is_refused_with_the_name_of_the_first(world: World) -> None:
    """The first is stopped in the middle of its work; the second does nothing."""
    world.start()
    world.replace("holdfast.toml", 'word = "hello"', 'word = "hi"')
    before = world.state()
    held = world.project / ".git/holdfast/project"
    code = (
        "import os, signal, sys; from holdfast.changing import writing; from holdfast import cli\n"
        "def stop(*_, **__): os.kill(os.getpid(), signal.SIGSTOP)\n"
        "writing.working.prepare = stop; sys.argv = ['holdfast', 'sync']; cli._run()"
    )
    first = subprocess.Popen([sys.executable, "-c", code], cwd=world.project, stderr=subprocess.PIPE)
    try:
        os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)
        assert json.loads((held / "lock").read_text())["process"] == first.pid
        for command in (
            ["sync"],
            ["update"],
            ["abort"],
            ["add", "function", "x", "--event", "call", "--set", "word=x"],
        ):
            done = world.holdfast(*command)
            assert (done.code, done.err) == (
                2,
                f"holdfast: `holdfast sync` (process {first.pid}) is at work on this project; wait until it is done\n",
            )
        assert world.state() == before
        assert world.holdfast("sync", "--dry-run").code == 0
    finally:
        first.kill()
        first.communicate()
    assert world.holdfast("sync").code == 0


def test_commands_that_race_leave_one_result(world: World) -> None:
    world.start()
    racing = [
        world.command("add", "function", f"racer-{number}", "--event", "call", "--set", "word=x") for number in range(3)
    ]
    codes = [(runner.communicate(), runner.returncode) for runner in racing]
    won = [number for number, (_, code) in enumerate(codes) if code == 0]
    assert won
    assert all(code == 0 or (code == 2 and "is at work on this project" in said[1]) for said, code in codes)
    assert [name for name in world.lock()["spec"]["functions"] if name != "hello"] == sorted(  # type: ignore[index]
        (f"racer-{number}" for number in won),
        key=list(world.lock()["spec"]["functions"]).index,  # type: ignore[index]
    )
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def killed_after(world: World, files: int, command: str = "update") -> None:
    """A command that was killed when so many files were in their places."""
    code = (
        "import os, signal, sys; from holdfast.journaling import working; from holdfast import cli\n"
        "place, done = working.place, []\n"
        "def stop(*both):\n"
        f"    if len(done) == {files}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    done.append(place(*both))\n"
        f"working.place = stop; sys.argv = ['holdfast', '{command}']; cli._run()"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=world.project, check=False).returncode == -signal.SIGKILL


def test_what_was_brought_back_after_a_kill_is_not_changed_again_unasked(world: World) -> None:
    """Somebody who sees half of it takes it back with git, and goes on."""
    prepare(world, "update")
    before = world.state()
    killed_after(world, 2)
    assert world.state() != before
    world.git("checkout", "a.txt", "gone.txt", "run.sh")
    done = world.holdfast("continue")
    assert done.code == 2
    assert "`holdfast update`, which was interrupted, was undone first" in done.err
    assert world.state() == before
    assert world.holdfast("update").code == 0


def test_what_was_finished_first_is_said_to_scripts_too_and_beside_a_refusal(world: World) -> None:
    prepare(world, "update")
    killed_after(world, 2)
    finished = "`holdfast update`, which was interrupted, was finished first"
    assert json.loads(world.holdfast("sync", "--json").out)["recovered"] == [f"{finished}."]
    assert json.loads(world.holdfast("sync", "--json").out)["recovered"] == []
    world.commit()
    world.release("3.0.0", {A: LINES, "template/project/files/run.sh": "#!/bin/sh\necho 3\n"})
    killed_after(world, 1)
    done = world.holdfast("remove", "function", "nine")
    assert (done.code, done.err) == (
        2,
        f"holdfast: holdfast.toml: {finished}; then this: there is no function 'nine'; there are hello, two\n",
    )


def test_what_was_edited_after_a_kill_is_not_written_over(world: World) -> None:
    prepare(world, "update with conflicts")
    before = world.state()
    killed_after(world, 2)
    world.write("run.sh", "edited after the kill\n")
    for _ in range(2):
        done = world.holdfast("sync")
        assert done.code == 2
        assert "run.sh: it was changed after holdfast was interrupted there; move it away" in done.err
        assert world.read("run.sh") == "edited after the kill\n"
    assert world.holdfast("abort").code == 0
    assert world.read("run.sh") == "edited after the kill\n"
    world.git("checkout", "run.sh")
    (world.project / "run.sh").chmod(0o755)
    assert world.state() == before


@pytest.mark.parametrize("command", ["abort", "sync"])
def test_what_was_edited_after_a_killed_abort_is_kept(world: World, command: str) -> None:
    """What it had not put back by then is, and what somebody made of that in the meantime is put aside first."""
    prepare(world, "update with conflicts")
    before = world.state()
    assert world.holdfast("update").code == 1
    killed_after(world, 1, "abort")
    world.write("a.txt", "edited after the kill\n")
    world.write("deep/er/new.txt", "so was this\n")
    done = world.holdfast(command)
    assert world.state() == before
    kept = world.project / ".git/holdfast/project/aborted/1"
    assert "aborted/1" in done.out + done.err
    assert {path: content for path, (_, content) in tree(kept).items()} == {
        "a.txt": b"edited after the kill\n",
        "deep/er/new.txt": b"so was this\n",
    }


def test_abort_after_a_killed_continue_takes_no_half_back(world: World) -> None:
    """It was killed after its last word: the lock is in its place, and only the journal was left."""
    prepare(world, "continue")
    code = (
        "import os, sys; from holdfast.journaling import working; from holdfast import cli\n"
        "clean = working.clean\n"
        "def stop(home):\n"
        "    if (home / 'waiting.json').exists(): os.kill(os.getpid(), 9)\n"
        "    clean(home)\n"
        "working.clean = stop; sys.argv = ['holdfast', 'continue']; cli._run()"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=world.project, check=False).returncode == -signal.SIGKILL
    before = world.state()
    for words in (["abort", "--dry-run"], ["abort"]):
        done = world.holdfast(*words)
        assert (done.code, done.err) == (2, "holdfast: nothing was begun there; git restores what was committed\n")
        assert world.state() == before
    assert world.lock()["templates"][0]["version"] == "2.0.0"  # type: ignore[index]
    assert world.holdfast("sync").out == "orders: nothing to change.\n"
