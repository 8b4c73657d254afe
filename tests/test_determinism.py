"""The same spec and template give the same bytes, whatever machine, user and folder they are given on."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import lock, render
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import goldens

#: Two users who have as little in common as can be.
USERS = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "umask": "022", "folder": "plain"},
    {
        "TZ": "America/St_Johns",
        "LC_ALL": "tr_TR.UTF-8",
        "LANGUAGE": "tr",
        "PYTHONHASHSEED": "4294967295",
        "PYTHONUTF8": "1",
        "COLUMNS": "20",
        "SOURCE_DATE_EPOCH": "1",
        "umask": "077",
        "folder": "Größe 1 & 2",
    },
)
SPECS = ("orders", "everything", "hostile")


def new(user: dict[str, str], name: str, catalogue: Catalogue, place: Path, *options: str) -> Path:
    """The project that a user makes of a golden spec."""
    folder = place / user["folder"]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(goldens.specs(catalogue)[name], encoding="utf-8")
    own = {key: value for key, value in user.items() if key.isupper()}
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    subprocess.run(
        [sys.executable, "-m", "holdfast", "new", name, "--spec", f"{name}.toml", "--quiet", *options],
        cwd=folder,
        env={**kept, "HOME": str(place), "PYTHONPATH": str(ROOT / "generator"), **own},
        umask=int(user["umask"], 8),
        check=True,
    )
    return folder / name


def files(project: Path) -> dict[str, tuple[str, bool]]:
    """Each file's sha256, and whether its owner may execute it."""
    return {
        path.relative_to(project).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            bool(path.stat().st_mode & stat.S_IXUSR),
        )
        for path in project.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", SPECS)
def test_two_users_get_the_same_project(name: str, catalogue: Catalogue, tmp_path: Path) -> None:
    one, other = (new(user, name, catalogue, tmp_path, "--no-git") for user in USERS)
    assert files(one) == files(other)
    assert len(files(one)) > 40


def test_two_users_commit_the_same_tree(catalogue: Catalogue, tmp_path: Path) -> None:
    """Nor do line-end and mode settings of git's change what is committed."""
    (tmp_path / ".gitconfig").write_text(
        "[user]\nname = Someone\nemail = someone@example.com\n[core]\nautocrlf = true\nfileMode = false\n"
    )
    trees = {
        subprocess.run(
            ["git", "rev-parse", "HEAD^{tree}"],
            cwd=new(user, "orders", catalogue, tmp_path),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for user in USERS
    }
    assert len(trees) == 1


@pytest.mark.parametrize("name", SPECS)
def test_the_lock_on_disk_renders_what_is_on_disk(name: str, catalogue: Catalogue, tmp_path: Path) -> None:
    project = new(USERS[0], name, catalogue, tmp_path, "--no-git")
    record = lock.parse((project / lock.FILE).read_text(encoding="utf-8"))
    tree = render.render(record.resolved(catalogue), catalogue)
    for path, entry in record.files.items():
        assert hashlib.sha256((project / path).read_bytes()).hexdigest() == entry.sha256, path
        assert tree[path].content == (project / path).read_bytes(), path
    assert sorted([*record.files, "holdfast.toml", lock.FILE]) == sorted(files(project))


def test_the_digest_does_not_depend_on_line_ends_or_litter(tmp_path: Path, catalogue: Catalogue) -> None:
    """What a checkout on Windows, an editor or Python leaves in a template's folder is no new template."""
    from holdfast import source

    for path, content in catalogue.template.files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content.replace(b"\n", b"\r\n"))
    for litter in ("template/__pycache__/part.cpython-313.pyc", "template/project/.DS_Store", "notes.txt"):
        (tmp_path / litter).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / litter).write_bytes(b"litter")
    assert source.folder(tmp_path).ref.digest == catalogue.template.ref.digest
