"""Templates come from folders, archives and git, and nothing of theirs has power here but their files' content."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from holdfast import source
from holdfast.errors import HoldfastError
from holdfast.git import without_password
from minimal import FILES, ROOT, template


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "mini"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    return root


@pytest.fixture
def repository(folder: Path) -> Path:
    """The folder as a git repository: version 1 is tagged v1, version 2 is on main."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "one")
    git(folder, "tag", "v1")
    manifest = folder / "template/template.toml"
    manifest.write_text(manifest.read_text().replace('version = "1"', 'version = "2"'))
    commit(folder, "two")
    git(folder, "branch", "feature/x")
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def test_a_folder_an_archive_and_a_commit_have_one_digest(repository: Path, tmp_path: Path) -> None:
    archive = tmp_path / "mini-2.zip"
    with zipfile.ZipFile(archive, "w") as stored:
        for path in source.declared(p.relative_to(repository).as_posix() for p in repository.rglob("*") if p.is_file()):
            stored.writestr(path, (repository / path).read_bytes())
    found = [source.folder(repository), source.archive(archive), source.find(f"{repository}@main")]
    assert len({template.ref.digest for template in found}) == 1
    assert {template.ref.version for template in found} == {"2"}


def test_litter_and_line_ends_do_not_count(folder: Path) -> None:
    before = source.folder(folder).ref.digest
    (folder / "template/__pycache__").mkdir()
    (folder / "template/__pycache__/x.pyc").write_bytes(b"x")
    (folder / "template/.DS_Store").write_bytes(b"x")
    (folder / "README.md").write_text("not the template's\n")
    manifest = folder / "template/template.toml"
    manifest.write_bytes(manifest.read_bytes().replace(b"\n", b"\r\n"))
    assert source.folder(folder).ref.digest == before
    manifest.write_bytes(manifest.read_bytes() + b"# more\n")
    assert source.folder(folder).ref.digest != before


@pytest.mark.parametrize(("ref", "version"), [("v1", "1"), ("main", "2"), ("feature/x", "2"), ("HEAD", "2")])
def test_a_reference_of_a_repository(repository: Path, ref: str, version: str) -> None:
    template = source.find(f"{repository}@{ref}")
    assert template.ref.version == version
    assert template.ref.location == f"{repository.as_posix()}@{git(repository, 'rev-parse', ref + '^{commit}')}"


@pytest.mark.parametrize("length", [7, 40])
def test_a_commit_of_a_repository(repository: Path, length: int) -> None:
    name = git(repository, "rev-parse", "v1")[:length]
    assert source.find(f"{repository}@{name}").ref.version == "1"


@pytest.mark.parametrize("scheme", ["file://", ""])
def test_a_bare_repository(repository: Path, tmp_path: Path, scheme: str) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    assert source.find(f"{scheme}{tmp_path / 'bare.git'}").ref.version == "2"
    assert source.find(f"{scheme}{tmp_path / 'bare.git'}@v1").ref.version == "1"


def test_a_reference_that_is_not_there(repository: Path) -> None:
    with pytest.raises(HoldfastError) as error:
        source.find(f"{repository}@v9")
    assert str(error.value) == f"{repository}: it has no tag, branch or commit 'v9'; name one that it has"


