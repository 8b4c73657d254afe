"""Random templates, random edits: whatever is merged, no line of the user's is lost, and nothing outside is touched."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast import git
from holdfast.git import LINK, OURS, THEIRS
from holdfast.merging import disk, plan
from holdfast.merging.plan import Plan, Sides
from holdfast.model import FileKind
from holdfast.tree import File, Tree
from living import TEMPLATE, World
from living import world as world  # noqa: PLC0414 - a fixture

#: Thousands once in a while, a few in CI.
EXAMPLES = int(os.environ.get("HOLDFAST_EXAMPLES", "60"))
PATHS = ["a.txt", "b.txt", "dir/c.txt", "dir/d.txt", "dir/deep/e.txt", "f.bin", "a.txt/g.txt", "own/h.txt"]
KINDS: st.SearchStrategy[FileKind] = st.sampled_from(["managed", "managed", "managed", "seeded"])


@st.composite
def trees(draw: st.DrawFn) -> dict[str, File]:
    """A template's files; each line of each is another, so that it can be found again."""
    chosen = draw(st.lists(st.sampled_from(PATHS), unique=True, min_size=1, max_size=6))
    chosen = [path for path in chosen if not any(other.startswith(f"{path}/") for other in chosen)]
    found = {}
    for path in chosen:
        lines = [f"{path} {number}" for number in range(draw(st.integers(1, 14)))]
        content = b"\x00" + path.encode() if path.endswith(".bin") else "".join(f"{line}\n" for line in lines).encode()
        found[path] = File(content, draw(st.booleans()), draw(KINDS))
    return found


def edited(draw: st.DrawFn, content: bytes, word: str) -> bytes:
    """A text with some lines changed, added or taken out; new ones hold `word`."""
    if b"\x00" in content:
        return content + word.encode()
    lines = content.decode().splitlines()
    for number in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        how = draw(st.sampled_from(["change", "add", "drop"]))
        new = f"{word} {number} {draw(st.integers(0, 9999))}"
        if how == "add" or not lines:
            lines.insert(at, new)
        elif how == "change":
            lines[at] = new
        else:
            del lines[at]
    return "".join(f"{line}\n" for line in lines).encode()


@st.composite
def changes(draw: st.DrawFn, tree: Mapping[str, bytes], word: str) -> dict[str, bytes]:
    """What somebody made of a tree: files edited, deleted, renamed, added."""
    found = dict(tree)
    for path in list(tree):
        match draw(st.sampled_from(["keep", "keep", "edit", "edit", "delete", "rename", "rename-edit"])):
            case "edit":
                found[path] = edited(draw, found[path], word)
            case "delete":
                del found[path]
            case "rename" | "rename-edit" as how:
                other = f"{word}/{path.replace('/', '-')}"
                content = found.pop(path)
                found[other] = edited(draw, content, word) if how == "rename-edit" else content
    for number in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from([*PATHS, f"{word}.txt", f"dir/{word}.txt"]))
        if not any(path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/") for other in found):
            found[path] = f"{word} new {number} of {path}\n".encode()
    return found


@st.composite
def cases(draw: st.DrawFn) -> tuple[Tree, Tree, dict[str, bytes], bool, str]:
    base = draw(trees())
    theirs = draw(changes({path: file.content for path, file in base.items()}, "THEIRS"))
    kinds = {path: draw(KINDS) for path in theirs}
    new = {
        path: replace(base[path], content=content) if path in base else File(content, kind=kinds[path])
        for path, content in theirs.items()
    }
    ours = draw(changes({path: file.content for path, file in base.items()}, "OURS"))
    style = draw(st.sampled_from(["plain", "plain", "crlf", "open end"]))
    return base, new, ours, draw(st.booleans()), style


def styled(content: bytes, style: str) -> bytes:
    if b"\x00" in content:
        return content
    return (
        content.replace(b"\n", b"\r\n")
        if style == "crlf"
        else content.rstrip(b"\n")
        if style == "open end"
        else content
    )


def laid(root: Path, ours: Mapping[str, bytes], base: Tree, style: str) -> None:
    for path, content in ours.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(styled(content, style))
        if path in base and base[path].executable:
            target.chmod(0o755)


def lines_of(content: bytes) -> list[bytes]:
    return [line.rstrip(b"\r") for line in content.split(b"\n") if line.strip()]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES < 1000)
@given(cases())
def test_every_line_is_in_the_result_or_in_a_conflict(case: tuple[Tree, Tree, dict[str, bytes], bool, str]) -> None:
    base, theirs, ours, updating, style = case
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        laid(root, ours, base, style)
        there = disk.read(root, [*base, *theirs])
        found = plan.make(
            Sides(base, there, theirs, lambda: disk.read(root, git.listed_outside(root))), label="t", updating=updating
        )
        before = {path: (root / path).read_bytes() for path in ours}
    result = {path: content for path, content in before.items() if path not in found.changes}
    result |= {path: entry.content for path, entry in found.changes.items() if entry}
    everything = [line for content in result.values() for line in lines_of(content)]
    stages = [
        line for conflict in found.conflicts for entry in conflict.stages.values() for line in lines_of(entry.content)
    ]
    for path, content in ours.items():
        for line in lines_of(content):
            if b"OURS" in line:
                assert line in everything or line in stages, (path, line)
    for conflict in found.conflicts:
        for stage in (OURS, THEIRS):
            if conflict.marked and stage in conflict.stages:
                own = [
                    line for line in lines_of(conflict.stages[stage].content) if (b"OURS", b"THEIRS")[stage - 2] in line
                ]
                assert all(line in everything for line in own), conflict.path
    _theirs_are_there(base, theirs, ours, found, everything, stages)


