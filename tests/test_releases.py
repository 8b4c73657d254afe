"""A released template renders the same bytes for ever: it is the base of every update of the projects made with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast import lock, project, render, source, spec
from holdfast.catalogue import Catalogue, load
from minimal import ROOT
from scripts import release
from support import goldens

ARCHIVES = sorted((ROOT / "releases").glob("*.zip"))
RECORDS = ROOT / "tests/releases"
RECORDED = [(archive, text) for archive in ARCHIVES for text in sorted((RECORDS / archive.stem).glob("*.toml"))]


def test_every_release_is_kept_with_what_it_rendered() -> None:
    assert ARCHIVES, "no template was released: run `make release`"
    assert sorted(path.name for path in RECORDS.iterdir()) == [archive.stem for archive in ARCHIVES]
    assert {archive for archive, _ in RECORDED} == set(ARCHIVES)


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.stem)
def test_an_archive_is_what_its_name_says(archive: Path) -> None:
    template = source.archive(archive)
    assert release.name_of(template) == archive.stem
    assert template.ref.location == ""


@pytest.mark.parametrize(("archive", "text"), RECORDED, ids=[f"{a.stem}-{t.stem}" for a, t in RECORDED])
def test_a_release_renders_what_it_rendered(archive: Path, text: Path) -> None:
    """From the spec as it was written, and from the lock that the projects of that time hold."""
    catalogue = load(source.archive(archive))
    written = text.read_text(encoding="utf-8")
    files = project.files(spec.parse(written, catalogue, name=text.name), written, catalogue)
    recorded = text.with_suffix(".lock").read_text(encoding="utf-8")
    assert files[lock.FILE].content.decode("utf-8") == recorded
    resolved = lock.parse(recorded).resolved(catalogue)
    assert lock.make(resolved, catalogue.template.ref, render.render(resolved, catalogue)) == lock.parse(recorded)


def test_a_template_that_differs_from_its_release_has_another_version() -> None:
    released = {source.archive(archive).ref.version: archive.stem for archive in ARCHIVES}
    bundled = source.bundled()
    name = released.get(bundled.ref.version, release.name_of(bundled))
    assert name == release.name_of(bundled), f"raise version in {source.MANIFEST}: this one was released"


def test_a_release_is_the_same_file_wherever_it_is_made(catalogue: Catalogue, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        release.pack(catalogue.template, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert source.archive(tmp_path / "one.zip").files == catalogue.template.files


def test_a_version_is_released_once(catalogue: Catalogue, tmp_path: Path) -> None:
    specs = {"orders": goldens.specs(catalogue)["orders"]}
    name = release.release(specs, tmp_path, tmp_path / "records")
    assert sorted(path.name for path in (tmp_path / "records" / name).iterdir()) == ["orders.lock", "orders.toml"]
    with pytest.raises(SystemExit, match="is this very template"):
        release.release(specs, tmp_path, tmp_path / "records")
    (tmp_path / f"{name}.zip").rename(tmp_path / f"{name[:-12]}{'0' * 12}.zip")
    with pytest.raises(SystemExit, match=r"raise version in template/template\.toml"):
        release.release(specs, tmp_path, tmp_path / "records")