def test_a_reference_that_is_an_option_is_not_one(repository: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    with pytest.raises(HoldfastError, match="has no tag, branch or commit"):
        source.find(f"{repository}@--upload-pack=touch {proof};")
    assert not proof.exists()


def test_a_transport_that_runs_commands_is_refused(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    with pytest.raises(HoldfastError, match=r"it cannot be fetched: .*transport 'ext' not allowed"):
        source.find(f"ext::sh -c touch% {proof}")
    assert not proof.exists()


def test_a_symbolic_link_in_a_folder_is_refused(folder: Path) -> None:
    (folder / "template/project/files/passwd").symlink_to("/etc/passwd")
    with pytest.raises(HoldfastError) as error:
        source.folder(folder)
    assert str(error.value) == (
        f"{folder}: 'passwd' is a symbolic link, which a template may not hold; put the file itself there"
    )


def test_a_template_folder_that_is_a_symbolic_link_is_refused(folder: Path) -> None:
    (folder / "template").rename(folder / "other")
    (folder / "template").symlink_to("other")
    with pytest.raises(HoldfastError) as error:
        source.folder(folder)
    assert str(error.value) == (
        f"{folder}: 'template' is a symbolic link, which a template may not hold; put the file itself there"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("place", ["cookiecutter.json", "template/project/files/pipe"])
def test_a_pipe_is_refused_and_not_read(folder: Path, place: str) -> None:
    (folder / place).unlink(missing_ok=True)
    os.mkfifo(folder / place)
    with pytest.raises(HoldfastError) as error:
        source.folder(folder)
    assert str(error.value) == (
        f"{folder}: '{Path(place).name}' is neither a file nor a folder, which a template may not hold; put the file itself "
        "there"
    )


def test_a_huge_file_is_refused_and_not_read(folder: Path) -> None:
    with (folder / "template/huge").open("wb") as stream:
        stream.truncate(source.MOST_BYTES + 1)
    with pytest.raises(HoldfastError) as error:
        source.folder(folder)
    assert str(error.value) == (
        f"{folder}: it holds more than 10000 files or 64 MiB; a template holds source files only"
    )


@pytest.mark.parametrize(("owner", "method"), [(os, "scandir"), (Path, "read_bytes")])
def test_what_cannot_be_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, method: str
) -> None:
    place = folder / ("template" if method == "scandir" else "template/template.toml")
    real = getattr(owner, method)

    def refuse(path: Path | str) -> object:
        if str(path).rstrip("/") == str(place):
            raise PermissionError(13, "Permission denied", str(place))
        return real(path)

    monkeypatch.setattr(owner, method, refuse)
    with pytest.raises(HoldfastError) as error:
        source.folder(folder)
    assert str(error.value) == f"{place}: it cannot be read: Permission denied; mend that and try again"


@pytest.mark.parametrize("name", ["a\u202eb", "a\nb", "\udcff"])
def test_a_files_name_is_one_that_can_be_shown(name: str) -> None:
    with pytest.raises(HoldfastError) as error:
        template({f"template/{name}": "x"})
    assert str(error.value) == f"mini: it holds a file named {f'template/{name}'!r}; rename the template's file"


def test_a_location_is_what_was_given(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Not what it is called on this machine: it ends up in a file that everybody shares.
    monkeypatch.chdir(repository.parent)
    monkeypatch.setenv("HOME", str(repository.parent))
    monkeypatch.setenv("USERPROFILE", str(repository.parent))
    commit = git(repository, "rev-parse", "HEAD")
    given = ("mini", "../" + repository.parent.name + "/mini", "~/mini", "./mini@main", "~/mini@main")
    assert [source.find(name).ref.location for name in given] == [
        *given[:3],
        f"mini@{commit}",
        f"~/mini@{commit}",
    ]


def test_a_symbolic_link_in_a_commit_is_refused(repository: Path) -> None:
    (repository / "template/project/files/passwd").symlink_to("/etc/passwd")
    commit(repository, "three")
    with pytest.raises(HoldfastError, match="'template/project/files/passwd' is a symbolic link or submodule"):
        source.find(f"{repository}@main")


def test_a_repositorys_filters_and_hooks_do_not_run(repository: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    (repository / ".gitattributes").write_text("* filter=evil\n")
    commit(repository, "filtered")
    git(repository, "config", "filter.evil.smudge", f"touch {proof}")
    hook = repository / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {proof}\n")
    hook.chmod(0o755)
    assert source.find(f"{repository}@main").ref.version == "2"
    assert not proof.exists()


def test_a_surrounding_gits_variables_do_not_redirect(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", os.devnull)
    assert source.find(f"{repository}@v1").ref.version == "1"


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("https://example.org/t.git", ("https://example.org/t.git", "")),
        ("https://example.org/t.git@v1", ("https://example.org/t.git", "v1")),
        ("https://user@example.org/t.git", ("https://user@example.org/t.git", "")),
        ("https://user:secret@example.org/t.git@feature/x", ("https://user:secret@example.org/t.git", "feature/x")),
        ("git@example.org:team/t.git", ("git@example.org:team/t.git", "")),
        ("git@example.org:team/t.git@v1", ("git@example.org:team/t.git", "v1")),
        ("ssh://git@example.org/t", ("ssh://git@example.org/t", "")),
    ],
)
def test_the_reference_is_what_follows_the_last_at(name: str, split: tuple[str, str]) -> None:
    assert source.split(name) == split


def test_a_password_is_never_written_down() -> None:
    assert without_password("https://user:secret@example.org/t.git") == "https://example.org/t.git"
    assert without_password("ssh://user:secret@example.org/t") == "ssh://user@example.org/t"
    assert without_password("git@example.org:team/t.git") == "git@example.org:team/t.git"


def test_a_released_archive_is_not_taken_for_a_repository() -> None:
    """git's own word for it would be of a malformed `.git` file."""
    archive = next((ROOT / "releases").glob("*.zip"))
    with pytest.raises(HoldfastError) as error:
        source.find(str(archive))
    assert str(error.value) == f"{archive}: it is an archive; unpack it and name its folder"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("./nowhere", "./nowhere: there is no such folder; name a template's folder or git URL"),
        ("nowhere@v1", "nowhere@v1: there is no such folder; name a template's folder or git URL"),
        ("~nobody-at-all", "~nobody-at-all: there is no such folder; name a template's folder or git URL"),
        ("n" * 300, f"{'n' * 300}: there is no such folder; name a template's folder or git URL"),
    ],
)
def test_nothing_there(name: str, line: str) -> None:
    with pytest.raises(HoldfastError) as error:
        source.find(name)
    assert str(error.value) == line


def test_an_archive_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "mini-1.zip"
    broken.write_bytes(b"not a zip")
    with pytest.raises(HoldfastError) as error:
        source.archive(broken)
    assert str(error.value) == "mini-1.zip: cannot be read: File is not a zip file; install holdfast again"
