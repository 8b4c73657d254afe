"""A project that came from somebody else: nothing in it makes a command change, or run, anything outside of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from living import World, tree
from living import world as world  # noqa: PLC0414 - a fixture

EVIL = b"evil\n"
STATE = f"100644 {hashlib.sha256(EVIL).hexdigest()}"


def journal(world: World, *paths: str, state: str = "do") -> Path:
    """A journal in the project that would put something at these paths, whatever is done with it."""
    home = world.project / ".holdfast"
    for folder in ("old", "new"):
        (home / folder).mkdir(parents=True)
        for number in range(len(paths)):
            (home / folder / str(number)).write_bytes(EVIL)
    sides = {"before": "", "after": STATE} if state == "do" else {"before": STATE, "after": ""}
    steps = [{"path": path, **sides} for path in paths]
    data = {"verb": "update", "steps": steps, "conflicts": [], "todo": []}
    (home / f"{state}.json").write_text(json.dumps(data), encoding="utf-8")
    return home


@pytest.mark.parametrize("state", ["do", "undo", "abort", "waiting"])
@pytest.mark.parametrize("command", ["sync", "continue", "abort"])
def test_a_journal_that_leads_out_of_the_project_is_refused(world: World, state: str, command: str) -> None:
    world.start(git=False)
    for path in ("../out", str(world.place / "out"), "code/../../out", ".git/hooks/x", "code/.GIT/x", "a/\u200b.git/x"):
        home = journal(world, path, state=state)
        before = tree(world.place)
        done = world.holdfast(command)
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"holdfast: {home}: the journal in it is none of holdfast's: it would change {path!r}; "
            "look where it came from, and delete it\n"
        )
        assert {k: v for k, v in tree(world.place).items() if ".holdfast/" not in k} == {
            k: v for k, v in before.items() if ".holdfast/" not in k
        }
        subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"verb": 1}', "\xff"])
def test_a_journal_that_is_none_is_refused(world: World, text: str) -> None:
    world.start(git=False)
    home = journal(world, "a.txt")
    (home / "do.json").write_text(text, encoding="latin-1")
    done = world.holdfast("sync")
    assert done.code == 2
    assert "the journal cannot be read" in done.err


@pytest.mark.parametrize("state", ["do", "waiting"])
@pytest.mark.parametrize("command", ["sync", "continue", "abort"])
@pytest.mark.parametrize(
    "odd",
    [
        {"conflicts": [{"path": 5, "marked": True, "what": "x"}]},
        {"conflicts": [{"path": "../out", "marked": True, "what": "x"}]},
        {"conflicts": [{"path": "a\0b", "marked": False, "what": "x"}]},
        {"folders": {"x": float("inf")}},
        {"folders": {"../out": 0o755}},
        {"flags": {"../out": "S"}},
        {"intended": ["../out"]},
    ],
)
def test_a_journal_of_odd_things_is_refused(world: World, state: str, command: str, odd: dict[str, Any]) -> None:
    world.start(git=False)
    home = journal(world, state=state)
    (home / "holdfast.lock").write_bytes(EVIL)
    text = json.loads((home / f"{state}.json").read_text(encoding="utf-8"))
    (home / f"{state}.json").write_text(json.dumps({**text, **odd}), encoding="utf-8")
    before = tree(world.place)
    done = world.holdfast(command)
    assert (done.code, done.out) == (2, "")
    assert "the journal cannot be read" in done.err or "the journal in it is none of holdfast's" in done.err
    assert done.err.count("\n") == 1
    assert {k: v for k, v in tree(world.place).items() if ".holdfast/" not in k} == {
        k: v for k, v in before.items() if ".holdfast/" not in k
    }


def test_a_journal_that_was_committed_is_nobodys(world: World) -> None:
    world.start()
    journal(world, "b.txt")
    world.commit()
    for command in ("sync", "abort"):
        done = world.holdfast(command)
        assert (done.code, done.err) == (
            2,
            "holdfast: .holdfast: it is committed, and holdfast keeps nothing there that is; "
            "look where it came from, and take it out: git rm -r .holdfast\n",
        )
    assert not (world.project / "b.txt").exists()


@pytest.mark.parametrize("command", ["sync", "continue", "abort"])
@pytest.mark.parametrize("name", ["index-before", "index-after"])
def test_a_journal_from_elsewhere_does_not_reach_the_index_of_the_repository_around(
    world: World, name: str, command: str
) -> None:
    world.start(git=False)
    (world.place / "mine.txt").write_text("mine\n", encoding="utf-8")
    world.git("init", "--quiet", cwd=world.place)
    world.git("add", "mine.txt", cwd=world.place)
    home = journal(world, "b.txt", state="waiting" if command != "sync" else "do")
    (home / name).write_bytes(b"0 %s\tmine.txt\0" % (b"0" * 40))
    done = world.holdfast(command)
    assert (done.code, done.err) == (
        2,
        f"holdfast: {home}: the journal in it is none of holdfast's: it would change git's index; "
        "look where it came from, and delete it\n",
    )
    assert world.git("ls-files", cwd=world.place) == "mine.txt\n"


@pytest.mark.parametrize("name", ["", "lock", ".gitignore", "old", "draft"])
def test_links_in_the_place_of_a_backup_are_refused(world: World, name: str) -> None:
    """What is written, emptied or removed there would be so elsewhere."""
    world.start(git=False)
    outside = world.place / "outside"
    (outside / "old").mkdir(parents=True)
    (outside / "old/precious").write_text("precious\n", encoding="utf-8")
    (outside / ".gitignore").write_text("precious\n", encoding="utf-8")
    link = world.project / ".holdfast" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside if name in ("", "old") else outside / ".gitignore")
    before = tree(outside)
    done = world.holdfast("sync")
    assert done.code == 2
    assert f"{link}: it is a link, and holdfast writes through none" in done.err
    assert tree(outside) == before


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("digest", "../../x"),
        ("digest", "a\0b"),
        ("location", "\0"),
        ("location", "\ud800"),
        ("version", "1\x1b[2J"),
        ("name", "two\nlines"),
        ("", []),
    ],
)
@pytest.mark.parametrize("command", ["sync", "update"])
def test_a_lock_that_names_no_template_is_refused(world: World, command: str, key: str, value: Any) -> None:
    world.start()
    data: dict[str, Any] = world.lock()
    if key:
        data["templates"][0][key] = value
    else:
        data["templates"] = value
    world.write("holdfast.lock", json.dumps(data))
    before = world.state()
    done = world.holdfast(command)
    assert done.code == 2
    assert done.err.startswith("holdfast: holdfast.lock: it is not a lock (ValueError: ")
    assert done.err.count("\n") == 1
    assert world.state() == before


def test_a_line_break_in_the_name_of_a_folder_above_leads_nowhere(world: World) -> None:
    root = world.place / "a\nb/orders"
    root.parent.mkdir()
    world.start(root=root, git=False)
    subprocess.run(["git", "init", "--quiet", str(root.parent)], check=True)
    before = tree(world.place)
    done = world.holdfast("sync", str(root), cwd=world.place)
    assert done.code == 2
    assert "a folder that it is in has a line break in its name; rename that folder\n" in done.err
    assert tree(world.place) == before


def test_settings_of_the_projects_repository_choose_no_program(world: World) -> None:
    """Where a template is in a repository elsewhere, too."""
    world.start()
    ran = f"touch {world.place}/ran; false"
    for key in ("core.sshCommand", "core.gitProxy", "core.askPass", "credential.helper", "core.fsmonitor"):
        world.git("config", key, f"!{ran}" if key == "credential.helper" else ran)
    world.git("config", "protocol.ext.allow", "always")
    for location in ("ssh://127.0.0.1:1/x", "git://127.0.0.1:1/x", f"ext::sh -c '{ran}'"):
        data: dict[str, Any] = world.lock()
        data["templates"][0]["location"] = location
        world.write("holdfast.lock", json.dumps(data))
        done = world.holdfast("update")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"holdfast: {location}: it cannot be read: " in done.err
    assert not (world.place / "ran").exists()


def test_a_name_is_no_more_than_its_line(world: World) -> None:
    """Whoever may name a file could say otherwise what is left to do."""
    world.start()
    world.write("code/x\n\nNext:\n  evil", "x\n")
    world.commit()
    moved = {each: world.files[f"template/project/files/code/{each}.txt"] for each in "bc"}
    world.release("2.0.0", {
        **{f"template/project/files/code/{each}.txt": None for each in moved},
        **{f"template/project/files/lib/{each}.txt": content for each, content in moved.items()},
    })  # fmt: skip
    done = world.holdfast("update")
    assert "  add     lib/x\\n\\nNext:\\n  evil\n" in done.out
    assert "  code/x\\n\\nNext:\\n  evil: it moved with the folder that it was in\n" in done.out
    assert "  evil" not in done.out.split("\n")


@pytest.mark.parametrize("odd", ["name", "version", "place"])
def test_a_template_that_no_lock_can_name_is_refused(world: World, odd: str) -> None:
    world.start()
    said = {"name": "tiny", "version": "2.0.0", "place": "template"} | {odd: "2\nNext: x"}
    manifest = f"format = 1\nname = {json.dumps(said['name'])}\nversion = {json.dumps(said['version'])}\n"
    world.release("2.0.0", {"template/template.toml": manifest})
    if odd == "place":
        world.template.rename(world.place / said["place"])
    before = world.state()
    done = world.holdfast("update", "--template", f"../{said['place']}")
    assert done.code == 2
    assert done.err.endswith(r"2\nNext: x' is more than a line can show; rename it" + "\n")
    assert done.err.count("\n") == 1
    assert world.state() == before


def test_what_others_wrote_does_not_steer_the_terminal(world: World) -> None:
    world.start()
    world.release("2.0.0", {"CHANGELOG.md": "## 2.0.0\n\n- \x1b]0;evil\x07 news\n"})
    done = world.holdfast("update")
    assert done.code == 0, done.err
    assert "\n- \\x1b]0;evil\\x07 news\n" in done.out
    assert "\x1b" not in done.out
