"""`holdfast abort` brings everything back, whatever its user did meanwhile; `holdfast continue` says what is true."""

from __future__ import annotations

import pytest

from living import LINES, TEMPLATE, World, tree
from living import world as world  # noqa: PLC0414 - a fixture


def conflicting(world: World) -> None:
    """In `a.txt` both changed a line, and in `code/b.txt` the template alone did."""
    world.replace("a.txt", "line 3\n", "mine\n")
    world.release("2.0.0", {
        "template/project/files/a.txt": LINES.replace("line 3\n", "theirs\n"),
        "template/project/files/code/b.txt": str(TEMPLATE["template/project/files/code/b.txt"]) + "more\n",
    })  # fmt: skip


@pytest.mark.parametrize("git", [True, False])
def test_abort_brings_back_the_files_of_conflicts_that_were_decided_already(world: World, git: bool) -> None:
    """They had no markers: the user's own was kept, and then given up for the template's."""
    world.start(git=git)
    world.write("image.bin", b"\x00mine")
    world.write("gone.txt", "mine\n")
    if git:
        world.commit()
    before = world.state() if git else tree(world.project)
    world.release("2.0.0", {"template/project/files/image.bin": b"\x00theirs", "template/project/files/gone.txt": None})
    assert world.holdfast("update").code == 1
    world.write("image.bin", b"\x00theirs")
    (world.project / "gone.txt").unlink()
    if git:
        world.git("add", "--all")
    assert world.holdfast("abort").code == 0
    assert (world.state() if git else tree(world.project)) == before


def test_abort_keeps_its_backup_until_it_can_put_everything_back(world: World) -> None:
    world.start(git=False)
    conflicting(world)
    before = tree(world.project)
    assert world.holdfast("update").code == 1
    (world.project / "code").rename(world.place / "elsewhere")
    (world.project / "code").symlink_to(world.place / "elsewhere")
    outside = tree(world.place / "elsewhere")
    for _ in range(2):
        done = world.holdfast("abort")
        assert (done.code, done.err) == (
            2,
            "holdfast: code/b.txt: it cannot be put back: something that is no file is in its place or above it; "
            "move that away and try again\n",
        )
        assert tree(world.place / "elsewhere") == outside
    (world.project / "code").unlink()
    (world.place / "elsewhere").rename(world.project / "code")
    assert world.holdfast("abort").code == 0
    assert tree(world.project) == before


def test_continue_does_not_say_that_what_git_took_away_is_done(world: World) -> None:
    world.start()
    conflicting(world)
    world.commit()
    assert world.holdfast("update").code == 1
    world.git("reset", "--quiet", "--hard")
    before = world.state()
    done = world.holdfast("continue")
    assert (done.code, done.out, done.err) == (
        2,
        "",
        "holdfast: code/b.txt: nothing of what `holdfast update` wrote is left, there or elsewhere; "
        "bring it back, or take the rest back with `holdfast abort` and begin again\n",
    )
    assert world.holdfast("abort").code == 0
    assert world.state() == before
    assert world.holdfast("update").code == 1


def test_continue_writes_a_lock_that_was_deleted_meanwhile(world: World) -> None:
    world.start()
    conflicting(world)
    world.commit()
    assert world.holdfast("update").code == 1
    world.write("a.txt", LINES)
    (world.project / "holdfast.lock").unlink()
    assert world.holdfast("continue").code == 0
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_continue_tells_a_heading_from_a_marker(world: World) -> None:
    heading = "Install\n=======\n\n"
    world.release("1.0.0", {"template/project/files/a.txt": heading + LINES})
    world.start()
    world.replace("a.txt", "line 3\n", "mine\n")
    world.commit()
    world.release("2.0.0", {"template/project/files/a.txt": heading + LINES.replace("line 3\n", "theirs\n")})
    assert world.holdfast("update").code == 1
    for left in ("<<<<<<< yours\n", "||||||| base\n", "=======\n", ">>>>>>> tiny-2.0.0\n"):
        world.write("a.txt", heading + LINES.replace("line 3\n", f"mine\n{left}"))
        done = world.holdfast("continue")
        assert (done.code, done.out) == (1, "a.txt: it still holds the markers of a conflict\n")
    world.write("a.txt", heading + LINES)
    assert world.holdfast("continue").code == 0
