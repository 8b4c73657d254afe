"""Where a folder is built, and how it gets to its place."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from holdfast import placing
from holdfast.errors import HoldfastError


def build(target: Path) -> None:
    with placing.beside(target) as scratch:
        (scratch / "holdfast.lock").write_text("{}")
        (scratch / "src").mkdir()
        placing.put(scratch, target)


def test_a_volume_is_filled_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rename replaces a folder that something is mounted on, nor crosses its border."""
    target = tmp_path / "volume"
    target.mkdir()
    number = target.stat().st_ino
    monkeypatch.setattr(Path, "is_mount", lambda path: path == target)
    build(target)
    assert target.stat().st_ino == number
    assert sorted(path.name for path in target.iterdir()) == ["holdfast.lock", "src"]
    assert [path.name for path in tmp_path.iterdir()] == ["volume"]


def test_a_folder_in_somebody_elses_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path)
    build(target)
    assert sorted(path.name for path in target.iterdir()) == ["holdfast.lock", "src"]


def test_what_a_killed_run_left_in_a_volume_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "volume"
    left = target / ".volume.holdfast-abcd1234" / "project"
    left.mkdir(parents=True)
    os.utime(left.parent, (time.time() - 4000, time.time() - 4000))
    monkeypatch.setattr(Path, "is_mount", lambda path: path == target)
    assert placing.is_ours(left.parent, target)
    build(target)
    assert sorted(path.name for path in target.iterdir()) == ["holdfast.lock", "src"]


def test_what_looks_like_ours_and_holds_more_is_not(tmp_path: Path) -> None:
    folder = tmp_path / ".orders.holdfast-abcd1234"
    folder.mkdir()
    (folder / "mine.txt").touch()
    assert not placing.is_ours(folder, tmp_path / "orders")


@pytest.mark.parametrize(
    ("number", "todo"),
    [
        (28, "make room and try again"),
        (13, "choose another place, or get the right to write there"),
        (5, "mend that and try again"),
    ],
)
def test_an_error_says_what_to_do(tmp_path: Path, number: int, todo: str) -> None:
    target = tmp_path / "orders"
    with pytest.raises(HoldfastError) as error, placing.beside(target) as scratch:
        raise OSError(number, os.strerror(number), str(scratch / "template.yaml"))
    assert str(error.value) == f"{target}/template.yaml: it cannot be written: {os.strerror(number)}; {todo}"
    assert list(tmp_path.iterdir()) == []
