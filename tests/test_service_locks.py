"""`make lock`, `make upgrade` and `make locked` of a service, against an index of the test's own."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from support import service_tools, tools
from support.local_index import Index, Sdist, Wheel

PYPROJECT = """\
[project]
name = "orders"
version = "0"
requires-python = ">=3.11"
dependencies = ["web>=1,<3"]
[dependency-groups]
dev = ["check"]
scan = ["scan"]
"""
WEB, TEXT, OLD_TEXT = Wheel("web", "1.0", ("text>=1",)), Wheel("text", "1.1"), Wheel("text", "1.0")
CHECK, SCAN = Wheel("check", "1.0", ("colour; sys_platform == 'win32'",)), Wheel("scan", "1.0")
COLOUR = Wheel("colour", "1.0")
STRAY = Wheel("stray", "1.0")
HASH = f"--hash=sha256:{'0' * 64}"


WHEELS = (WEB, TEXT, OLD_TEXT, CHECK, SCAN, COLOUR, STRAY)


@pytest.fixture
def index() -> Iterator[Index]:
    with Index(*WHEELS) as served:
        yield served


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service's pyproject.toml, with its locks made."""
    place = tmp_path_factory.mktemp("locks") / "orders"
    (place / "tools").mkdir(parents=True)
    (place / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    with Index(*WHEELS) as served:
        done = lock(place, served)
    assert done.returncode == 0, done.stdout
    return place


@pytest.fixture
def service(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for this test alone."""
    return Path(shutil.copytree(made, tmp_path / "orders"))


def lock(service: Path, index: Index | None, *words: str) -> CompletedProcess[str]:
    """What `make lock`, and with other words `make upgrade` and `make locked`, run."""
    nobody = {"UV_DEFAULT_INDEX": "http://127.0.0.1:1/simple", "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}
    command = [sys.executable, "-m", "tools.dependencies.lock", "--uv", tools.uv(), *words]
    path = {"PYTHONPATH": str(service_tools.FOLDER)}
    return tools.attempt(command, cwd=service, env=path | (index.environment if index else nobody))


def locked(service: Path, name: str = "requirements.txt") -> list[str]:
    return re.findall(r"^[a-z]+==[^ ]*", (service / name).read_text(encoding="utf-8"), re.MULTILINE)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_locks_hold_what_is_asked_for_by_version_and_hash_and_no_address(service: Path, index: Index) -> None:
    text = (service / "requirements.txt").read_text(encoding="utf-8")
    assert text.splitlines()[2:] == [
        "text==1.1 \\",
        f"    --hash=sha256:{TEXT.sha256}",
        "web==1.0 \\",
        f"    --hash=sha256:{WEB.sha256}",
    ]
    assert locked(service, "requirements-dev.txt") == ["check==1.0", "colour==1.0", "text==1.1", "web==1.0"]
    assert locked(service, "tools/scan.txt") == ["scan==1.0"]
    assert all("127.0.0.1" not in path.read_text(encoding="utf-8") for path in service.rglob("*.txt"))
    done = lock(service, index, "--check")
    assert (done.returncode, done.stdout) == (0, "locked: all that pyproject.toml asks for\n")


def test_lock_adds_what_is_new_and_keeps_the_rest(service: Path, index: Index) -> None:
    index.wheels += [Wheel("web", "1.2"), Wheel("json", "3.0"), Wheel("trace", "0.1")]
    change(service / "pyproject.toml", '"web>=1,<3"', '"web>=1,<3", "json"')
    change(service / "pyproject.toml", "scan = ", 'trace = ["trace"]\nscan = ')
    done = lock(service, index)
    assert locked(service) == ["json==3.0", "text==1.1", "web==1.0"]
    assert locked(service, "tools/trace.txt") == ["trace==0.1"]
    assert done.stdout.splitlines() == [
        "requirements.txt: json nothing -> 3.0",
        "requirements-dev.txt: json nothing -> 3.0",
        "tools/trace.txt: trace nothing -> 0.1",
    ]


def test_upgrade_takes_one_package_or_all(service: Path, index: Index) -> None:
    index.wheels += [Wheel("web", "1.2", ("text>=1",)), Wheel("text", "1.5"), Wheel("web", "1.3", age=2)]
    assert "requirements.txt: web 1.0 -> 1.2\n" in lock(service, index, "--upgrade", "Web<1.3 scan").stdout
    assert locked(service) == ["text==1.1", "web==1.2"]
    assert lock(service, index, "--upgrade").returncode == 0
    assert locked(service) == locked(service, "requirements-dev.txt")[2:] == ["text==1.5", "web==1.2"]


def test_an_upgrade_of_what_is_not_locked_is_refused(service: Path, index: Index) -> None:
    done = lock(service, index, "--upgrade", "wbe")
    said = "wbe: no lock holds it; what is new is asked for in pyproject.toml, and `make lock`\n"
    assert (done.returncode, done.stdout) == (1, said)


def test_a_young_release_waits_unless_it_is_wanted_and_then_it_stays(service: Path, index: Index) -> None:
    """The mend of a vulnerability: taken at once, it must not fall back with the next `make lock` or `make upgrade`."""
    index.wheels += [Wheel("web", "1.1", ("text>=1",), age=2), Wheel("text", "1.6", age=3)]
    lock(service, index, "--upgrade", "web")
    assert locked(service) == ["text==1.1", "web==1.0"]
    lock(service, index, "--cooldown", "0", "--upgrade", "web")
    assert locked(service) == ["text==1.1", "web==1.1"]
    for words in ((), ("--upgrade",), ("--check",)):
        done = lock(service, index, *words)
        assert (done.returncode, locked(service)) == (0, ["text==1.1", "web==1.1"]), done.stdout
    change(service / "pyproject.toml", "web>=1,", "web>=1.1,")
    for words in (("--upgrade",), ("--check",)):
        done = lock(service, index, *words)
        assert (done.returncode, locked(service)) == (0, ["text==1.1", "web==1.1"]), done.stdout
    change(service / "pyproject.toml", "web>=1.1,<3", "web<1.1")
    assert lock(service, index).returncode == 0
    assert locked(service) == ["text==1.1", "web==1.0"]


def test_new_releases_and_withdrawn_ones_change_no_answer(service: Path, index: Index) -> None:
    index.wheels.remove(WEB)
    index.wheels += [Wheel("web", "1.0", ("text>=1",), yanked=True), Wheel("web", "2.0"), Wheel("text", "1.9")]
    done = lock(service, index, "--check")
    assert done.returncode == 0, done.stdout


UNEXPLAINED = {
    "nothing asks for it": (
        "requirements.txt",
        "text==1.1",
        f"stray==1.0 --hash=sha256:{STRAY.sha256}\ntext==1.1",
        "requirements.txt: stray is locked, and nothing in pyproject.toml asks for it",
    ),
    "nothing asks for it, whatever a comment says": (
        "tools/scan.txt",
        "scan==1.0",
        f"stray==1.0 --hash=sha256:{STRAY.sha256}\n# via scan\nscan==1.0",
        "tools/scan.txt: stray is locked, and nothing in pyproject.toml asks for it",
    ),
    "not locked": (
        "pyproject.toml",
        '"web>=1,<3"',
        '"web>=1,<3", "scan"',
        "requirements.txt: scan is asked for, and not locked",
    ),
    "no longer asked for": (
        "pyproject.toml",
        'dev = ["check"]',
        'dev = ["text"]',
        "requirements-dev.txt: check is locked, and nothing in pyproject.toml asks for it",
    ),
    "outside of the range": (
        "pyproject.toml",
        '"web>=1,<3"',
        '"web>=1,<3", "text<1.1"',
        "requirements.txt: text==1.1 is locked, and pyproject.toml leads to text==1.0",
    ),
    "another marker": (
        "requirements-dev.txt",
        "colour==1.0 ; sys_platform == 'win32'",
        "colour==1.0 ; sys_platform == 'linux'",
        "requirements-dev.txt: colour==1.0 ; sys_platform == 'linux' is locked, and pyproject.toml leads to "
        "colour==1.0 ; sys_platform == 'win32'",
    ),
    "a hash of another file": (
        "requirements.txt",
        f"--hash=sha256:{TEXT.sha256}",
        f"--hash=sha256:{TEXT.sha256} {HASH}",
        f"requirements.txt: text: the index has no file with the hash sha256:{'0' * 64}; "
        "`make upgrade PACKAGE=text==1.1` takes those that it has",
    ),
    "a group without its lock": (
        "pyproject.toml",
        "scan = ",
        'more = ["scan"]\nscan = ',
        "tools/more.txt: is not there",
    ),
    "a lock without its group": (
        "pyproject.toml",
        'scan = ["scan"]\n',
        "",
        "tools/scan.txt: pyproject.toml has no dependency group scan: remove the file",
    ),
}


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_what_pyproject_does_not_explain_is_refused(service: Path, index: Index, name: str) -> None:
    path, old, new, said = UNEXPLAINED[name]
    change(service / path, old, new)
    before = {path: path.read_bytes() for path in service.rglob("*.txt")}
    done = lock(service, index, "--check")
    assert done.returncode == 1, done.stdout
    assert said in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1] == "locked: not what pyproject.toml asks for; `make lock`"
    assert {path: path.read_bytes() for path in service.rglob("*.txt")} == before


def test_an_upgrade_to_the_same_version_takes_the_hashes_that_the_index_has(service: Path, index: Index) -> None:
    index.wheels += [Wheel("text", "1.9")]
    change(service / "requirements.txt", f"--hash=sha256:{TEXT.sha256}", HASH)
    assert lock(service, index, "--check").returncode == 1
    assert lock(service, index, "--upgrade", "text==1.1").returncode == 0
    assert (locked(service), lock(service, index, "--check").returncode) == (["text==1.1", "web==1.0"], 0)


def test_an_address_that_uv_was_told_of_gets_into_no_lock(service: Path, index: Index) -> None:
    """Whatever pyproject.toml says to uv besides what it asks for."""
    source = f'url = "{index.environment["UV_DEFAULT_INDEX"].removesuffix("simple")}files/{WEB.filename}"'
    before = (service / "requirements.txt").read_bytes()
    change(
        service / "pyproject.toml",
        "[dependency-groups]",
        f"[tool.uv.sources]\nweb = {{ {source} }}\n[dependency-groups]",
    )
    for words in ((), ("--check",), ("--upgrade",)):
        done = lock(service, index, *words)
        assert done.returncode == 1
        assert done.stdout.startswith("requirements.txt: not a version with its hash, "), done.stdout
        assert "web @ http" in done.stdout
    assert (service / "requirements.txt").read_bytes() == before


def test_a_lock_that_a_merge_has_broken_is_made_again(service: Path, index: Index) -> None:
    index.wheels += [Wheel("text", "1.9")]
    mine, theirs = f"text==1.1 {HASH}", f"text==1.0 {HASH}"
    text = f"<<<<<<< HEAD\n{mine}\n=======\n{theirs}\n>>>>>>> main\nweb==1.0 --hash=sha256:{WEB.sha256}\n"
    (service / "requirements.txt").write_text(text, encoding="utf-8")
    (service / "tools/scan.txt").write_bytes(b"# caf\xe9\n")
    assert lock(service, index, "--check").returncode == 1
    assert lock(service, index).returncode == 0
    assert locked(service)[1] == "web==1.0"
    assert locked(service)[0] in ("text==1.0", "text==1.1")
    assert locked(service, "tools/scan.txt") == ["scan==1.0"]


NO_PROJECT = {
    "no TOML": ("[project]", "[project", "no TOML: "),
    "no UTF-8": ("orders", "caf\udce9", "no TOML: 'utf-8' codec"),
    "no project": ("[project]", "[projekt]", "the table [project] is missing"),
    "no groups": ("[dependency-groups]", "[groups]", "the table [dependency-groups] is missing"),
    "no list": ('["web>=1,<3"]', '"web"', "project.dependencies is no list of what is to be locked: "),
    "no text": ('["scan"]', "[3]", "dependency-groups.scan is no list of what is to be locked: "),
    "asked for elsewhere": (
        'dependencies = ["web>=1,<3"]',
        'dynamic = ["dependencies"]',
        "project.dependencies is no list",
    ),
    "nothing asked for": ('["scan"]', "[]", "dependency-groups.scan is no list of what is to be locked: "),
    "another dev": ("dev = ", "Dev = ", "dependency-groups.dev is no list of what is to be locked: "),
    "a path": ("scan = ", '"../scan" = ', "'../scan' is no name of a group: "),
}


@pytest.mark.parametrize("words", [(), ("--check",)])
@pytest.mark.parametrize("name", NO_PROJECT)
def test_a_pyproject_that_is_none_is_refused_in_one_line(service: Path, name: str, words: tuple[str, ...]) -> None:
    old, new, said = NO_PROJECT[name]
    text = (service / "pyproject.toml").read_text(encoding="utf-8")
    assert old in text
    (service / "pyproject.toml").write_text(text.replace(old, new), encoding="utf-8", errors="surrogateescape")
    done = lock(service, None, *words)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1), done.stdout
    assert done.stdout.startswith(f"pyproject.toml: {said}")


def test_a_missing_pyproject_is_said(service: Path) -> None:
    (service / "pyproject.toml").unlink()
    assert lock(service, None).stdout == "pyproject.toml: No such file or directory\n"


FORMS = {
    "no hash": ("requirements.txt", "text==1.1 \\", "other==1\ntext==1.1 \\", "not a version with its hash"),
    "an address": (
        "requirements.txt",
        "text==1.1 \\",
        f"other @ https://example.com/o.whl {HASH}\ntext==1.1 \\",
        "not a",
    ),
    "another index": (
        "requirements.txt",
        "text==1.1 \\",
        "--index-url https://example.com\ntext==1.1 \\",
        "not a version",
    ),
    "an address that is asked for": (
        "pyproject.toml",
        "web>=1,<3",
        "web @ https://example.com/web.whl",
        "pyproject.toml: web @ https://example.com/web.whl: only the index decides where a package comes from",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_addresses_options_and_missing_hashes_are_refused_before_anybody_is_asked(service: Path, name: str) -> None:
    path, old, new, said = FORMS[name]
    change(service / path, old, new)
    done = lock(service, None, "--check")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1), done.stdout
    assert said in done.stdout


@pytest.mark.parametrize("words", [(), ("--upgrade",), ("--check",)])
def test_without_an_index_nothing_is_found_right_and_nothing_is_written(service: Path, words: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in service.rglob("*.txt")}
    done = lock(service, None, *words)
    assert done.returncode == 2, done.stdout
    assert done.stdout.endswith("The index gave no answer: no lock was made, and none was found right.\n")
    assert {path: path.read_bytes() for path in service.rglob("*.txt")} == before


def test_what_cannot_be_had_is_said_and_nothing_is_written(service: Path, index: Index) -> None:
    change(service / "pyproject.toml", 'scan = ["scan"]', 'scan = ["scan>=2"]')
    change(service / "pyproject.toml", '"web>=1,<3"', '"web>=1,<3", "scan"')
    before = {path: path.read_bytes() for path in service.rglob("*.txt")}
    for words in ((), ("--check",)):
        done = lock(service, index, *words)
        assert done.returncode == 1
        assert "tools/scan.txt: " in done.stdout
        assert "scan>=2" in done.stdout
    assert {path: path.read_bytes() for path in service.rglob("*.txt")} == before


@pytest.mark.parametrize("words", [(), ("--check",), ("--upgrade",)])
def test_no_package_runs_code_of_its_own_to_be_locked(
    service: Path, index: Index, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A package without a wheel is built to learn what it needs; in CI that would be before the audit."""
    trace = tmp_path / "trace"
    index.wheels.append(Sdist("stray-source", "1.0", runs=f"open({str(trace)!r}, 'w').close()"))
    change(service / "pyproject.toml", '"web>=1,<3"', '"web>=1,<3", "stray-source"')
    done = lock(service, index, *words)
    assert (done.returncode, trace.exists()) == (1, False), done.stdout
    assert "stray-source" in done.stdout
