"""The matrix of docs/update.md: one row a test, with real git and the finished command."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from holdfast import render
from holdfast.parts import Source
from living import LINES, SPEC, TEMPLATE, World, tree
from living import world as world  # noqa: PLC0414 - a fixture

A = "template/project/files/a.txt"


def changed(number: int, text: str, lines: str = LINES) -> str:
    """The twenty lines with one of them another."""
    return lines.replace(f"line {number}\n", f"{text}\n")


def test_an_update_without_edits_gives_what_a_new_project_has(world: World) -> None:
    world.start()
    world.release(
        "2.0.0",
        {A: changed(3, "new"), "template/project/files/gone.txt": None, "template/project/files/d/new.txt": "new\n"},
    )
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert "tiny 1.0.0 -> 2.0.0: 1 file added, 2 files changed, 1 file deleted." in done.out
    fresh = world.place / "fresh" / "orders"
    world.holdfast("new", str(fresh), "--spec", "../spec.toml", "--template", str(world.template), "--no-git")
    assert tree(world.project) == tree(fresh)


def test_what_is_left_to_do_after_files_of_a_pattern_changed_says_the_template(world: World) -> None:
    manifest = str(TEMPLATE["template/template.toml"]) + '[after]\n"code/*" = "tell them"\n"*.none" = "never"\n'
    world.release("1.0.0", {"template/template.toml": manifest})
    world.start()
    world.release("2.0.0", {A: changed(3, "new")})
    assert world.outcome("update")["todo"] == []
    world.release("3.0.0", {"template/project/files/code/b.txt": "new\n"})
    assert world.outcome("update", "--dry-run")["todo"] == ["tell them"]
    assert "\nNext:\n  tell them\n" in world.holdfast("update").out


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ('"*" = 5', "'*' = 5"),
        ('"*" = ""', "'*' = ''"),
        ('"*" = { a = "b" }', "'*' = a table"),
        ('"*" = "one\\n\\nNext:\\n  two"', r"'*' = 'one\n\nNext:\n  two'"),
        ('"\\u001b[2J" = "\\u001b[2J"', r"'\x1b[2J' = '\x1b[2J'"),
    ],
)
def test_what_is_left_to_do_is_one_line_of_text(world: World, after: str, said: str) -> None:
    world.start()
    manifest = str(TEMPLATE["template/template.toml"])
    world.release("2.0.0", {"template/template.toml": f"{manifest}[after]\n{after}\n"})
    before = world.state()
    done = world.holdfast("update")
    assert (done.code, done.out, done.err) == (
        2,
        "",
        f"holdfast: template/template.toml: [after] has {said}; write in one line what is left to do\n",
    )
    assert world.state() == before


def test_what_two_patterns_leave_to_do_is_said_once(world: World) -> None:
    manifest = str(TEMPLATE["template/template.toml"]) + '[after]\n"code/*" = "tell them"\n"*/b.txt" = "tell them"\n'
    world.release("1.0.0", {"template/template.toml": manifest})
    world.start()
    world.release("2.0.0", {"template/project/files/code/b.txt": "new\n"})
    assert world.outcome("update")["todo"] == ["tell them"]


def test_a_second_update_is_nothing(world: World) -> None:
    world.start()
    world.release("2.0.0", {A: changed(3, "new")})
    assert world.holdfast("update").code == 0
    world.commit()
    before = world.state()
    assert world.holdfast("update").out == "orders: nothing to change.\n"
    assert world.state() == before


@pytest.mark.parametrize(
    ("edit", "again"),
    [(None, {A}), ({"a.txt": 5}, {A}), ({"code/b.txt": 2}, {A, "template/project/files/code/b.txt"})],
)
def test_of_the_old_template_only_what_changed_since_is_rendered(
    world: World, edit: dict[str, int] | None, again: set[str]
) -> None:
    """What is on disk as the lock has it needs no render; `a.txt` was changed by hand, its hash in the lock another."""
    world.start()
    world.replace("a.txt", "line 9\n", "mine\n")
    for path, number in (edit or {}).items():
        world.replace(path, f" {number}\n", f" {number} of mine\n")
    world.commit()
    world.release("2.0.0", {A: changed(20, "new")})
    runs: list[tuple[render.Rendering, set[str]]] = []
    real = render._content

    def content(run: render.Rendering, source: Source, names: Mapping[str, object]) -> bytes:
        if not runs or runs[-1][0] is not run:
            runs.append((run, set()))
        runs[-1][1].add(source.template)
        return real(run, source, names)

    world.patch.setattr(render, "_content", content)
    assert world.holdfast("update").code == 0
    assert {"mine\n", "new\n"} <= set(world.read("a.txt").splitlines(keepends=True))
    (_, new), (_, old) = runs
    assert old == again
    assert len(new) > len(again) + 5


@pytest.mark.parametrize("committed", [True, False])
def test_an_edit_whose_hash_somebody_wrote_into_the_lock_is_an_edit(world: World, committed: bool) -> None:
    """It silences a service's `make drift`, and must cost nobody what they wrote."""
    world.start()
    world.write("a.txt", changed(3, "mine"))
    lock: dict[str, Any] = world.lock()
    lock["files"]["a.txt"]["sha256"] = hashlib.sha256(changed(3, "mine").encode()).hexdigest()
    world.write("holdfast.lock", json.dumps(lock, indent=1))
    world.commit() if committed else world.git("commit", "--quiet", "--message", "lock", "holdfast.lock")
    assert world.holdfast("sync").code == 0
    assert world.read("a.txt") == changed(3, "mine")
    world.write("holdfast.lock", json.dumps(lock, indent=1))
    world.git("commit", "--quiet", "--allow-empty", "--message", "lock", "holdfast.lock")
    world.release("2.0.0", {A: changed(18, "new")})
    done = world.holdfast("update")
    assert done.code == (0 if committed else 2), done.err
    assert world.read("a.txt") == changed(3, "mine", changed(18, "new") if committed else LINES)


def test_a_merge_that_gives_what_no_reader_takes_is_named(world: World) -> None:
    """The user has the key at the top, the template adds it at the end: git sees no conflict, and YAML takes the last."""
    lines = "".join(f"key{number}: {number}\n" for number in range(9))
    names = ("own", "odd", "said")
    world.release("1.0.0", {f"template/project/files/{name}.yaml": lines for name in names})
    world.start()
    world.write("own.yaml", "size: 1\n" + lines)
    world.write("odd.yaml", "size: 1\nsize: 2\n" + lines)
    world.write("said.yaml", "# size: 1\n" + lines)
    world.commit()
    new = {f"template/project/files/{name}.yaml": lines + "size: 3\n" for name in names}
    world.release("2.0.0", {**new})
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert (
        "own.yaml:11: merged without a conflict, and now the key 'size' stands twice; mend that by hand\n" in done.out
    )
    assert [name for name in ("odd.yaml", "said.yaml") if name in done.out.partition("To know")[2]] == []
    assert world.read("own.yaml") == f"size: 1\n{lines}size: 3\n"


