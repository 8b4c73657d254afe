"""`holdfast abort` brings everything back, whatever its user did meanwhile; `holdfast continue` says what is true."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

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


def test_abort_keeps_what_was_made_of_files_since(world: World) -> None:
    """A conflict half resolved, and work in a file that the update had changed without one."""
    world.start()
    conflicting(world)
    world.commit()
    before = world.state()
    assert world.holdfast("update").code == 1
    world.write("a.txt", "half resolved\n")
    world.replace("code/b.txt", "code 7\n", "hours of work\n")
    (world.project / "code/b.txt").chmod(0o755)
    work = world.read("code/b.txt")
    dry = world.holdfast("abort", "--dry-run")
    assert (dry.code, dry.out) == (
        0,
        "orders: `holdfast update` would be taken back.\n\nWhat you made of these since would be kept aside:\n"
        "  a.txt\n  code/b.txt\n",
    )
    assert world.read("code/b.txt") == work
    done = world.holdfast("abort")
    assert (done.code, done.out) == (
        0,
        "orders: `holdfast update` was taken back.\n\nWhat you made of these since is kept in "
        ".git/holdfast/project/aborted/1:\n  a.txt\n  code/b.txt\n",
    )
    assert world.state() == before
    kept = world.project / ".git/holdfast/project/aborted/1"
    assert tree(kept) == {"a.txt": (0, b"half resolved\n"), "code/b.txt": (0o111, work.encode())}
    assert world.holdfast("update").code == 1
    world.write("a.txt", "again\n")
    assert world.outcome("abort") == {
        "code": 0, "command": "abort", "ended": "update", "directory": str(world.project), "dry_run": False, "done": True,
        "conflicts": {}, "changed_since": ["a.txt"], "kept": f"{kept.parent}/2", "todo": [],
    }  # fmt: skip
    assert (kept / "a.txt").read_text(encoding="utf-8") == "half resolved\n"


def test_abort_outside_git_keeps_that_too_and_hides_it(world: World) -> None:
    world.start(git=False)
    conflicting(world)
    assert world.holdfast("update").code == 1
    world.write("a.txt", "half resolved\n")
    assert "  a.txt\n" in world.holdfast("abort").out
    place = world.project / ".holdfast"
    assert sorted(entry.name for entry in place.iterdir()) == [".gitignore", "aborted"]
    assert (place / "aborted/1/a.txt").read_text(encoding="utf-8") == "half resolved\n"
    assert world.holdfast("update").code == 1
    assert world.holdfast("abort").code == 0
    assert (place / "aborted/1/a.txt").exists()


def test_an_abort_that_can_keep_nothing_takes_nothing_back(world: World) -> None:
    world.start()
    conflicting(world)
    world.commit()
    assert world.holdfast("update").code == 1
    world.write("a.txt", "half resolved\n")
    (world.project / ".git/holdfast/project/aborted").write_text("in the way", encoding="utf-8")
    done = world.holdfast("abort")
    assert done.code == 2
    assert "aborted: nothing was taken back: " in done.err
    assert world.read("a.txt") == "half resolved\n"


@pytest.mark.parametrize("option", ["--skip-worktree", "--assume-unchanged", "both"])
def test_abort_brings_back_what_git_was_told_not_to_look_at(world: World, option: str) -> None:
    world.start()
    conflicting(world)
    world.commit()
    for each in ("--skip-worktree", "--assume-unchanged") if option == "both" else (option,):
        world.git("update-index", each, "a.txt", "code/b.txt", "holdfast.toml")
    before = (world.git("ls-files", "-v", "-s"), world.state())
    assert world.holdfast("update").code == 1
    world.git("add", "--sparse", "--all")
    assert world.holdfast("abort").code == 0
    assert (world.git("ls-files", "-v", "-s"), world.state()) == before


def renewed(world: World) -> None:
    """An update of `a.txt` beside the user's own line there, not committed; then a version that conflicts with it."""
    world.start()
    world.replace("a.txt", "line 3\n", "mine\n")
    world.commit()
    newer = LINES.replace("line 15\n", "newer\n")
    world.release("1.5.0", {"template/project/files/a.txt": newer, "template/project/files/new.txt": LINES})
    assert world.holdfast("update").code == 0
    world.release("2.0.0", {
        "template/project/files/a.txt": newer.replace("line 3\n", "theirs\n"),
        "template/project/files/new.txt": LINES + "more\n",
    })  # fmt: skip