def _theirs_are_there(
    base: Tree, theirs: Tree, ours: Mapping[str, bytes], found: Plan, everything: list[bytes], stages: list[bytes]
) -> None:
    """What the template changed is there too, but in files that are the user's, or that the user deleted."""
    named = {note.path for note in found.notes}
    for path, file in theirs.items():
        known = base.get(path)
        gone = known is not None and path not in ours
        if file.kind == "seeded" or (known and known.kind == "seeded") or gone or path in named:
            continue
        for line in lines_of(file.content):
            if b"THEIRS" in line and not (known and line in known.content):
                assert line in everything or line in stages or _renamed_away(path, base, ours, named), (path, line)


def _renamed_away(path: str, base: Tree, ours: Mapping[str, bytes], named: set[str]) -> bool:
    """A file that the template moved, and that the user had deleted: it is named under one of its names."""
    origin = next((other for other in base if path == f"THEIRS/{other.replace('/', '-')}"), None)
    return origin is not None and (origin not in ours or base[origin].kind == "seeded")


@settings(
    max_examples=max(10, EXAMPLES // 6),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES < 1000,
)
@given(cases())
def test_nothing_happens_where_the_template_stays_the_same(
    case: tuple[Tree, Tree, dict[str, bytes], bool, str],
) -> None:
    base, _, ours, updating, style = case
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        laid(root, ours, base, style)
        there = disk.read(root, base)
        found = plan.make(
            Sides(base, there, base, lambda: disk.read(root, git.listed_outside(root))), label="t", updating=updating
        )
    assert (found.changes, found.conflicts, found.notes) == ({}, [], [])


@settings(
    max_examples=max(10, EXAMPLES // 6),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES < 1000,
)
@given(cases())
def test_an_unedited_project_becomes_what_the_template_makes(
    case: tuple[Tree, Tree, dict[str, bytes], bool, str],
) -> None:
    base, theirs, _, _, _ = case
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        laid(root, {path: file.content for path, file in base.items()}, base, "plain")
        there = disk.read(root, [*base, *theirs])
        found = plan.make(
            Sides(base, there, theirs, lambda: disk.read(root, git.listed_outside(root))), label="t", updating=True
        )
        result = {path: entry.content for path, entry in there.raw.items() if path not in found.changes}
    result |= {path: entry.content for path, entry in found.changes.items() if entry}
    wanted = {path: file.content for path, file in theirs.items()}
    for path, file in base.items():
        if path in theirs and (file.kind == "seeded" or theirs[path].kind == "seeded"):
            wanted[path] = file.content
    assert (result, found.conflicts) == (wanted, [])


@settings(
    max_examples=max(8, EXAMPLES // 10),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES < 1000,
)
@given(cases())
def test_a_whole_update_ends_whole_or_is_taken_back_whole(
    world: World, case: tuple[Tree, Tree, dict[str, bytes], bool, str]
) -> None:
    """The command itself, in a repository: refused, done, or in conflict, and then aborted, repeated and continued."""
    base, theirs, ours, _, style = case
    with tempfile.TemporaryDirectory(dir=world.place) as place:
        one = World(Path(place), world.patch, _files({}))
        one.release("1.0.0", _files(base))
        one.start()
        one.git("rm", "-r", "--quiet", "--ignore-unmatch", "--", *base)  # The folders that become empty, too.
        laid(one.project, ours, base, style)
        one.write("always.txt", "committed\n")
        one.commit("mine")
        one.write("always.txt", "changed\n")
        before = one.state()
        one.release("2.0.0", {**dict.fromkeys(_files(base)), **_files(theirs)})
        would = one.holdfast("update", "--dry-run").code
        assert one.state() == before
        done = one.holdfast("update")
        assert done.code == would
        if done.code == 2:
            assert one.state() == before
            assert "in the way" in done.err
        else:
            if done.code == 1:
                _conflicts(one, before)
            for command in ("update", "sync"):
                assert one.holdfast(command).out == "orders: nothing to change.\n"


def _conflicts(one: World, before: object) -> None:
    """An update that ended in conflict can be taken back, repeated, resolved and finished."""
    after = one.state()
    assert one.holdfast("sync").code == 2
    assert one.holdfast("abort").code == 0
    assert one.state() == before
    assert one.holdfast("update").code == 1
    assert one.state() == after
    one.git("add", "--all")
    for line in one.holdfast("continue").out.splitlines():
        path, marked, _ = line.partition(": it still holds the markers")
        if marked:
            one.write(path, "resolved\n")
    one.holdfast("continue")


def _files(tree: Tree) -> dict[str, str | bytes | None]:
    """The tiny template with a tree for the files of its project."""
    kept = {path: text for path, text in TEMPLATE.items() if not path.startswith("template/project/")}
    seeded = [path for path, file in tree.items() if file.kind == "seeded"]
    executable = [path for path, file in tree.items() if file.executable]
    part = f"[tables.project.name]\nrequired = true\n[files]\nseeded = {json.dumps(seeded)}\nexecutable = {json.dumps(executable)}\n"
    listed = "template/project/files/list.yaml"
    files = {f"template/project/files/{path}": file.content for path, file in tree.items()}
    return {**kept, "template/project/part.toml": part, listed: TEMPLATE[listed], **files}


@pytest.mark.parametrize("how", ["git", "no git"])
def test_a_link_is_no_file_of_ours(tmp_path: Path, how: str) -> None:
    (tmp_path / "a.txt").write_text("a\n", encoding="utf-8")
    (tmp_path / "link").symlink_to("a.txt")
    (tmp_path / "inner").symlink_to(tmp_path.parent)
    if how == "git":
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    listed = git.listed_outside(tmp_path)
    found = disk.read(tmp_path, listed)
    assert {path for path, entry in found.raw.items() if entry.mode == LINK} == {"link", "inner"}
