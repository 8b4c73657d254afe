"""What src/Makefile puts into an artefact, and what it refuses: real wheels, by hash, from an index of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from support import service_tools, tools
from support.local_index import Index, Wheel

HARMLESS = Wheel(
    "harmless", "1.0", files={"harmless/__init__.py": "", "harmless/restart.py": "", "harmless/json.py": ""}
)
EVIL = {
    "a path file": ("evil.pth", "import os", "evil.pth: runs when Python starts"),
    "a path file in a data folder": (
        "evil-1.0.data/purelib/evil.pth",
        "import os",
        "evil.pth: runs when Python starts",
    ),
    "a path file deep down": ("evil/deep/a.pth", "import os", "evil/deep/a.pth: runs when Python starts"),
    "a start file": ("evil.start", "evil:run", "evil.start: runs when Python starts"),
    "a site module": ("sitecustomize.py", "", "sitecustomize.py: runs when Python starts"),
    "a site package": ("usercustomize/__init__.py", "", "usercustomize: runs when Python starts"),
    "a compiled site module": ("sitecustomize.abi3.so", "", "sitecustomize.abi3.so: runs when Python starts"),
    "a module of Python's": ("json.py", "", "json.py: runs in the place of Python's own json"),
    "a package of Python's": ("logging/__init__.py", "", "logging: runs in the place of Python's own logging"),
}


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, orders_text: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example on disk, with uv at hand."""
    place = tmp_path_factory.mktemp("build") / "or ders"
    place.mkdir()
    tree.write(project.files(spec.parse(orders_text, catalogue), orders_text, catalogue), place)
    (place / ".tools").mkdir()
    lock = (place / "tools/uv.txt").read_text(encoding="utf-8")
    (place / ".tools/uv").symlink_to(tools.environment(lock).parent)
    return place


@pytest.fixture
def index() -> Iterator[Index]:
    with Index(HARMLESS) as served:
        yield served


def build(service: Path, index: Index, *wheels: Wheel) -> tuple[CompletedProcess[str], Path]:
    """Build a function with these wheels, as `sam build` would, and say where."""
    index.wheels = list(wheels)
    lines = (f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels)
    (service / "requirements.txt").write_text("".join(lines), encoding="utf-8")
    artefact = service / "artefact"
    shutil.rmtree(artefact, ignore_errors=True)
    artefact.mkdir()
    command = ["make", "--makefile", str(service / "src/Makefile"), "build-FulfilFunction", f"ARTIFACTS_DIR={artefact}"]
    return tools.attempt(command, cwd=service / "src", env=index.environment), artefact


def test_an_artefact_holds_the_wheels_and_the_service(service: Path, index: Index) -> None:
    done, artefact = build(service, index, HARMLESS)
    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in artefact.iterdir()) == ["harmless", "harmless-1.0.dist-info", "orders"]


@pytest.mark.parametrize("name", EVIL)
def test_what_would_run_by_itself_fails_the_build(service: Path, index: Index, name: str) -> None:
    path, text, said = EVIL[name]
    evil = Wheel("evil", "1.0", files={path: text, "evil/__init__.py": ""})
    done, _ = build(service, index, HARMLESS, evil)
    assert done.returncode == 2, done.stdout
    assert f"{said}: take out of pyproject.toml what brings it" in done.stdout.splitlines()


def test_a_wheel_with_another_hash_fails_the_build(service: Path, index: Index) -> None:
    """The index gives other bytes under the same name and version than those that were locked."""
    done, _ = build(service, index, HARMLESS)
    assert done.returncode == 0
    index.wheels = [Wheel("harmless", "1.0", files={"harmless/__init__.py": "import evil"})]
    command = ["make", "--makefile", str(service / "src/Makefile"), "artifact", f"ARTIFACTS_DIR={service / 'other'}"]
    done = tools.attempt(command, cwd=service / "src", env=index.environment)
    assert done.returncode == 2
    assert "hash" in done.stdout.lower(), done.stdout


LOCK = ".tools/uv/bin/python -m tools.dependencies.lock --uv .tools/uv/bin/uv --cooldown"
CALLED = {
    "locked": f"{LOCK} 7 --check",
    "lock": f"{LOCK} 7",
    "upgrade": f'{LOCK} 7 --upgrade ""',
    "upgrade PACKAGE=web<2 COOLDOWN=0": f'{LOCK} 0 --upgrade "web<2"',
    "audit": ".tools/pip-audit/bin/python -m tools.dependencies.audit requirements.txt requirements-dev.txt tools/*.txt",
}


@pytest.mark.parametrize("words", CALLED)
def test_make_calls_the_tools_that_are_tested(service: Path, words: str) -> None:
    old = [word for path in (".tools/uv/bin/uv", ".tools/pip-audit/.done") for word in ("--old-file", path)]
    printed = tools.run(["make", "--dry-run", *old, *words.split()], cwd=service)
    assert printed.splitlines() == [CALLED[words]]


def test_an_empty_artefact_is_not_called_harmless(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing was built"):
        service_tools.module("tools.dependencies.startup_files").main(tmp_path)
