"""Keep the template of this version for ever: its archive in releases/, and what it renders in tests/releases/.

`make release` runs it. A version is released once: raise `version` in template/template.toml for the next one.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from holdfast import lock, project, source, spec
from holdfast.catalogue import Catalogue, load

ROOT = Path(__file__).resolve().parent.parent
#: The oldest date that a zip file can hold; real ones would make each archive of the same template another.
NO_DATE = (1980, 1, 1, 0, 0, 0)


def name_of(template: source.Template) -> str:
    """What a template's archive and record are called."""
    return f"{template.ref.name}-{template.ref.version}-{template.ref.digest[:12]}"


def pack(template: source.Template, path: Path) -> None:
    """Write the archive of `template`: its declared files alone, without dates, owners or modes."""
    with zipfile.ZipFile(path, "x") as archive:
        for name in sorted(template.files):
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, template.files[name], compresslevel=9)


def record(specs: Mapping[str, str], catalogue: Catalogue, folder: Path) -> None:
    """Write each spec, and the lock that it has now: the sha256 of every file that the template renders for it."""
    folder.mkdir(parents=True)
    for name, text in specs.items():
        files = project.files(spec.parse(text, catalogue, name=name), text, catalogue)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8", newline="\n")
        (folder / f"{name}.lock").write_bytes(files[lock.FILE].content)


def release(specs: Mapping[str, str], archives: Path, records: Path) -> str:
    """Release the bundled template. Returns its name; refused where its version was released with other files."""
    template = source.bundled()
    name = name_of(template)
    for other in archives.glob(f"{template.ref.name}-{template.ref.version}-*.zip"):
        if other.stem == name:
            sys.exit(f"releases/{other.name} is there already, and is this very template")
        sys.exit(f"{template.ref.version} was released as {other.name}: raise version in {source.MANIFEST}")
    record(specs, load(template), records / name)
    pack(template, archives / f"{name}.zip")
    return name


if __name__ == "__main__":
    from support import goldens

    released = release(goldens.specs(load(source.bundled())), ROOT / "releases", ROOT / "tests/releases")
    print(f"Released releases/{released}.zip; commit it with tests/releases/{released}/, and never change either.")
