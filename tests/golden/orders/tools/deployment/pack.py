"""What a deployment uploads, in .aws-sam/pack: a zip and an SBOM for each function, the template, all their digests.

The same build gives the same bytes, on every machine. Lambda shows the digest of a function's code (CodeSha256): unless
it is signed on the way, it is that of its zip.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from tools.deployment.packed import DIGEST, PACK, SUMS
from tools.local_aws import load

BUILT = Path(".aws-sam/build")
SBOMS = Path(".build/sbom")
#: The properties that name a folder of code, and those that name a file.
CODE, FILE = ("CodeUri", "ContentUri"), ("DefinitionUri", "DefinitionS3Location")
#: The earliest that a zip can say.
THEN = (1980, 1, 1, 0, 0, 0)
#: A plain file that all may read and, where one may, run.
PLAIN, PROGRAM = 0o100644 << 16, 0o100755 << 16


def zipped(folder: Path, target: Path) -> None:
    """The files of a folder in order, without their times, owners and empty folders."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), THEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = PROGRAM if path.stat().st_mode & 0o100 else PLAIN
            packed.writestr(entry, path.read_bytes())


def local(properties: dict[str, Any], key: str) -> Path | None:
    """What a property names, where that lies here."""
    value = properties.get(key)
    path = BUILT / value if isinstance(value, str) and "://" not in value else None
    return path if path and path.exists() else None


def main() -> None:
    shutil.rmtree(PACK, ignore_errors=True)
    PACK.mkdir(parents=True)
    body = load(BUILT / "template.yaml")
    for name, resource in body["Resources"].items():
        properties = resource.get("Properties", {})
        for key in CODE:
            if folder := local(properties, key):
                properties[key] = f"{name}.zip"
                zipped(folder, PACK / f"{name}.zip")
                shutil.copyfile(SBOMS / f"{name}.cdx.json", PACK / f"{name}.cdx.json")
        for key in FILE:
            if file := local(properties, key):
                properties[key] = f"{name}-{file.name}"
                shutil.copyfile(file, PACK / f"{name}-{file.name}")
    (PACK / "template.json").write_text(json.dumps(body, indent=1, default=str) + "\n", "utf-8", newline="\n")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(PACK.iterdir())]
    SUMS.write_text("".join(lines), "utf-8", newline="\n")
    DIGEST.write_text(hashlib.sha256(SUMS.read_bytes()).hexdigest() + "\n", "utf-8", newline="\n")
    print(f"pack: {len(lines)} files in {PACK}, digest {DIGEST.read_text('utf-8').strip()}")


if __name__ == "__main__":
    main()