def test_both_changed_the_same_line(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert done.code == 1
    assert "1 conflict." in done.out
    assert "a.txt: you and the template both changed it" in done.out
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tiny-2.0.0\n" in world.read("a.txt")
    assert "UU a.txt" in world.git("status", "--porcelain")
    assert world.lock()["templates"][0]["version"] == "1.0.0"  # type: ignore[index]


def test_continue_wants_every_marker_gone_and_writes_the_lock(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    world.holdfast("update")
    refused = world.holdfast("update")
    assert refused.code == 2
    assert "a.txt: the conflicts of `holdfast update` wait to be resolved" in refused.err
    left = world.holdfast("continue")
    assert (left.code, left.out) == (1, "a.txt: it still holds the markers of a conflict\n")
    world.write("a.txt", changed(3, "both"))
    done = world.holdfast("continue")
    assert (done.code, done.out) == (0, "orders: `holdfast update` is done.\n")
    assert world.lock()["templates"][0]["version"] == "2.0.0"  # type: ignore[index]
    assert " M a.txt" in world.git("status", "--porcelain")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_abort_brings_back_what_was_there(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.write("staged.txt", "staged\n")
    world.git("add", "staged.txt")
    world.write("staged.txt", "and changed\n")
    world.write("untracked.txt", "untracked\n")
    world.replace("code/c.txt", "more 1\n", "unstaged\n")
    before = world.state()
    world.release(
        "2.0.0",
        {A: changed(3, "theirs"), "template/project/files/new/n.txt": "n\n", "template/project/files/gone.txt": None},
    )
    assert world.holdfast("update").code == 1
    assert not (world.project / "gone.txt").exists()
    world.write("a.txt", "half resolved")
    world.git("add", "a.txt")
    done = world.holdfast("abort")
    assert (done.code, done.out.splitlines()[0]) == (0, "orders: `holdfast update` was taken back.")
    assert world.state() == before
    assert not (world.project / "new").exists()
    assert world.holdfast("abort").code == 2


def test_what_the_user_edited_and_the_template_deleted_is_a_conflict_that_keeps_it(world: World) -> None:
    world.start()
    world.replace("gone.txt", "going 1\n", "mine\n")
    world.commit()
    world.release("2.0.0", {"template/project/files/gone.txt": None})
    done = world.holdfast("update")
    assert done.code == 1
    assert "gone.txt: you changed it, and the template no longer has it" in done.out
    assert "UD gone.txt" in world.git("status", "--porcelain")
    assert world.read("gone.txt").startswith("mine\n")
    assert "gone.txt: say how it should be with `git add` or `git rm`" in world.holdfast("continue").out
    world.git("add", "gone.txt")
    assert world.holdfast("continue").code == 0
    assert world.read("gone.txt").startswith("mine\n")


def test_what_the_user_deleted_and_the_template_changed_stays_deleted_and_is_named(world: World) -> None:
    world.start()
    world.git("rm", "--quiet", "a.txt")
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert done.code == 0
    assert "a.txt: you deleted it and the template changed it: it stays deleted" in done.out
    assert not (world.project / "a.txt").exists()
    assert "a.txt" not in world.holdfast("update").out


def test_an_edit_follows_a_file_that_the_template_renamed(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.release("2.0.0", {A: None, "template/project/files/b/renamed.txt": changed(18, "theirs")})
    assert world.holdfast("update").code == 0
    assert world.read("b/renamed.txt") == changed(18, "theirs", changed(3, "mine"))
    assert not (world.project / "a.txt").exists()


def test_the_users_own_file_follows_a_folder_that_the_template_renamed(world: World) -> None:
    world.start()
    world.write("code/own.txt", "own\n")
    world.replace("code/b.txt", "code 2\n", "mine\n")
    world.commit()
    files = {name: world.files[f"template/project/files/code/{name}"] for name in ("b.txt", "c.txt")}
    world.release(
        "2.0.0",
        {
            **{f"template/project/files/code/{n}": None for n in files},
            **{f"template/project/files/lib/{n}": t for n, t in files.items()},
        },
    )
    done = world.holdfast("update")
    assert done.code == 0
    assert "code/own.txt: it moved with the folder that it was in" in done.out
    assert world.read("lib/own.txt") == "own\n"
    assert "mine\n" in world.read("lib/b.txt")
    assert not (world.project / "code").exists()


@pytest.mark.parametrize("git", [True, False])
def test_the_users_own_file_does_not_follow_onto_one_that_git_ignores(world: World, git: bool) -> None:
    world.start(git=git)
    world.write("code/own.txt", "own\n")
    world.write(".gitignore", "lib/\n")
    world.write("lib/own.txt", "precious\n")
    if git:
        world.commit()
    moved = {
        f"template/project/files/lib/{each}.txt": world.files[f"template/project/files/code/{each}.txt"]
        for each in "bc"
    }
    world.release("2.0.0", {**{f"template/project/files/code/{each}.txt": None for each in "bc"}, **moved})
    before = tree(world.project)
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2, "holdfast: lib/own.txt: it is in the way of a file that moves there; move it away\n"
    )  # fmt: skip
    assert tree(world.project) == before


def test_an_edit_of_a_seeded_file_follows_when_the_template_renames_it(world: World) -> None:
    world.start()
    world.replace("functions/hello/handler.py", "return event", "mine = 1\n    return event")
    world.commit()
    old = "template/function/each/files/functions/{{ function.module }}/handler.py"
    world.release("2.0.0", {old: None, old.replace("handler.py", "app.py"): world.files[old]})
    assert world.holdfast("update").code == 0
    assert "mine = 1" in world.read("functions/hello/app.py")
    assert not (world.project / "functions/hello/handler.py").exists()


def test_both_added_the_same_file(world: World) -> None:
    world.start()
    world.write("new.txt", "mine\n")
    world.write("same.txt", "same\n")
    world.commit()
    world.release("2.0.0", {"template/project/files/new.txt": "theirs\n", "template/project/files/same.txt": "same\n"})
    done = world.holdfast("update")
    assert done.code == 1
    assert "new.txt: you and the template both added it" in done.out
    assert world.read("new.txt") == "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tiny-2.0.0\n"
    assert "AA new.txt" in world.git("status", "--porcelain")
    assert "same.txt" not in done.out


def test_a_change_follows_a_file_that_the_user_renamed(world: World) -> None:
    world.start()
    (world.project / "own").mkdir()
    world.git("mv", "a.txt", "own/mine.txt")
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    assert world.holdfast("update").code == 0
    assert world.read("own/mine.txt") == changed(3, "theirs")
    assert not (world.project / "a.txt").exists()


def test_both_renamed_a_file(world: World) -> None:
    world.start()
    (world.project / "a.txt").rename(world.project / "mine.md")
    world.commit()
    world.release("2.0.0", {A: None, "template/project/files/theirs.md": changed(3, "theirs")})
    said: Any = world.outcome("update")
    renamed = "you and the template both renamed it"
    assert said["conflicts"] == {"mine.md": renamed, "theirs.md": renamed}
    assert said["notes"] == [{"path": "a.txt", "what": f"{renamed}, each in its own way"}]
    assert world.read("mine.md") == world.read("theirs.md") == changed(3, "theirs")


def test_a_managed_file_that_becomes_seeded_is_the_users_from_then_on(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    part = str(world.files["template/project/part.toml"]).replace('"mine.txt"', '"mine.txt", "a.txt"')
    world.release("2.0.0", {A: changed(3, "theirs"), "template/project/part.toml": part})
    done = world.holdfast("update")
    assert done.code == 0
    assert "a.txt: it is yours from now on" in done.out
    assert world.read("a.txt") == changed(3, "mine")
    world.commit()
    world.release("3.0.0", {A: changed(3, "again")})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == changed(3, "mine")


def test_both_rewrote_the_whole_file(world: World) -> None:
    world.start()
    world.write("a.txt", "all\nmine\n")
    world.commit()
    world.release("2.0.0", {A: "all\ntheirs\n"})
    assert world.holdfast("update").code == 1
    assert world.read("a.txt") == "all\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tiny-2.0.0\n"


def test_unrelated_changes_survive_and_overlapping_ones_refuse(world: World) -> None:
    world.start()
    world.release("2.0.0", {A: changed(3, "theirs")})
    world.replace("code/b.txt", "code 1\n", "unrelated\n")
    world.replace("code/c.txt", "more 1\n", "staged\n")
    world.git("add", "code/c.txt")
    world.write("a.txt", changed(15, "mine"))
    before = world.state()
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2,
        "holdfast: a.txt: changed here, and not committed; commit or stash that first\n",
    )
    assert world.state() == before
    world.git("add", "a.txt")
    assert world.holdfast("update").code == 2
    world.git("commit", "--quiet", "--message", "a", "a.txt")
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == changed(3, "theirs", changed(15, "mine"))
    assert "M  code/c.txt" in world.git("status", "--porcelain")
    assert world.read("code/b.txt").startswith("unrelated\n")


@pytest.mark.parametrize("ignored", [False, True])
def test_untracked_and_ignored_files_in_the_way_refuse(world: World, ignored: bool) -> None:
    world.start()
    if ignored:
        world.write(".gitignore", "new.txt\n")
        world.commit()
    world.write("new.txt", "mine\n")
    before = world.state()
    world.release("2.0.0", {"template/project/files/new.txt": "theirs\n"})
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2,
        "holdfast: new.txt: in the way, and not in git; commit them, move them away or delete them\n",
    )
    assert world.state() == before


def test_a_seeded_file_that_is_there_already_is_kept(world: World) -> None:
    world.start()
    world.write("functions/ship/handler.py", "mine\n")
    done = world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=x")
    assert done.code == 0
    assert "functions/ship/handler.py: it was there already, and is kept as it is" in done.out
    assert world.read("functions/ship/handler.py") == "mine\n"


def test_what_holdfast_wrote_itself_needs_no_commit_in_between(world: World) -> None:
    world.start()
    world.write("list.yaml", world.read("list.yaml") + "  own: thing\n")
    world.commit()
    for name in ("one", "two", "three"):
        assert world.holdfast("add", "function", name, "--event", "call", "--set", "word=x").code == 0
    assert world.read("list.yaml").endswith('  three: "x"\n  # Yours go below this line.\n  own: thing\n')
    world.replace("list.yaml", "own", "other")
    assert world.holdfast("add", "function", "four", "--event", "call", "--set", "word=x").code == 2


def test_outside_git_it_works_too_with_a_backup_for_abort(world: World) -> None:
    world.start(git=False)
    world.write("a.txt", changed(3, "mine"))
    before = tree(world.project)
    world.release("2.0.0", {A: changed(3, "theirs"), "template/project/files/gone.txt": None})
    assert world.holdfast("update").code == 1
    assert "<<<<<<< yours\nmine\n" in world.read("a.txt")
    assert world.holdfast("abort").code == 0
    assert tree(world.project) == before
    assert not (world.project / ".holdfast").exists()
    assert world.holdfast("update").code == 1
    world.write("a.txt", changed(3, "both"))
    assert world.holdfast("continue").code == 0
    assert not (world.project / ".holdfast").exists()
    assert world.holdfast("update").out == "orders: nothing to change.\n"


def test_a_renamed_file_is_found_outside_git_too(world: World) -> None:
    world.start(git=False)
    (world.project / "a.txt").rename(world.project / "moved.txt")
    world.write(".gitignore", "hidden/\n")
    world.write("hidden/a.txt", LINES)
    world.release("2.0.0", {A: changed(3, "theirs")})
    assert world.holdfast("update").code == 0
    assert world.read("moved.txt") == changed(3, "theirs")
    assert world.read("hidden/a.txt") == LINES


def conflicting(world: World) -> None:
    """An edit and an update that collide, from wherever the project is."""
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs"), "template/project/files/code/b.txt": "all new\n"})


def resolve(world: World) -> None:
    done = world.holdfast("update")
    assert done.code == 1, done.err
    assert "UU " in world.git("status", "--porcelain")
    assert world.read("code/b.txt") == "all new\n"
    world.write("a.txt", changed(3, "both"))
    world.git("add", "a.txt")
    assert world.holdfast("continue").code == 0
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_shallow_clone(world: World) -> None:
    world.start()
    conflicting(world)
    world.project.rename(world.place / "origin")
    world.git("clone", "--quiet", "--depth=1", f"file://{world.place}/origin", str(world.project), cwd=world.place)
    resolve(world)


def test_a_worktree(world: World) -> None:
    world.start()
    conflicting(world)
    world.project.rename(world.place / "origin")
    world.git("worktree", "add", "--quiet", str(world.project), "-b", "work", cwd=world.place / "origin")
    before = world.git("status", "--porcelain", cwd=world.place / "origin")
    resolve(world)
    assert world.git("status", "--porcelain", cwd=world.place / "origin") == before


def test_a_submodule(world: World) -> None:
    world.start()
    conflicting(world)
    world.project.rename(world.place / "origin")
    world.git("init", "--quiet", "outer", cwd=world.place)
    outer = world.place / "outer"
    world.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(world.place / "origin"),
        "orders",
        cwd=outer,
    )
    (outer / "orders").rename(outer / "orders")
    inner = World(outer, world.patch, world.files)
    done = inner.holdfast("update")
    assert done.code == 1, done.err
    assert "UU a.txt" in inner.git("status", "--porcelain")
    assert inner.holdfast("abort").code == 0
    assert inner.git("status", "--porcelain") == ""


def test_two_projects_in_subdirectories_of_one_repository(world: World) -> None:
    mono = world.place / "mono"
    inner = World(mono, world.patch, world.files)
    (mono / "other").mkdir(parents=True)
    inner.git("init", "--quiet", cwd=mono)
    for name in ("orders", "other/bills"):
        world.start(git=False, root=mono / name)
    (mono / "outside.txt").write_text("outside\n", encoding="utf-8")
    inner.write("a.txt", changed(3, "mine"))
    inner.git("add", "--all", cwd=mono)
    inner.git("commit", "--quiet", "--message", "start", cwd=mono)
    world.release("2.0.0", {A: changed(3, "theirs")})
    assert inner.holdfast("update").code == 1
    assert "UU orders/a.txt" in inner.git("status", "--porcelain", cwd=mono)
    assert inner.holdfast("update", cwd=mono / "other/bills").code == 0
    assert (mono / "other/bills/a.txt").read_text() == changed(3, "theirs")
    (mono / "outside.txt").write_text("changed\n", encoding="utf-8")
    assert inner.holdfast("abort").code == 0
    assert inner.read("a.txt") == changed(3, "mine")
    assert (mono / "outside.txt").read_text() == "changed\n"
    assert "orders" not in inner.git("status", "--porcelain", cwd=mono)


def test_a_project_in_a_folder_of_another_is_not_where_its_files_went(world: World) -> None:
    world.start()
    world.start(git=False, root=world.project / "inner")
    (world.project / "a.txt").unlink()
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert "a.txt: you deleted it and the template changed it: it stays deleted" in done.out
    assert world.git("status", "--porcelain") == " M holdfast.lock\n"


def test_a_folder_of_projects_is_none(world: World) -> None:
    world.start()
    for command in (["update"], ["sync"], ["add", "resource", "x", "--kind", "box"], ["adopt"]):
        done = world.holdfast(*command, cwd=world.place)
        assert (done.code, done.err) == (
            2, f"holdfast: {world.place}: there is no holdfast.toml; go to the folder of a service that holdfast made, or name it\n"
        )  # fmt: skip


def test_a_detached_head(world: World) -> None:
    world.start()
    conflicting(world)
    world.git("checkout", "--quiet", "--detach")
    resolve(world)


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick"])
def test_a_merge_or_rebase_under_way_refuses(world: World, what: str) -> None:
    world.start()
    world.git("checkout", "--quiet", "-b", "other")
    world.write("free.txt", "other\n")
    world.commit()
    world.git("checkout", "--quiet", "-")
    world.write("free.txt", "mine\n")
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    with pytest.raises(subprocess.CalledProcessError):
        world.git(what, "other")
    before = tree(world.project)
    done = world.holdfast("update")
    assert done.code == 2
    assert f"a {what} is under way there; finish it or abort it first" in done.err
    assert world.holdfast("sync").code == 2
    assert tree(world.project) == before


@pytest.mark.parametrize("autocrlf", [False, True])
def test_crlf_stays_and_is_no_conflict(world: World, autocrlf: bool) -> None:
    world.start()
    if autocrlf:
        world.git("config", "core.autocrlf", "true")
        world.git("rm", "--quiet", "--cached", "-r", ".")
        world.git("reset", "--quiet", "--hard")
    else:
        for path in ("a.txt", "list.yaml", "holdfast.toml", "holdfast.lock"):
            world.write(path, world.read(path).replace("\n", "\r\n"))
        world.commit()
    assert "\r\n" in world.read("a.txt")
    world.write("a.txt", changed(15, "mine").replace("\n", "\r\n"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert world.read("a.txt") == changed(3, "theirs", changed(15, "mine")).replace("\n", "\r\n")
    assert world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=x").code == 0
    for path in ("list.yaml", "holdfast.toml", "holdfast.lock"):
        assert world.read(path).count("\n") == world.read(path).count("\r\n") > 3


def test_conflicts_in_a_crlf_file_have_its_line_ends(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine").replace("\n", "\r\n"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    assert world.holdfast("update").code == 1
    assert "<<<<<<< yours\r\nmine\r\n=======\r\ntheirs\r\n>>>>>>> tiny-2.0.0\r\n" in world.read("a.txt")
    assert "markers" in world.holdfast("continue").out


def test_a_missing_final_newline_and_a_byte_order_mark_stay(world: World) -> None:
    world.start()
    world.write("a.txt", LINES.rstrip("\n"))
    world.write("code/b.txt", "\ufeff" + world.read("code/b.txt"))
    world.commit()
    new = str(world.files["template/project/files/code/b.txt"]).replace("code 1\n", "code one\n")
    world.release("2.0.0", {A: changed(3, "theirs"), "template/project/files/code/b.txt": new})
    done = world.holdfast("update")
    assert done.code == 0
    assert world.read("a.txt") == changed(3, "theirs").rstrip("\n")
    assert world.read("code/b.txt") == "\ufeff" + new
    world.commit()
    world.release("3.0.0", {A: changed(3, "theirs") + "and more\n"})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == changed(3, "theirs") + "and more\n"


def test_mode_bits(world: World) -> None:
    world.start()
    (world.project / "a.txt").chmod(0o755)
    world.write("run.sh", world.read("run.sh") + "echo mine\n")
    (world.project / "code/b.txt").chmod(0o600)
    world.commit()
    part = str(world.files["template/project/part.toml"]).replace('"run.sh"', '"code/c.txt"')
    new = str(world.files["template/project/files/code/b.txt"]).replace("code 1\n", "code one\n")
    world.release(
        "2.0.0", {A: changed(3, "theirs"), "template/project/part.toml": part, "template/project/files/code/b.txt": new}
    )
    assert world.holdfast("update").code == 0
    modes = {
        name: (world.project / name).stat().st_mode & 0o777 for name in ("a.txt", "run.sh", "code/b.txt", "code/c.txt")
    }
    assert modes["a.txt"] & 0o111
    assert not modes["run.sh"] & 0o111
    assert modes["code/b.txt"] == 0o600
    assert modes["code/c.txt"] & 0o111
    assert world.read("run.sh").endswith("echo mine\n")


def test_a_file_system_without_modes_is_not_believed(world: World) -> None:
    world.start()
    world.git("config", "core.fileMode", "false")
    (world.project / "run.sh").chmod(0o644)
    world.release("2.0.0", {"template/project/files/run.sh": "#!/bin/sh\necho new\n"})
    outcome = world.outcome("update")
    assert outcome["files"] == {"holdfast.lock": "change", "run.sh": "change"}


@pytest.mark.parametrize("target", ["code/c.txt", "nowhere", "/etc/hostname"])
def test_a_file_that_became_a_link_is_never_written_through(world: World, target: str) -> None:
    world.start()
    (world.project / "a.txt").unlink()
    (world.project / "a.txt").symlink_to(target)
    world.commit()
    inside = world.read("code/c.txt")
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert done.code == 1
    assert str((world.project / "a.txt").readlink()) == target
    assert world.read("code/c.txt") == inside
    assert "UU a.txt" in world.git("status", "--porcelain")
    world.git("add", "a.txt")
    assert world.holdfast("continue").code == 0
    assert str((world.project / "a.txt").readlink()) == target


def test_a_link_turned_back_into_a_file_is_merged(world: World) -> None:
    world.start()
    (world.project / "a.txt").unlink()
    (world.project / "a.txt").symlink_to("code/c.txt")
    world.commit()
    (world.project / "a.txt").unlink()
    world.write("a.txt", changed(15, "mine"))
    world.commit()
    world.release("2.0.0", {A: changed(3, "theirs")})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == changed(3, "theirs", changed(15, "mine"))


def test_nothing_is_written_below_a_folder_that_is_a_link(world: World) -> None:
    world.start()
    outside = world.place / "outside"
    (world.project / "code").rename(outside)
    (world.project / "code").symlink_to(outside)
    world.commit()
    before = tree(outside)
    world.release("2.0.0", {"template/project/files/code/b.txt": "theirs\n"})
    done = world.holdfast("update")
    assert done.code == 0
    assert "code/b.txt: you deleted it and the template changed it" in done.out
    assert str((world.project / "code").readlink()) == str(outside)
    world.release("3.0.0", {"template/project/files/code/d.txt": "theirs\n"})
    done = world.holdfast("update")
    assert done.code == 2
    assert "code/d.txt: it is in the way" in done.err
    assert tree(outside) == before


def test_a_binary_that_both_changed_keeps_the_users(world: World) -> None:
    world.start()
    world.write("image.bin", b"\x00mine")
    world.commit()
    world.release("2.0.0", {"template/project/files/image.bin": b"\x00theirs"})
    done = world.holdfast("update")
    assert done.code == 1
    assert (world.project / "image.bin").read_bytes() == b"\x00mine"
    assert "UU image.bin" in world.git("status", "--porcelain")
    assert "image.bin: say how it should be" in world.holdfast("continue").out
    world.git("checkout", "--theirs", "image.bin")
    world.git("add", "image.bin")
    assert world.holdfast("continue").code == 0
    assert (world.project / "image.bin").read_bytes() == b"\x00theirs"


def test_names_with_spaces_and_beyond_ascii(world: World) -> None:
    name = "a folder/größe über “alles”.txt"
    world.release("1.1.0", {f"template/project/files/{name}": LINES})
    world.start()
    world.write(name, changed(3, "mine"))
    world.write("my own ñ.txt", "x\n")
    world.commit()
    world.release("2.0.0", {f"template/project/files/{name}": changed(3, "theirs")})
    assert world.holdfast("update").code == 1
    assert "<<<<<<< yours" in world.read(name)
    assert world.holdfast("abort").code == 0
    assert world.git("status", "--porcelain") == ""
    world.release("2.1.0", {f"template/project/files/{name}": changed(15, "theirs")})
    assert world.holdfast("update").code == 0
    assert world.read(name) == changed(3, "mine", changed(15, "theirs"))


def test_a_rename_that_changes_case_alone(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.git("mv", "gone.txt", "GONE.txt")
    world.commit()
    new = str(world.files["template/project/files/gone.txt"]).replace("going 1\n", "gone\n")
    world.release("2.0.0", {A: None, "template/project/files/A.txt": LINES, "template/project/files/gone.txt": new})
    assert world.holdfast("update").code == 0
    names = {path.name for path in world.project.iterdir()}
    assert {"A.txt", "GONE.txt"} <= names
    assert not {"a.txt", "gone.txt"} & names
    assert world.read("A.txt") == changed(3, "mine")
    assert world.read("GONE.txt").startswith("gone\n")


def test_a_file_that_becomes_a_folder_and_back(world: World) -> None:
    world.start()
    world.release("2.0.0", {A: None, "template/project/files/a.txt/inner.txt": "inner\n"})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt/inner.txt") == "inner\n"
    world.commit()
    world.release("3.0.0", {"template/project/files/a.txt/inner.txt": None, A: LINES})
    assert world.holdfast("update").code == 0
    assert world.read("a.txt") == LINES


def test_the_users_folder_in_the_place_of_a_new_file_refuses(world: World) -> None:
    world.start()
    world.write("new.txt/own.txt", "own\n")
    world.commit()
    before = world.state()
    world.release("2.0.0", {"template/project/files/new.txt": "theirs\n"})
    done = world.holdfast("update")
    assert done.code == 2
    assert "new.txt: it is in the way: the template has a file there, and what is there is a folder" in done.err
    assert world.state() == before


def test_the_users_edit_of_a_file_that_becomes_a_folder_is_kept(world: World) -> None:
    world.start()
    world.write("a.txt", changed(3, "mine"))
    world.commit()
    world.release("2.0.0", {A: None, "template/project/files/a.txt/inner.txt": "inner\n"})
    before = world.state()
    done = world.holdfast("update")
    assert done.code == 1
    kept = [path for path in tree(world.project) if "mine\n" in world.read(path)] if done.code == 1 else []
    assert len(kept) == 1
    assert world.holdfast("abort").code == 0
    assert world.state() == before


def test_hooks_filters_and_signing_take_no_part(world: World) -> None:
    world.start()
    hooks = world.place / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "post-checkout", "post-merge", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {world.place}/ran\nexit 1\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    world.write(".gitattributes", "*.txt filter=evil merge=evil diff=evil\n")
    world.commit()
    conflicting(world)
    for key, value in {
        "core.hooksPath": str(hooks),
        "commit.gpgsign": "true",
        "gpg.program": f"touch {world.place}/ran; false",
        "filter.evil.clean": f"touch {world.place}/ran; false",
        "filter.evil.smudge": f"touch {world.place}/ran; false",
        "filter.evil.required": "true",
        "merge.evil.driver": f"touch {world.place}/ran; false",
        "diff.external": f"touch {world.place}/ran; false",
        "core.fsmonitor": f"touch {world.place}/ran; false",
        "core.autocrlf": "input",
        "merge.renames": "false",
        "diff.renames": "false",
    }.items():
        world.git("config", "--global", key, value)
    done = world.holdfast("update")
    assert done.code == 1, done.err
    assert not (world.place / "ran").exists()
    world.write("a.txt", changed(3, "both"))
    assert world.holdfast("continue").code == 0
    assert not (world.place / "ran").exists()


@pytest.mark.parametrize("inside", [True, False])
def test_what_a_sparse_checkout_left_out_is_not_deleted(world: World, inside: bool) -> None:
    """Refused where the template changes it, and no matter where it does not."""
    world.start()
    world.git("sparse-checkout", "set", "--no-cone", "/*", "!/code/")
    before = world.state()
    assert not (world.project / "code").exists()
    world.release("2.0.0", {"template/project/files/code/b.txt": "new\n"} if inside else {A: changed(3, "new")})
    done = world.holdfast("update")
    if not inside:
        assert (done.code, done.err) == (0, "")
        return
    assert (done.code, done.err) == (
        2,
        "holdfast: code/b.txt: left out of this checkout, and the template changes it; "
        "check them out first: git sparse-checkout add, or disable\n",
    )
    assert world.state() == before
    world.git("sparse-checkout", "disable")
    assert world.holdfast("update").code == 0
    assert world.read("code/b.txt") == "new\n"


def test_an_edit_that_git_does_not_notice_is_refused_all_the_same(world: World) -> None:
    """As long as the committed text, and dated as that was: git looks at no content then."""
    world.start()
    target = world.project / "a.txt"
    there = target.stat()
    world.git("update-index", "--refresh")
    world.git("-c", "core.trustctime=false", "status")
    world.write("a.txt", LINES.replace("line 5\n", "LINE 5\n"))
    os.utime(target, ns=(there.st_atime_ns, there.st_mtime_ns))
    os.utime(world.project / ".git/index", ns=(there.st_mtime_ns + 10**10, there.st_mtime_ns + 10**10))
    world.release("2.0.0", {A: changed(3, "new")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2, "holdfast: a.txt: changed here, and not committed; commit or stash that first\n"
    )  # fmt: skip
    assert "LINE 5\n" in world.read("a.txt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes in folders")
def test_a_pipe_in_the_place_of_a_file_is_in_the_way(world: World) -> None:
    world.start()
    (world.project / "a.txt").unlink()
    os.mkfifo(world.project / "a.txt")
    world.release("2.0.0", {A: changed(3, "new")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2,
        "holdfast: a.txt: it is in the way: the template has a file there, and what is there is no file; move it away\n",
    )


def test_a_clean_file_behind_a_filter_is_no_change(world: World) -> None:
    world.git("config", "--global", "filter.rot.clean", "tr a-z n-za-m", cwd=world.place)
    world.git("config", "--global", "filter.rot.smudge", "tr a-z n-za-m", cwd=world.place)
    world.start(git=False)
    world.write(".gitattributes", "a.txt filter=rot\n")
    world.write("a.txt", changed(15, "mine"))
    world.git("init", "--quiet")
    world.commit()
    os.utime(world.project / ".git/index", ns=(2 * 10**18, 2 * 10**18))  # Or git itself would not trust the dates.
    world.release("2.0.0", {A: changed(3, "theirs")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (0, "")
    assert world.read("a.txt") == changed(3, "theirs", changed(15, "mine"))


def test_five_versions_at_once_are_five_single_steps(world: World) -> None:
    world.start()
    world.write("a.txt", changed(20, "mine"))
    world.commit()
    twin = world.place / "twin"
    world.git("clone", "--quiet", str(world.project), str(twin), cwd=world.place)
    for version in range(2, 7):
        part = {A: changed(version, f"v{version}"), f"template/project/files/new-{version}.txt": f"{version}\n"}
        world.release(f"{version}.0.0", {**part, f"template/project/files/new-{version - 1}.txt": None})
        assert world.holdfast("update").code == 0
        world.commit()
    assert world.holdfast("update", cwd=twin).code == 0
    single, together = tree(world.project), tree(twin)
    assert together == single
    assert world.read("a.txt") == changed(6, "v6", changed(20, "mine"))


def test_an_older_version_is_refused_unless_it_is_asked_for(world: World) -> None:
    world.release("2.0.0", {A: changed(3, "two")})
    world.start()
    world.release("1.0.0", {A: LINES})
    done = world.holdfast("update")
    assert done.code == 2
    assert (
        "tiny 1.0.0 is older than 2.0.0, which the project has; update holdfast, or ask for the older one with --to 1.0.0"
        in done.err
    )
    world.write("a.txt", changed(15, "mine", changed(3, "two")))
    world.commit()
    assert world.holdfast("update", "--template", str(world.template)).code == 0
    assert world.read("a.txt") == changed(15, "mine")


def test_a_dry_run_touches_nothing_and_tells_it_all(world: World) -> None:
    world.start()
    world.release("2.0.0", {A: changed(3, "theirs"), "template/project/files/run.sh": None})
    before, cache = world.state(), sorted((world.place / "cache").rglob("*.zip"))
    done = world.holdfast("update", "--dry-run", "--diff")
    assert done.code == 0
    assert "would be 2 files changed, 1 file deleted." in done.out
    assert "  change  a.txt\n" in done.out
    assert "--- a/a.txt\n+++ b/a.txt\n@@ -1,6 +1,6 @@\n line 1\n line 2\n-line 3\n+theirs\n" in done.out
    assert world.state() == before
    assert not list((world.project / ".git").glob("holdfast"))
    assert cache == sorted((world.place / "cache").rglob("*.zip"))
    assert world.outcome("update", "--dry-run", "--diff")["diff"] == done.out.partition("orders: ")[0]


def test_json_names_every_file_whatever_a_pipe_can_hold(world: World) -> None:
    world.start()
    # Other systems take no name that is no text.
    names = ["code/ü.txt", *([os.fsdecode(b"code/\xff.txt")] if sys.platform == "linux" else [])]
    for name in names:
        (world.project / name).write_text("x\n", encoding="utf-8")
    world.commit()
    moved = {
        f"template/project/files/lib/{each}.txt": world.files[f"template/project/files/code/{each}.txt"]
        for each in "bc"
    }
    world.release("2.0.0", {**{f"template/project/files/code/{each}.txt": None for each in "bc"}, **moved})
    done = world.command("update", "--dry-run", "--json", PYTHONIOENCODING="ascii")
    out, _ = done.communicate()
    assert done.returncode == 0
    assert {name for name, what in json.loads(out)["files"].items() if what == "delete"} >= set(names)


def test_git_applies_the_diff_whatever_names_are_in_it(world: World) -> None:
    world.start()
    name = 'code/\x07 "two\nlines" \\ ü.txt'
    world.write(name, "x\n")
    world.write("code/plain ü.txt", "y")
    (world.project / name).chmod(0o755)
    world.commit()
    files = world.files
    world.release("2.0.0", {
        **{f"template/project/files/code/{each}.txt": None for each in "bc"},
        **{f"template/project/files/lib/{each}.txt": files[f"template/project/files/code/{each}.txt"] for each in "bc"},
    })  # fmt: skip
    said: Any = world.outcome("update", "--dry-run", "--diff")
    assert "\x07" not in world.holdfast("update", "--dry-run", "--diff").out
    (world.place / "diff").write_text(said["diff"], encoding="utf-8")
    world.git("apply", str(world.place / "diff"))
    applied = tree(world.project)
    assert "lib/plain ü.txt" in applied
    world.git("checkout", "--quiet", ".")
    world.git("clean", "--quiet", "--force", "-d")
    assert world.holdfast("update").code == 0
    assert tree(world.project) == applied


def test_the_changelog_between_the_versions_is_shown(world: World) -> None:
    world.start()
    log = "# Changelog\n\n## [2.1.0] - later\n\n- later\n\n## 2.0.0\n\n- Two is here.\n\n## v1.5.0\n\n- Half way.\n\n## 1.0.0\n\n- The first.\n"
    world.release("2.0.0", {A: changed(3, "theirs"), "CHANGELOG.md": log})
    done = world.holdfast("update", "--dry-run")
    assert "What changes with tiny 2.0.0:\n\n## 2.0.0\n\n- Two is here.\n\n## v1.5.0\n\n- Half way.\n" in done.out
    assert "- Half way.\n\norders: tiny 1.0.0 -> 2.0.0: would be 2 files changed.\n" in done.out
    assert "later" not in done.out
    assert "The first" not in done.out


def test_new_questions_are_answered_or_named(world: World) -> None:
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
    before = world.state()
    done = world.holdfast("update")
    assert done.code == 2
    assert "the template 2.0.0 asks for project.team, project.tier; answer with --set KEY=VALUE" in done.err
    assert world.state() == before
    done = world.holdfast("update", "--defaults", "--set", "project.team=blue")
    assert done.code == 0, done.err
    assert world.read("team.txt") == "blue gold\n"
    assert 'name = "orders"  # short\nowner = "payments"\nteam = "blue"\n' in world.read("holdfast.toml")


def test_an_update_says_which_answer_has_no_default_and_which_key_is_gone(world: World) -> None:
    world.start()
    part = str(world.files["template/project/part.toml"])
    table = "[tables.limits.{}]\nprompt = 'Mail'\nrequired = true\n"
    world.release("2.0.0", {"template/project/part.toml": part + table.format("mail")})
    before = world.state()
    done = world.holdfast("update", "--defaults")
    assert (done.code, done.err) == (
        2, "holdfast: the template 2.0.0 has no default for limits.mail; answer with --set limits.mail=VALUE\n"
    )  # fmt: skip
    assert world.state() == before
    assert world.holdfast("update", "--set", "limits.mail=me").code == 0
    world.commit()
    world.release("3.0.0", {"template/project/part.toml": part + table.format("post")})
    done = world.holdfast("update")
    assert (done.code, done.err) == (
        2,
        "holdfast: holdfast.toml:9 limits.mail: the template 3.0.0 does not take it: the key 'mail' is unknown; "
        "known here: post\n",
    )
    world.replace("holdfast.toml", "mail =", "post =")
    assert world.holdfast("update").code == 0


def test_a_lock_of_dependencies_keeps_what_the_user_added(world: World) -> None:
    world.start()
    requirements = "template/project/files/requirements.txt"
    world.write("requirements.txt", world.read("requirements.txt") + "gamma==7 \\\n    --hash=sha256:cc\n")
    world.commit()
    world.release(
        "2.0.0", {requirements: "# made\nalpha==2 \\\n    --hash=sha256:a2\ndelta==1 \\\n    --hash=sha256:dd\n"}
    )
    done = world.holdfast("update")
    assert done.code == 0
    assert "requirements.txt: what you added to it is kept beside the template's new versions" in done.out
    assert "Next:\n  make lock\n" in done.out
    assert world.read("requirements.txt") == (
        "# made\nalpha==2 \\\n    --hash=sha256:a2\ndelta==1 \\\n    --hash=sha256:dd\ngamma==7 \\\n    --hash=sha256:cc\n"
    )


def test_a_lock_of_dependencies_that_was_deleted_stays_deleted_and_is_named(world: World) -> None:
    world.start()
    (world.project / "requirements.txt").unlink()
    world.commit()
    world.release("2.0.0", {"template/project/files/requirements.txt": "# made\nalpha==2\n"})
    done = world.holdfast("update")
    assert "requirements.txt: you deleted it and the template changed it: it stays deleted" in done.out
    assert not (world.project / "requirements.txt").exists()


def test_a_lock_of_dependencies_with_other_versions_is_kept_and_the_command_named(world: World) -> None:
    world.start()
    world.replace("requirements.txt", "alpha==1", "alpha==1.5")
    world.commit()
    mine = world.read("requirements.txt")
    world.release("2.0.0", {"template/project/files/requirements.txt": "# made\nalpha==2 \\\n    --hash=sha256:a2\n"})
    done = world.holdfast("update")
    assert done.code == 0
    assert "requirements.txt: you did more to it than add packages, so it is kept as it is: make lock" in done.out
    assert "Next:\n  make lock\n" in done.out
    assert world.read("requirements.txt") == mine


def test_a_project_without_a_template_says_what_to_do(world: World) -> None:
    done = world.holdfast("update", cwd=world.place)
    assert done.code == 2
    assert "there is no holdfast.lock" in done.err or "there is no holdfast.toml" in done.err
    assert world.holdfast("sync", "nowhere", cwd=world.place).code == 2


def test_an_old_git_is_refused_with_its_version(world: World, tmp_path: Path) -> None:
    world.start()
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "git").write_text("#!/bin/sh\necho git version 2.34.1\n", encoding="utf-8")
    (fake / "git").chmod(0o755)
    world.patch.setenv("PATH", f"{fake}{os.pathsep}{os.environ['PATH']}")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (2, "holdfast: git 2.34.1 is installed, and 2.38 or later is needed; update git\n")


def test_a_spec_that_is_not_one_is_refused_before_anything_is_touched(world: World) -> None:
    world.start()
    world.write("holdfast.toml", SPEC.replace('kind = "call"', 'kind = "cal"'))
    before = world.state()
    done = world.holdfast("sync")
    assert done.code == 2
    assert done.err.startswith("holdfast: holdfast.toml:10 functions.hello.event.kind: 'cal' is not a kind")
    assert world.state() == before


def two_branches(world: World, *, toml: bool = False) -> None:
    """Two branches that each added a function and edited what holdfast makes, and a merge of them that failed."""
    world.start()
    world.git("checkout", "--quiet", "-b", "other")
    world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=ship")
    world.write("a.txt", changed(3, "theirs"))
    world.write("list.yaml", world.read("list.yaml").replace("functions:", "# other\nfunctions:"))
    world.write("functions/ship/handler.py", "shipped\n")
    world.commit("other")
    world.git("checkout", "--quiet", "-")
    world.holdfast("add", "function", "bill", "--event", "call", "--set", "word=bill")
    world.write("a.txt", changed(18, "mine"))
    world.write("list.yaml", world.read("list.yaml") + "  own: mine\n")
    world.commit("mine")
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "other")
    assert {"UU holdfast.lock", "UU holdfast.toml", "UU list.yaml"} <= set(
        world.git("status", "--porcelain").split("\n")
    )


def test_two_branches_that_each_added_a_function_are_put_right_by_sync(world: World) -> None:
    two_branches(world)
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    assert world.read("list.yaml") == (
        'owner: "payments"\n# other\nfunctions:\n  hello: "hello"\n  bill: "bill"\n  ship: "ship"\n  # Yours go below this line.\n  own: mine\n'
    )
    assert world.read("a.txt") == changed(3, "theirs", changed(18, "mine"))
    assert world.read("functions/ship/handler.py") == "shipped\n"
    assert list(world.lock()["spec"]["functions"]) == ["hello", "bill", "ship"]  # type: ignore[index]
    world.commit("merge")
    assert world.git("log", "--format=%s", "-1") == "merge\n"
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_rebase_over_another_function_is_put_right_by_sync(world: World) -> None:
    two_branches(world)
    world.git("merge", "--abort")
    with pytest.raises(subprocess.CalledProcessError):
        world.git("rebase", "other")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    world.git("add", "--all")
    world.git("-c", "core.editor=true", "rebase", "--continue")
    assert 'bill: "bill"' in world.read("list.yaml")
    assert 'ship: "ship"' in world.read("list.yaml")
    assert "own: mine" in world.read("list.yaml")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


@pytest.mark.parametrize("way", [["merge", "--squash", "other"], ["stash", "pop"]])
def test_a_squash_and_a_stash_are_put_right_by_sync_too(world: World, way: list[str]) -> None:
    """Git does not say then that it is in the middle of anything."""
    two_branches(world)
    world.git("merge", "--abort")
    if way[0] == "stash":
        world.git("checkout", "--quiet", "other")
        world.git("reset", "--quiet", "--soft", "HEAD~1")
        world.git("stash", "push", "--quiet")
        world.git("checkout", "--quiet", "-")
    with pytest.raises(subprocess.CalledProcessError):
        world.git(*way)
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    assert 'bill: "bill"\n  ship: "ship"\n' in world.read("list.yaml")
    assert "own: mine" in world.read("list.yaml")
    assert world.read("functions/ship/handler.py") == "shipped\n"
    world.commit("both")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_squash_in_a_stopped_rebase_keeps_what_the_branch_has(world: World) -> None:
    """Git names the commit then that the rebase stopped at, and not what was put upon it."""
    two_branches(world)
    world.git("merge", "--abort")
    world.git("checkout", "--quiet", "other")
    world.write("code/b.txt", world.read("code/b.txt") + "of the other branch\n")
    world.commit("more")
    world.git("checkout", "--quiet", "-")
    world.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "--interactive", "HEAD~1")
    assert (world.project / ".git/REBASE_HEAD").exists()
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "--squash", "other")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    assert world.read("code/b.txt").endswith("of the other branch\n")
    assert world.read("a.txt") == changed(3, "theirs", changed(18, "mine"))


@pytest.mark.parametrize("way", ["merge", "rebase", "cherry-pick"])
def test_a_branch_with_an_update_and_one_with_a_function_are_put_right_by_sync(world: World, way: str) -> None:
    """What git merged without a conflict has both branches' edits, too, each told from another template's render."""
    readme = "template/project/files/readme.md"
    plain = "".join(f"text {number}\n" for number in range(20))
    names = "{% for function in functions %}{{ function.name }}\n{% endfor %}end\n"
    world.release("1.0.0", {readme: f"1\n{plain}{names}", "template/project/files/listed.txt": "one\n"})
    world.start()
    world.write("readme.md", "edited before\n" + world.read("readme.md"))
    world.commit()
    first = world.git("branch", "--show-current").strip()
    world.git("checkout", "--quiet", "-b", "other")
    world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=ship")
    world.write("readme.md", world.read("readme.md") + "edited there\n")
    world.commit("other")
    world.git("checkout", "--quiet", first)
    late = names.replace("{{ function.name }}", "- {{ function.name }} -")
    world.release(
        "2.0.0", {readme: f"1\n{plain.replace('text 3', 'two 3')}{late}", "template/project/files/listed.txt": names}
    )
    assert world.holdfast("update").code == 0
    world.commit("mine")
    if way == "rebase":
        world.git("checkout", "--quiet", "other")
    with pytest.raises(subprocess.CalledProcessError):
        world.git(way, first if way == "rebase" else "other")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    assert world.read("readme.md") == (
        f"edited before\n1\n{plain.replace('text 3', 'two 3')}- hello -\n- ship -\nend\nedited there\n"
    )
    assert world.read("listed.txt") == "hello\nship\nend\n"
    world.git("add", "--all")
    world.git("-c", "core.editor=true", way, "--continue")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_a_conflict_that_somebody_began_to_resolve_is_not_resolved_anew(world: World) -> None:
    two_branches(world)
    world.write("list.yaml", "begun\n" + world.read("list.yaml"))
    before = tree(world.project)
    done = world.holdfast("sync")
    assert done.code == 2
    assert "list.yaml: its conflict is resolved by half" in done.err
    assert tree(world.project) == before


@pytest.mark.parametrize("way", ["merge", "cherry-pick", "rebase"])
def test_what_somebody_resolved_and_staged_is_not_merged_anew(world: World, way: str) -> None:
    """Nor what they changed of a file that git had merged without a conflict."""
    two_branches(world)
    if way != "merge":
        world.git("merge", "--abort")
        with pytest.raises(subprocess.CalledProcessError):
            world.git(way, "other")
    both = changed(10, "by hand", changed(3, "theirs", changed(18, "mine")))
    world.write("a.txt", both)
    names = ["ship", "bill"] if way == "rebase" else ["bill", "ship"]
    listed = "".join(f'  {name}: "{name}"\n' for name in ("hello", *names))
    resolved = f'owner: "payments"\n# by hand\nfunctions:\n{listed}  # Yours go below this line.\n  own: by hand\n'
    world.write("list.yaml", resolved)
    world.git("add", "a.txt", "list.yaml")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (0, "")
    assert world.read("a.txt") == both
    assert world.read("list.yaml") == resolved


def test_branches_that_changed_the_same_key_are_for_their_users(world: World) -> None:
    world.start()
    world.git("checkout", "--quiet", "-b", "other")
    world.replace("holdfast.toml", 'word = "hello"', 'word = "hi"')
    world.holdfast("sync")
    world.commit("other")
    world.git("checkout", "--quiet", "-")
    world.replace("holdfast.toml", 'word = "hello"', 'word = "ho"')
    world.holdfast("sync")
    world.commit("mine")
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "other")
    done = world.holdfast("sync")
    assert (done.code, done.err) == (
        2, "holdfast: holdfast.toml: the branches changed the same thing in it; resolve it, then run holdfast sync again for all else\n",
    )  # fmt: skip
    world.write("holdfast.toml", SPEC.replace('word = "hello"', 'word = "hey"'))
    assert world.holdfast("sync").code == 0
    assert 'hello: "hey"' in world.read("list.yaml")
    world.commit("merge")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_branches_that_end_in_what_one_of_them_had_leave_no_marker(world: World, side: str) -> None:
    world.start()
    world.git("checkout", "--quiet", "-b", "other")
    world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=theirs")
    world.commit("other")
    world.git("checkout", "--quiet", "-")
    world.holdfast("add", "function", "ship", "--event", "call", "--set", "word=ours")
    world.commit("mine")
    with pytest.raises(subprocess.CalledProcessError):
        world.git("merge", "other")
    assert "<<<<<<<" in world.read("list.yaml")
    world.git("checkout", side, "holdfast.toml")
    assert world.holdfast("sync").code == 0
    kept = f'functions:\n  hello: "hello"\n  ship: "{side[2:]}"\n  # Yours'
    assert kept in world.read("list.yaml")
    world.commit("merge")
    assert world.holdfast("sync").out == "orders: nothing to change.\n"


def test_one_side_of_a_lock_is_put_right_after_the_merge(world: World) -> None:
    two_branches(world)
    world.git("checkout", "--ours", "holdfast.lock", "list.yaml")
    text = (
        SPEC
        + '\n[functions.bill]\nevent = { kind = "call", word = "bill" }\n\n[functions.ship]\nevent = { kind = "call", word = "ship" }\n'
    )
    world.write("holdfast.toml", text)
    world.commit("merge")
    assert world.holdfast("sync").code == 0
    assert 'ship: "ship"' in world.read("list.yaml")
    assert world.read("functions/ship/handler.py") == "shipped\n"


def test_a_lock_with_both_sides_in_it_says_what_to_do(world: World) -> None:
    two_branches(world)
    world.commit("all of it")
    world.write("holdfast.toml", SPEC)
    done = world.holdfast("sync")
    assert done.code == 2
    assert "holdfast.lock: it holds both sides of a merge; take one side of it" in done.err