def test_ours_is_what_an_earlier_update_wrote_and_nobody_committed(world: World) -> None:
    """Not what git has: `git checkout --ours` would take the earlier update back."""
    renewed(world)
    mine = world.read("a.txt")
    assert "newer\n" in mine
    assert world.holdfast("update").code == 1
    world.git("checkout", "--ours", "a.txt")
    assert world.read("a.txt") == mine


def test_abort_remembers_what_an_earlier_update_wrote(world: World) -> None:
    """That needs no commit before the next update, as before the one that was taken back."""
    renewed(world)
    code = str(TEMPLATE["template/project/files/code/c.txt"])
    world.replace("code/c.txt", "more 2\n", "mine\n")
    world.git("commit", "--quiet", "--message", "mine", "code/c.txt")
    world.release("2.1.0", {"template/project/files/code/c.txt": code + "more\n"})
    for _ in range(2):
        assert world.holdfast("update").code == 1
        assert world.holdfast("abort").code == 0
    assert world.holdfast("update").code == 1
    world.write("a.txt", "resolved\n")
    assert world.holdfast("continue").code == 0
    world.release("3.0.0", {"template/project/files/code/c.txt": code + "still more\n"})
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert "mine\n" in world.read("code/c.txt")


def test_a_file_that_git_knows_by_name_alone_stays_so(world: World) -> None:
    """`git add --intent-to-add` of what an update wrote; a plain entry would be an empty file in the next commit."""
    renewed(world)
    world.git("rm", "--quiet", "--cached", "a.txt")
    world.git("add", "--intent-to-add", "a.txt", "new.txt")
    world.git("update-index", "--assume-unchanged", "new.txt")
    before = (world.git("ls-files", "-v"), world.state())
    for end in ("as it is", "added"):
        assert world.holdfast("update").code == 1
        if end == "added":
            world.git("update-index", "--no-assume-unchanged", "new.txt")
            world.git("add", "a.txt", "new.txt")
        assert world.holdfast("abort").code == 0
        assert (world.git("ls-files", "-v"), world.state()) == before
    assert world.holdfast("update").code == 1
    world.write("a.txt", "resolved\n")
    assert world.holdfast("continue").code == 0
    assert "a.txt" not in world.git("diff", "--cached", "--name-only", "--diff-filter=AM")


def merged_elsewhere(world: World) -> None:
    """A file of the user's own in the middle of a conflict of theirs."""
    world.write("own.txt", "1\n")
    world.commit()
    world.write("own.txt", "2\n")
    world.git("stash", "--quiet")
    world.write("own.txt", "3\n")
    world.commit()
    subprocess.run(["git", "stash", "pop"], cwd=world.project, check=False, capture_output=True)
    assert "UU own.txt" in world.git("status", "--porcelain")


def staged(world: World) -> None:
    world.git("rm", "--quiet", "--cached", "code/c.txt")
    world.git("rm", "--quiet", "image.bin")
    world.write("own.txt", "staged\n")
    world.git("add", "own.txt")
    world.write("own.txt", "later\n")


def sparse(world: World) -> None:
    world.write("away/deep/own.txt", "1\n")
    world.commit()
    world.git("sparse-checkout", "set", "--cone", "--sparse-index", "code", "functions")
    assert not (world.project / "away").exists()


def split(world: World) -> None:
    world.git("update-index", "--split-index")


def fourth(world: World) -> None:
    world.git("update-index", "--index-version", "4")


@pytest.mark.parametrize("resolved", [True, False])
@pytest.mark.parametrize("arrange", [merged_elsewhere, staged, sparse, split, fourth])
def test_abort_leaves_the_index_as_it_was(world: World, arrange: Callable[[World], None], resolved: bool) -> None:
    """Whatever is in it and however it is stored; and no conflict for `git checkout --merge` to bring back."""

    def known() -> tuple[object, ...]:
        listed = ["-v -s", "--sparse -t", "--resolve-undo"]
        folder = world.project / ".git"
        stored = (folder / "index").read_bytes()[7], any(folder.glob("sharedindex*"))
        return *(world.git("ls-files", *words.split()) for words in listed), world.state(), stored

    world.start()
    conflicting(world)
    world.commit()
    arrange(world)
    before = known()
    assert world.holdfast("update").code == 1
    if resolved:
        world.write("a.txt", LINES)
        world.git("add", "a.txt")
    assert world.holdfast("abort").code == 0
    assert known() == before


