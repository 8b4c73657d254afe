"""`holdfast map` as a user runs it: on which service, in which format, and what it writes over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from holdfast import render, spec
from holdfast.catalogue import Catalogue
from holdfast.drawing import listing, mermaid
from minimal import FILES, ROOT
from support import goldens

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def service(tmp_path: Path, orders_text: str) -> Path:
    """A folder with the orders' holdfast.toml in it."""
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "holdfast.toml").write_text(orders_text, encoding="utf-8")
    return folder


@pytest.fixture
def draw(service: Path) -> Run:
    """Run `holdfast map` in the service's folder."""

    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "holdfast", "map", *arguments],
            cwd=service,
            env={**os.environ, "PYTHONPATH": str(ROOT / "generator"), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    return run


def test_without_options_it_lists_the_service_that_is_here(draw: Run, catalogue: Catalogue, orders_text: str) -> None:
    done = draw()
    assert (done.returncode, done.stderr) == (0, b"")
    found = render.graph_of(spec.parse(orders_text, catalogue), catalogue)
    assert done.stdout.decode("utf-8").replace("\r\n", "\n") == listing.draw(found)


def test_another_folder_or_a_file_may_be_named(draw: Run, service: Path) -> None:
    assert draw(str(service)).stdout == draw(str(service / "holdfast.toml")).stdout == draw(".").stdout


def test_what_is_printed_is_utf_8_whatever_the_terminal_speaks(draw: Run, catalogue: Catalogue) -> None:
    done = draw("--format", "svg", PYTHONIOENCODING="ascii")
    assert done.stdout == goldens.picture(catalogue).encode("utf-8")
    assert draw("--format", "svg", "--output", "-").stdout == done.stdout


@pytest.mark.parametrize(
    ("name", "begins"),
    [("map.svg", "<svg "), ("map.mmd", mermaid.MARK), ("map.JSON", "{"), ("map.txt", "orders: who")],
)
def test_the_files_name_says_the_format(draw: Run, service: Path, name: str, begins: str) -> None:
    done = draw("--output", name)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (service / name).read_text(encoding="utf-8").startswith(begins)
    assert sorted(path.name for path in service.iterdir()) == sorted([name, "holdfast.toml"])


def test_json_is_for_programs(draw: Run) -> None:
    data = json.loads(draw("--format", "json").stdout)
    assert [function["name"] for function in data["functions"]] == ["place-order", "fulfil", "nightly-report"]


def test_a_map_takes_the_place_of_an_earlier_one(draw: Run, service: Path, orders_text: str) -> None:
    for name in ("map.svg", "map.mmd", "map.json", "map.txt"):
        assert draw("--output", name).returncode == 0
        (service / name).chmod(0o640)
        before = (service / name).read_bytes()
        (service / "holdfast.toml").write_text(orders_text.replace("nightly-report", "weekly-report"), encoding="utf-8")
        assert draw("--output", name).returncode == 0
        assert b"weekly-report" in (service / name).read_bytes() != before
        assert (service / name).stat().st_mode & 0o777 == 0o640 or os.name == "nt"
        (service / "holdfast.toml").write_text(orders_text, encoding="utf-8")


@pytest.mark.parametrize("name", ["holdfast.toml", "notes.txt", "other.svg"])
def test_nothing_else_is_written_over(draw: Run, service: Path, name: str) -> None:
    if name != "holdfast.toml":
        (service / name).write_text("mine\n", encoding="utf-8")
    before = (service / name).read_bytes()
    done = draw("--format", "mermaid", "--output", name)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        f"holdfast: {name}: it is there already, and not a map of this format that holdfast made; "
        "name another file, or give --force"
    ]
    assert (service / name).read_bytes() == before
    if name != "holdfast.toml":
        assert draw("--format", "mermaid", "--output", name, "--force").returncode == 0
        assert (service / name).read_text(encoding="utf-8").startswith(mermaid.MARK)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_one(draw: Run, service: Path, tmp_path: Path) -> None:
    (service / "map.svg").symlink_to(tmp_path / "elsewhere.svg")
    assert draw("--output", "map.svg").returncode == 0
    assert (service / "map.svg").is_symlink()
    assert (tmp_path / "elsewhere.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere"], "nowhere: there is no such folder or file; name the folder of a service that holdfast started"),
        ([".."], "..: there is no holdfast.toml; name the folder of a service that holdfast started"),
        (
            ["--output", "map.pdf"],
            "map.pdf: its name does not say which format it wants; "
            "end it in .svg, .mmd, .mermaid, .json, .txt, or give --format",
        ),
        (["--output", "no/map.svg"], "no/map.svg: it cannot be written: No such file or directory; name another file"),
        (["--format", "svg", "--output", "..", "--force"], "..: it cannot be written: Is a directory; name another file"),
        (["--template", "nowhere"], "nowhere: there is no such folder; name a template's folder or git URL"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(draw: Run, arguments: list[str], line: str) -> None:
    done = draw(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [f"holdfast: {line}"]


def test_a_mistake_in_the_spec_is_named_with_its_line(draw: Run, service: Path, orders_text: str) -> None:
    (service / "holdfast.toml").write_text(orders_text.replace("orders:scan", "orders:scam"), encoding="utf-8")
    done = draw()
    assert done.returncode == 2
    assert b"holdfast.toml:42 functions.nightly-report.grants: a table has no grant 'scam'" in done.stderr


def test_without_the_layout_library_only_the_picture_is_missing(draw: Run, tmp_path: Path) -> None:
    (tmp_path / "pygraphviz.py").write_text("raise ImportError\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT / "generator")])
    done = draw("--format", "svg", PYTHONPATH=path)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "holdfast: a picture needs pygraphviz, and that is not installed here; "
        "install holdfast with its extra `map`, or take --format mermaid, json or text"
    ]
    assert draw("--format", "mermaid", PYTHONPATH=path).returncode == 0


def test_a_service_of_another_template(draw: Run, service: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "mini" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mini" / name).write_text(text, encoding="utf-8")
    (service / "holdfast.toml").write_text(
        '[project]\nname = "mini"\n[functions.a]\nevent = { kind = "call", word = "x" }\n', encoding="utf-8"
    )
    assert b"a is invoked by call x" in draw("--template", "../mini").stdout
