"""What is installed is what is developed: the wheel carries the whole template, and builds the same projects."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from holdfast import __version__, source
from minimal import ROOT
from support import tools

PREFIX = "holdfast/bundled/"


def built(target: str, root: Path, place: Path) -> Path:
    """The distribution that hatchling makes of the project in `root`."""
    place.mkdir(exist_ok=True)
    tools.run([sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(place)], cwd=root)
    (made,) = place.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def holdfast(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command as pipx or uv would install it: a fresh environment, the locked dependencies, the wheel."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    python = place / tools.COMMANDS / "python"
    tools.run([tools.uv(), "venv", "--quiet", "--python", sys.executable, str(place)])
    locked = str(ROOT / "requirements.txt")
    tools.run([tools.uv(), "pip", "sync", "--quiet", "--require-hashes", "--no-build", "--python", str(python), locked])
    tools.run([tools.uv(), "pip", "install", "--quiet", "--no-deps", "--python", str(python), str(wheel)])
    return python.with_name("holdfast")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_carries_every_file_of_the_template(wheel: Path) -> None:
    """Dot-files, what a .gitignore in the template names, and paths with braces among them."""
    carried = {
        name.removeprefix(PREFIX): content
        for name, content in contents(wheel).items()
        if name.startswith((f"{PREFIX}template/", f"{PREFIX}cookiecutter.json"))
    }
    assert {path: source.normalised(content) for path, content in carried.items()} == source.bundled().files


def test_the_wheel_carries_every_release(wheel: Path) -> None:
    kept = {f"{PREFIX}releases/{path.name}": path.read_bytes() for path in (ROOT / "releases").glob("*.zip")}
    carried = {name: content for name, content in contents(wheel).items() if name.startswith(f"{PREFIX}releases/")}
    assert {name: content for name, content in carried.items() if name.endswith(".zip")} == kept


def test_the_wheel_carries_what_changed(wheel: Path) -> None:
    """An update shows it, offline."""
    assert contents(wheel)[f"{PREFIX}CHANGELOG.md"] == (ROOT / "CHANGELOG.md").read_bytes()
    assert source.bundled().changelog.startswith("# Changelog\n")


def test_the_wheel_carries_the_package_and_nothing_else(wheel: Path) -> None:
    package = {
        path.relative_to(ROOT / "generator").as_posix()
        for path in (ROOT / "generator/holdfast").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    metadata = f"holdfast-{__version__}.dist-info/"
    others = {name for name in contents(wheel) if not name.startswith((PREFIX, metadata))}
    assert others == package


def test_a_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """Installers without a wheel start from it."""
    with tarfile.open(built("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    again = built("wheel", tmp_path / f"holdfast-{__version__}", tmp_path / "wheel")
    assert contents(again) == contents(wheel)


def test_the_installed_command_says_its_version(holdfast: Path) -> None:
    assert tools.run([str(holdfast), "--version"]) == f"holdfast {__version__}\n"


def test_the_installed_command_builds_the_same_project(holdfast: Path, tmp_path: Path) -> None:
    """From its own copy of the template, in a folder that has nothing to do with the checkout."""
    options = ["new", "hello", "--defaults", "--no-git", "--quiet"]
    for place in ("wheel", "checkout"):
        (tmp_path / place).mkdir()
    tools.run([str(holdfast), *options], cwd=tmp_path / "wheel")
    subprocess.run(
        [sys.executable, "-m", "holdfast", *options],
        cwd=tmp_path / "checkout",
        env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        check=True,
    )
    installed, developed = (_files(tmp_path / place / "hello") for place in ("wheel", "checkout"))
    assert installed == developed
    assert len(installed) > 40


def _files(project: Path) -> dict[str, bytes]:
    return {p.relative_to(project).as_posix(): p.read_bytes() for p in project.rglob("*") if p.is_file()}
