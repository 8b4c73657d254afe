"""template/locks: for every backend there is one lock that installs by hash wherever a service runs or is worked on.

What runs on Lambda is really installed. For the other machines, where it would mean hundreds of megabytes, the index says
which wheels there are: one of them must be for the machine, and its hash in the lock.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import goldens, service_tools, tools

LOCKS = ROOT / "template/locks"
BACKENDS = sorted(part.parent.name for part in (ROOT / "template/observability").glob("*/part.toml"))
QUESTIONS = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
RUNTIMES = sorted(name.removeprefix("python") for name in QUESTIONS["project_runtime"])
NEWEST = max(RUNTIMES, key=lambda version: [int(part) for part in version.split(".")])
SHIPPED = [f"{name}.txt" for name in BACKENDS]
DEVELOPED = [f"{name}-dev.txt" for name in BACKENDS] + [f"tools/{path.name}" for path in (LOCKS / "tools").iterdir()]


def linux(machine: str) -> list[str]:
    """What an image of Lambda's runs (Amazon Linux 2023 has glibc 2.34, the builds ask for 2.28)."""
    return [*(f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)), f"manylinux2014_{machine}"]


#: The platforms of wheels, what markers see, and whether tools and tests run there without building anything.
MACHINES: dict[str, tuple[list[str], dict[str, str], bool]] = {
    "Linux arm64": (linux("aarch64"), {"sys_platform": "linux", "platform_machine": "aarch64"}, True),
    "Linux x86_64": (linux("x86_64"), {"sys_platform": "linux", "platform_machine": "x86_64"}, True),
    "macOS arm64": ([*mac_platforms((14, 0), "arm64")], {"sys_platform": "darwin", "platform_machine": "arm64"}, True),
    # cryptography, which moto and SAM need, has no wheels for it any more: the Makefile says what to do.
    "macOS x86_64": (
        [*mac_platforms((13, 0), "x86_64")],
        {"sys_platform": "darwin", "platform_machine": "x86_64"},
        False,
    ),
    "Windows": (["win_amd64"], {"sys_platform": "win32", "platform_machine": "AMD64"}, True),
}
#: What uv and markers call the machines that run a service.
MARKED = {"aarch64": "Linux arm64", "x86_64": "Linux x86_64"}
SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}


def wanted(marker: str, machine: str, runtime: str) -> bool:
    """Whether a line of a lock is for this machine."""
    own = MACHINES[machine][1]
    system, name = SYSTEMS[own["sys_platform"]]
    seen = {**own, "platform_system": system, "os_name": name, "python_version": runtime, "extra": ""}
    seen |= {"python_full_version": f"{runtime}.1", "implementation_name": "cpython"}
    return not marker or Marker(marker).evaluate({**seen, "platform_python_implementation": "CPython"})


def fitting(machine: str, runtime: str) -> frozenset[Tag]:
    """The tags of all wheels that such a machine takes."""
    version = tuple(int(part) for part in runtime.split("."))
    platforms = MACHINES[machine][0]
    own = compatible_tags(version, f"cp{runtime.replace('.', '')}", platforms)
    return frozenset(chain(cpython_tags(version, platforms=platforms), own))


@pytest.fixture(scope="module")
def pins() -> ModuleType:
    return service_tools.module("tools.dependencies.pins")


def parts(pins: ModuleType, names: list[str]) -> Iterator[list[Any]]:
    """All lines of these locks, each once, divided so that no name stands twice."""
    divided: list[dict[str, Any]] = []
    for pin in dict.fromkeys(pin for name in names for pin in pins.read(LOCKS / name)):
        part = next((part for part in divided if pin.name not in part), None)
        if part is None:
            divided.append(part := {})
        part[pin.name] = pin
    yield from (list(part.values()) for part in divided)


def missing(pins: ModuleType, lock: Path, machine: str, runtime: str) -> list[str]:
    """The lines of a lock that are for a machine and have no hash of a wheel for it; no name stands twice in it."""
    wheels = listed(lock)
    fits = fitting(machine, runtime)
    return [
        f"{pin} for Python {runtime} on {machine}"
        for pin in pins.read(lock)
        if wanted(pin.marker, machine, runtime)
        and not any(tags & fits for tags, _ in wheels.allowed(pin.name, pin.version))
    ]


KNOWN: dict[str, Any] = {}


def listed(lock: Path) -> Any:
    """The wheels that the index has of what a lock holds, asked for once."""
    text = lock.read_text(encoding="utf-8")
    if text not in KNOWN:
        KNOWN[text] = service_tools.module("tools.dependencies.wheels").Wheels(tools.uv(), lock)
    return KNOWN[text]


def written(part: list[Any], path: Path) -> Path:
    path.write_text("".join(f"{pin.line}\n" for pin in part), encoding="utf-8")
    return path


def test_every_backend_has_its_locks_and_no_other_is_there() -> None:
    asked = {path.name for path in (ROOT / "template").glob("**/files/tools/*.txt")}
    found = {path.relative_to(LOCKS).as_posix() for path in LOCKS.rglob("*.txt")}
    assert found == {*SHIPPED, *(f"{name}-dev.txt" for name in BACKENDS), *(f"tools/{name}" for name in asked)}


