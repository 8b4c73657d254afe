"""What a service ships to Lambda before anything of the user's is in it: distributions and megabytes, by backend."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from holdfast import catalogue, project, source, spec, tree

#: Of the default service, in 10^6 bytes.
LARGEST = 13.0
#: What Lambda's runtime brings.
RUNTIME = {"boto3", "botocore", "s3transfer"}


@dataclass(frozen=True)
class Artefact:
    """A function as `sam build` makes it for arm64: its distributions, bytes as they lie there, and packed."""

    distributions: Sequence[str]
    unpacked: int
    packed: int


@dataclass(frozen=True)
class Measured:
    """The artefacts by backend, and which of those is the default."""

    artefacts: Mapping[str, Artefact]
    default: str


def measure(place: Path) -> Measured:
    """Build each backend's golden service, for real: the default service, with what the backend asks for."""
    from support import goldens, tools

    offered = catalogue.load(source.bundled())
    (default,) = (str(one.default) for one in offered.tables["observability"] if one.key == "backend")
    texts = goldens.specs(offered)
    made = {}
    for backend in (default, *sorted(set(offered.group("observability")) - {default})):
        text = texts["defaults" if backend == default else f"observability-{backend}"]
        service = place / f"shipped-{backend}"
        service.mkdir()
        tree.write(project.files(spec.parse(text, offered), text, offered), service)
        (service / ".tools").mkdir()
        uv = tools.environment((service / "tools/uv.txt").read_text(encoding="utf-8")).parent
        (service / ".tools/uv").symlink_to(uv)
        made[backend] = _built(service)
    return Measured(made, default)


def _built(service: Path) -> Artefact:
    """What `sam build` runs for each function; the rest of its work is to copy the folder."""
    folder = service / "artefact"
    words = ["make", "--makefile", str(service / "src/Makefile"), "artifact", f"ARTIFACTS_DIR={folder}"]
    subprocess.run(words, cwd=service / "src", check=True, stdout=subprocess.DEVNULL)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(service / "artefact.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            packed.write(path, path.relative_to(folder))
    names = sorted(path.name.split("-")[0].replace("_", "-") for path in folder.glob("*.dist-info"))
    sizes = sum(path.stat().st_size for path in files)
    return Artefact(names, sizes, (service / "artefact.zip").stat().st_size)


def tables(measured: Measured) -> list[str]:
    """What was measured, as Markdown."""
    return [
        "## What a service ships",
        "",
        "The artefact of the default service, as `make build` makes it for arm64: what its backend's lock installs,",
        "and the service's own code. A megabyte is 10^6 bytes. boto3 is the runtime's.",
        "",
        "| backend | distributions | unpacked | packed |",
        "|---|---|---|---|",
        *(
            f"| {backend}{' (default)' if backend == measured.default else ''} | {len(one.distributions)} "
            f"| {one.unpacked / 1e6:.1f} MB | {one.packed / 1e6:.1f} MB |"
            for backend, one in measured.artefacts.items()
        ),
        "",
    ]


def targets(measured: Measured) -> dict[str, bool]:
    """The targets, and whether they are held."""
    default = measured.artefacts[measured.default]
    return {
        f"a default service ships at most {LARGEST:.0f} MB": default.unpacked <= LARGEST * 1e6,
        "no backend ships what the runtime has": not any(
            RUNTIME & set(one.distributions) for one in measured.artefacts.values()
        ),
    }
