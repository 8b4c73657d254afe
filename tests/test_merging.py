"""The pieces that a merge is made of: how a text is written, locks of dependencies, what is news, git itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast import git, versions
from holdfast.changing import torn
from holdfast.git import BASE, OURS, THEIRS, Entry
from holdfast.merging import disk, requirements
from holdfast.merging.style import PLAIN, Style, plain


@pytest.mark.parametrize(
    ("raw", "text", "style"),
    [
        (b"", b"", PLAIN),
        (b"a\nb\n", b"a\nb\n", PLAIN),
        (b"a\r\nb\r\n", b"a\nb\n", Style(crlf=True)),
        (b"a\r\nb\n", b"a\r\nb\n", PLAIN),
        (b"a\nb", b"a\nb\n", Style(open_end=True)),
        (b"\xef\xbb\xbfa\r\nb", b"a\nb\n", Style(crlf=True, mark=True, open_end=True)),
        (b"a\0\r\n", b"a\0\r\n", PLAIN),
        (b"a\rb\n", b"a\rb\n", PLAIN),
    ],
)
def test_a_text_is_given_back_as_it_was_written(raw: bytes, text: bytes, style: Style) -> None:
    assert plain(raw) == (text, style)
    assert style.written(text, text.removesuffix(b"\n").rpartition(b"\n")[2]) == raw


BASE_LOCK = b"# by uv\na==1 \\\n    --hash=sha256:1\nb==1 ; sys_platform == 'win32' \\\n    --hash=sha256:2\n"
NEW_LOCK = BASE_LOCK.replace(b"a==1", b"a==2")


@pytest.mark.parametrize(
    ("ours", "result"),
    [
        (BASE_LOCK, NEW_LOCK),
        (BASE_LOCK + b"own-pkg==3 \\\n    --hash=sha256:9\n", NEW_LOCK + b"own-pkg==3 \\\n    --hash=sha256:9\n"),
        (
            BASE_LOCK + b"a.b==3\n",
            b"# by uv\na==2 \\\n    --hash=sha256:1\na.b==3\nb==1 ; sys_platform == 'win32' \\\n    --hash=sha256:2\n",
        ),
        (BASE_LOCK.replace(b"b==1", b"b==1.1"), None),
        (BASE_LOCK.replace(b"sha256:2", b"sha256:3"), None),
        (b"# by uv\na==1 \\\n    --hash=sha256:1\n", None),
        (BASE_LOCK.replace(b"b==1", b"# mine\nb==1"), NEW_LOCK.replace(b"b==1", b"# mine\nb==1")),
        (b"# mine\n" + BASE_LOCK, b"# by uv\n# mine\n" + NEW_LOCK.removeprefix(b"# by uv\n")),
        (BASE_LOCK + b"# why\nown==3\n", NEW_LOCK + b"# why\nown==3\n"),
        (BASE_LOCK + b"# at the end\n", None),
        (b"{}", None),
        (b"\xff", None),
    ],
    ids=[
        *("same", "added", "sorted", "version", "hash", "taken-out"),
        *("comment", "comment-first", "comment-of-own", "comment-last", "no-lock", "no-text"),
    ],
)
def test_what_was_added_to_a_lock_stays(ours: bytes, result: bytes | None) -> None:
    assert requirements.merged(BASE_LOCK, ours, NEW_LOCK) == result


def test_a_package_that_the_template_locks_by_now_is_the_templates() -> None:
    ours = BASE_LOCK + b"own_pkg==3 \\\n    --hash=sha256:9\n"
    theirs = NEW_LOCK + b"own-pkg==4 \\\n    --hash=sha256:4\n"
    assert requirements.merged(BASE_LOCK, ours, theirs) == theirs


def test_news_are_what_lies_between() -> None:
    log = "# C\n\n## [Unreleased]\n\nx\n\n## [1.10.0] - 2026\n\nten\n\n## [1.9.0]\n\nnine\n\n### Added\n\nmore\n\n## [1.2.0]\n\ntwo\n"
    assert versions.news(log, "1.2.0", "1.9.0") == "## [1.9.0]\n\nnine\n\n### Added\n\nmore"
    assert versions.news(log, "1.9.0", "1.10.0") == "## [1.10.0] - 2026\n\nten"
    assert versions.news(log, "1.10.0", "1.10.0") == ""
    assert versions.news("", "1", "2") == ""


def test_names_of_every_kind_go_through_git() -> None:
    names = ["a b", 'q"uote', "back\\slash", "tab\t", "line\nbreak", "größe", "-dash", "deep/er/x"]
    base = {name: Entry(b"1\n2\n3\n") for name in names}
    ours = {name: Entry(b"mine\n2\n3\n") for name in names}
    theirs = {name: Entry(b"1\n2\ntheirs\n") for name in names}
    merged = git.merge(base, ours, theirs, names=("yours", "t"))
    assert merged.conflicts == {}
    assert merged.tree == {name: Entry(b"mine\n2\ntheirs\n") for name in names}


def test_sides_that_are_empty_are_merged_too() -> None:
    assert git.merge({}, {}, {}, names=("yours", "t")).tree == {}
    assert git.merge({"a": Entry(b"")}, {}, {"a": Entry(b"")}, names=("yours", "t")).tree == {}


@pytest.mark.parametrize("between", ["", "||||||| base\nold\n"])
def test_both_sides_of_a_torn_spec_are_joined_where_they_do_not_contradict(between: str) -> None:
    base, ours, theirs = "[a]\nx = 1\n", "[a]\nx = 1\n[f.b]\ny = 1\n", "[a]\nx = 1\n[f.c]\ny = 2\n"
    text = f"[a]\nx = 1\n<<<<<<< HEAD\n[f.b]\ny = 1\n{between}=======\n[f.c]\ny = 2\n>>>>>>> other\n"
    sides = {BASE: base, OURS: ours, THEIRS: theirs}
    assert torn.joined(text, sides) == "[a]\nx = 1\n[f.b]\ny = 1\n[f.c]\ny = 2\n"
    assert (
        torn.joined(
            "[a]\n<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> o\n", {OURS: "[a]\nx = 2\n", THEIRS: "[a]\nx = 3\n"}
        )
        == ""
    )


def test_names_that_differ_in_case_alone_are_one_file_where_the_system_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("a\n", encoding="utf-8")
    whole = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda path: whole(path.with_name(path.name.lower())))
    reads = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads(path.with_name(path.name.lower())))
    assert disk.read(tmp_path, ["A.txt"]).raw.keys() == {"A.txt"}, "the system does not tell them apart"
    assert disk.read(tmp_path, ["A.txt", "a.txt"]).raw.keys() == {"a.txt"}
