"""`make drift` of a service: a spec that was not applied, and changed files of those that guard it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import tree
from holdfast.catalogue import Catalogue
from support import goldens, tools

SYSTEMS = {"github": "orders", "gitlab": "ci-gitlab"}
END = "drift: `holdfast sync` applies holdfast.toml, git brings a file back, waivers.toml accepts it\n"


@pytest.fixture(scope="module")
def made(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A new service for each CI system."""
    root = tmp_path_factory.mktemp("drift")
    for name in SYSTEMS.values():
        (root / name).mkdir()
        tree.write(goldens.trees(catalogue)[name], root / name)
    return {system: root / name for system, name in SYSTEMS.items()}


@pytest.fixture
def service(made: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made["github"], tmp_path / "orders"))


@pytest.fixture
def other(made: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made["gitlab"], tmp_path / "other"))


def drift(service: Path) -> CompletedProcess[str]:
    return tools.attempt([sys.executable, "-I", "-c", RUN], cwd=service)


#: Without what this Python has installed: the job runs before anything is.
RUN = "import runpy, sys; sys.path.insert(0, ''); runpy.run_module('tools.drift', run_name='__main__')"


def test_no_new_service_drifts(catalogue: Catalogue, tmp_path: Path) -> None:
    for name, files in goldens.trees(catalogue).items():
        (tmp_path / name).mkdir()
        tree.write(files, tmp_path / name)
        done = drift(tmp_path / name)
        assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stdout
        assert " in 0 files" not in done.stdout
        shutil.rmtree(tmp_path / name)


def _edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(service: Path) -> None:
        text = (service / path).read_text(encoding="utf-8")
        assert old in text
        (service / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def _gone(path: str) -> Callable[[Path], None]:
    return lambda service: (service / path).unlink()


def _linked(path: str) -> Callable[[Path], None]:
    def change(service: Path) -> None:
        (service / path).rename(service / "elsewhere.py")
        (service / path).symlink_to(service / "elsewhere.py")

    return change


DRIFTS = {
    "holdfast.toml: functions.nightly-report.timeout is 90, and 60 was applied": _edit(
        "holdfast.toml", "timeout = 60", "timeout = 90"
    ),
    'holdfast.toml: functions.place-order.grants is ["orders:put"], and ["orders:put", "inbox:send"] was applied': _edit(
        "holdfast.toml", '["orders:put", "inbox:send"]', '["orders:put"]'
    ),
    "holdfast.toml: resources.more is new": _edit(
        "holdfast.toml", "[resources.orders]", '[resources.more]\nkind = "queue"\n\n[resources.orders]'
    ),
    "holdfast.toml: functions.fulfil was taken out": _edit("holdfast.toml", "[functions.fulfil]", "[functions.other]"),
    "src/orders/guard/boundary.py: changed": _edit("src/orders/guard/boundary.py", "\n", "\n\n"),
    "src/orders/guard/scrub.py: missing": _gone("src/orders/guard/scrub.py"),
    "src/orders/guard/logs.py: changed": _linked("src/orders/guard/logs.py"),
    "tests/guard/test_canaries.py: missing": _gone("tests/guard/test_canaries.py"),
    "tools/linting/rules/sql_text.py: changed": _edit("tools/linting/rules/sql_text.py", "\n", "\n\n"),
    ".github/workflows/ci.yml: changed": _edit(".github/workflows/ci.yml", "permissions: {}", "permissions: write-all"),
}


@pytest.mark.parametrize("said", DRIFTS)
def test_what_drifts_is_named(service: Path, said: str) -> None:
    DRIFTS[said](service)
    done = drift(service)
    assert done.returncode == 1
    assert f"{said}\n" in done.stdout
    assert done.stdout.endswith(END)


def test_gitlabs_pipeline_guards_too(other: Path) -> None:
    _edit(".gitlab-ci.yml", "make audit", "true")(other)
    done = drift(other)
    assert (done.returncode, done.stdout) == (1, f".gitlab-ci.yml: changed\n{END}")


OWN = {
    "a handler": _edit("src/orders/functions/fulfil/handler.py", "\n", "\n\n"),
    "settings": _edit("src/orders/settings.py", "\n", "\n\n"),
    "a lock": _edit("requirements.txt", "\n", "\n\n"),
    "a tool's lock": _edit("tools/sam.txt", "\n", "\n\n"),
    "owners": _edit(".github/CODEOWNERS", "\n", "\n\n"),
    "a comment of the spec": _edit("holdfast.toml", "schema = 1", "# Ours.\nschema = 1"),
    "line ends": lambda service: (service / "tools/lint.py").write_bytes(
        (service / "tools/lint.py").read_bytes().replace(b"\n", b"\r\n")
    ),
    "a newer action": _edit(
        ".github/workflows/ci.yml",
        "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
        f"checkout@{'1' * 40} # v8",
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_what_is_the_users_own_or_a_bots_is_no_drift(service: Path, name: str) -> None:
    OWN[name](service)
    done = drift(service)
    assert (done.returncode, "changed here" in done.stdout) == (0, False), done.stdout


def test_a_newer_image_is_no_drift(other: Path) -> None:
    text = (other / ".gitlab-ci.yml").read_text(encoding="utf-8")
    pin = text.split("image: ")[1].split("\n")[0]
    _edit(".gitlab-ci.yml", pin, f"python:3.13.99-bookworm@sha256:{'a' * 64}")(other)
    assert drift(other).returncode == 0
    _edit(".gitlab-ci.yml", "python:3.13.99-bookworm", "evil:3.13.99-bookworm")(other)
    assert drift(other).returncode == 1


def test_a_pin_that_is_no_commit_is_drift(service: Path) -> None:
    pin = "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
    _edit(".github/workflows/ci.yml", pin, "checkout@v7 # v7.0.1")(service)
    assert ".github/workflows/ci.yml: changed" in drift(service).stdout


def test_what_may_be_changed_is_only_named(service: Path) -> None:
    _edit("template.yaml", "\n", "\n\n")(service)
    _edit("Makefile", "\n", "\n\n")(service)
    done = drift(service)
    assert done.returncode == 0
    assert "changed here, as may be: Makefile, template.yaml\n" in done.stdout


def _waive(service: Path, path: str, days: int) -> None:
    until = datetime.now(UTC).date() + timedelta(days=days)
    text = f'[[waivers]]\nrule = "drift"\nid = "{path}"\nreason = "Ours for now"\nuntil = {until}\n'
    (service / "waivers.toml").write_text(text, encoding="utf-8")


def test_a_waiver_accepts_a_drift_until_its_day(service: Path) -> None:
    _edit("tools/lint.py", "\n", "\n\n")(service)
    _waive(service, "tools/lint.py", 30)
    done = drift(service)
    assert done.returncode == 0, done.stdout
    assert ": drift tools/lint.py: Ours for now\n" in done.stdout
    _waive(service, "tools/lint.py", -1)
    assert drift(service).returncode == 1


def test_a_waiver_is_for_one_file(service: Path) -> None:
    _edit("tools/lint.py", "\n", "\n\n")(service)
    _waive(service, "tools/drift.py", 30)
    done = drift(service)
    assert done.returncode == 1
    assert "waivers.toml: drift tools/drift.py is accepted but not found: take the waiver out\n" in done.stdout


@pytest.mark.parametrize("change", [_gone("holdfast.lock"), _edit("holdfast.toml", "schema", "= schema")])
def test_without_what_was_applied_it_is_no_pass(service: Path, change: Callable[[Path], None]) -> None:
    change(service)
    done = drift(service)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("drift: holdfast.toml and holdfast.lock must be there, and as holdfast wrote them: ")