def test_the_locks_hold_versions_and_hashes_and_no_address(pins: ModuleType) -> None:
    for path in LOCKS.rglob("*.txt"):
        assert pins.read(path)
        assert "://" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_what_is_shipped_has_a_locked_wheel(pins: ModuleType, tmp_path: Path, machine: str, runtime: str) -> None:
    for part in parts(pins, SHIPPED):
        assert missing(pins, written(part, tmp_path / "lock.txt"), machine, runtime) == []


@pytest.mark.parametrize("machine", [name for name, (_, _, whole) in MACHINES.items() if whole])
def test_what_a_service_is_worked_on_with_has_a_locked_wheel(pins: ModuleType, tmp_path: Path, machine: str) -> None:
    """For the newest runtime, and for the Python that the tools get."""
    tool_locks = [name for name in DEVELOPED if name.startswith("tools/")]
    for names, runtime in ((sorted({*DEVELOPED} - {*tool_locks}), NEWEST), (tool_locks, "3.13")):
        for part in parts(pins, names):
            assert missing(pins, written(part, tmp_path / "lock.txt"), machine, runtime) == []


@pytest.mark.parametrize("machine", MARKED)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_what_is_shipped_installs_by_hash(pins: ModuleType, tmp_path: Path, machine: str, runtime: str) -> None:
    """As src/Makefile does it."""
    for number, part in enumerate(parts(pins, SHIPPED)):
        target = tmp_path / str(number)
        done = install(written(part, tmp_path / "lock.txt"), machine, runtime, target)
        assert (done.returncode, done.stdout) == (0, "")
        held = {path.name.split("-")[0].replace("_", "-") for path in target.glob("*.dist-info")}
        assert held == {pin.name for pin in part if wanted(pin.marker, MARKED[machine], runtime)}


def install(lock: Path, machine: str, runtime: str, target: Path) -> CompletedProcess[str]:
    words = [tools.uv(), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    words += ["--python", sys.executable, "--python-version", runtime, "--python-platform", f"{machine}-manylinux_2_28"]
    return tools.attempt([*words, "--target", str(target), "--requirement", str(lock)])


def test_a_hash_that_is_missing_or_wrong_is_found(pins: ModuleType, tmp_path: Path) -> None:
    """The lock without what macOS takes; and every hash another one."""
    (core,) = (pin for pin in pins.read(LOCKS / SHIPPED[0]) if pin.name == "pydantic-core")
    whole = written([core], tmp_path / "whole.txt")
    runs = fitting("macOS arm64", NEWEST)
    for tags, (_, digest) in listed(whole).allowed(core.name, core.version):
        if tags & runs:
            text = whole.read_text(encoding="utf-8").replace(f" --hash=sha256:{digest}", "")
            (tmp_path / "less.txt").write_text(text, encoding="utf-8")
    assert missing(pins, whole, "macOS arm64", NEWEST) == []
    said = [f"{core} for Python {NEWEST} on macOS arm64"]
    assert missing(pins, tmp_path / "less.txt", "macOS arm64", NEWEST) == said
    assert missing(pins, tmp_path / "less.txt", "Windows", NEWEST) == []
    wrong = re.sub("sha256:.", lambda found: "sha256:" + ("1" if found[0][-1] == "0" else "0"), whole.read_text())
    (tmp_path / "wrong.txt").write_text(wrong, encoding="utf-8")
    done = install(tmp_path / "wrong.txt", "aarch64", NEWEST, tmp_path / "target")
    assert (done.returncode, "hash mismatch" in done.stdout.lower()) == (1, True), done.stdout


def test_its_pyproject_explains_each_lock_of_a_new_service(catalogue: Catalogue, tmp_path: Path) -> None:
    """`make locked` passes from the first minute on, with each backend and CI system; so the index knows each hash, too."""
    seen: set[tuple[str, str]] = set()
    checked: set[str] = set()
    for name, text in goldens.specs(catalogue).items():
        answers = tomllib.loads(text)
        chosen = {
            (group, answers.get(group, {}).get(key, QUESTIONS[f"{group}_{key}"][0]))
            for group, key in (("observability", "backend"), ("ci", "system"))
        }
        if chosen <= seen:
            continue
        seen |= chosen
        place = tmp_path / name
        place.mkdir()
        tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
        _without(place, checked)
        done = tools.attempt(
            [sys.executable, "-m", "tools.dependencies.lock", "--uv", tools.uv(), "--check"], cwd=place
        )
        assert (done.returncode, done.stdout) == (0, "locked: all that pyproject.toml asks for\n"), name
    assert {name for group, name in seen if group == "observability"} == {*BACKENDS}


def _without(service: Path, checked: set[str]) -> None:
    """Take the tools out of a service that were checked in another one, and note the others."""
    asked = (service / "pyproject.toml").read_text(encoding="utf-8")
    for path in sorted((service / "tools").glob("*.txt")):
        if (text := path.read_text(encoding="utf-8")) in checked:
            path.unlink()
            asked = re.sub(rf"^{path.stem} = .*\n", "", asked, flags=re.MULTILINE)
        checked.add(text)
    (service / "pyproject.toml").write_text(asked, encoding="utf-8")