@pytest.mark.parametrize("git", [True, False])
def test_abort_brings_back_empty_folders_and_their_modes(world: World, git: bool) -> None:
    world.start(git=git)
    conflicting(world)
    world.release(
        "2.0.0", {"template/project/files/here/new.txt": "new\n", "template/project/files/code/b.txt": None,
                  "template/project/files/code/c.txt": None},
    )  # fmt: skip
    (world.project / "here").mkdir()
    (world.project / "here").chmod(0o750)
    (world.project / "code").chmod(0o700)
    if git:
        world.commit()
    before = folders(world)
    assert world.holdfast("update").code == 1
    assert not (world.project / "code").exists()
    assert world.holdfast("abort").code == 0
    assert folders(world) == before


def folders(world: World) -> dict[str, int]:
    paths = [path for path in world.project.rglob("*") if ".git" not in path.parts and ".holdfast" not in path.parts]
    return {path.relative_to(world.project).as_posix(): path.lstat().st_mode for path in paths}


def test_continue_says_for_scripts_what_is_left(world: World) -> None:
    world.start()
    conflicting(world)
    world.commit()
    assert world.holdfast("update").code == 1
    said: dict[str, object] = {
        "command": "continue", "ended": "update", "directory": str(world.project), "changed_since": [], "kept": None,
        "todo": [],
    }  # fmt: skip
    left = {"a.txt": "it still holds the markers of a conflict"}
    assert world.outcome("continue") == {"code": 1, **said, "dry_run": False, "done": False, "conflicts": left}
    world.write("a.txt", LINES)
    before = world.state()
    assert world.outcome("continue", "--dry-run") == {
        "code": 0, **said, "dry_run": True, "done": False, "conflicts": {}
    }  # fmt: skip
    assert world.holdfast("continue", "--dry-run").out == "orders: `holdfast update` would be done.\n"
    assert world.state() == before
    assert world.outcome("continue") == {"code": 0, **said, "dry_run": False, "done": True, "conflicts": {}}


def test_abort_keeps_its_backup_until_it_can_put_everything_back(world: World) -> None:
    world.start(git=False)
    conflicting(world)
    before = tree(world.project)
    assert world.holdfast("update").code == 1
    world.write("a.txt", "half resolved\n")
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
    kept = world.project / ".holdfast/aborted"
    assert [(path, content) for path, (_, content) in tree(kept).items()] == [("1/a.txt", b"half resolved\n")]
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


def test_continue_ends_what_began_before_git_did(world: World) -> None:
    """A merge of git's may have left the same file in conflict since; of its index then nothing is known."""
    world.start(git=False)
    conflicting(world)
    assert world.holdfast("update").code == 1
    world.git("init", "--quiet", "--initial-branch=one")
    world.commit()
    world.git("branch", "two")
    for branch in ("one", "two"):
        world.git("checkout", "--quiet", branch)
        world.write("a.txt", f"{branch}\n")
        world.commit()
    assert subprocess.run(["git", "merge", "one"], cwd=world.project, check=False, capture_output=True).returncode == 1
    world.write("a.txt", "both\n")
    done = world.holdfast("continue")
    assert (done.code, done.err) == (0, "")
    assert "UU a.txt\n" in world.git("status", "--porcelain")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no name that is no text")
def test_endings_name_every_file_whatever_its_name(world: World) -> None:
    world.start()
    name = os.fsdecode(b"code/\xff.txt")
    (world.project / name).write_text("mine\n", encoding="utf-8")
    conflicting(world)
    moved = {
        f"template/project/files/lib/{each}.txt": world.files[f"template/project/files/code/{each}.txt"]
        for each in "bc"
    }
    world.release("2.0.0", {**{f"template/project/files/code/{each}.txt": None for each in "bc"}, **moved})
    world.commit()
    assert world.holdfast("update").code == 1
    (world.project / name.replace("code", "lib")).write_text("more\n", encoding="utf-8")
    for words in (["--dry-run"], []):
        out, err = world.command("abort", *words, "--json").communicate()
        assert err == ""
        assert json.loads(out)["changed_since"] == [name.replace("code", "lib")]
