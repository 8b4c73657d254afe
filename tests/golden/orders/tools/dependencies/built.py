"""What an artefact under .aws-sam/build holds: its distributions, by what pip and uv leave beside them."""

from __future__ import annotations

import base64
import hashlib
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.tags import Tag, parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version


@dataclass(frozen=True)
class Distribution:
    """A package as it lies in the artefact: its name and version as indexes compare them, what its metadata say."""

    name: str
    version: str
    requires: tuple[str, ...]
    #: An expression of SPDX's, or a name; empty where its metadata say neither in a line.
    license: str
    #: Which machines and Pythons its wheel was for.
    tags: frozenset[Tag]


def distributions(artefact: Path) -> list[Distribution]:
    """Every distribution of the artefact. Ends the program where a file is not the one that its wheel brought."""
    found = []
    for held in metadata.distributions(path=[str(artefact)]):
        for path in held.files or []:
            file = Path(str(path.locate()))
            if path.hash and file.is_file() and _digest(file, path.hash.mode) != path.hash.value:
                sys.exit(f"{file}: is not the file that {held.name} {held.version} brought; build again")
        wheel = (held.read_text("WHEEL") or "").splitlines()
        tags = frozenset[Tag]().union(*(parse_tag(line[5:]) for line in wheel if line.startswith("Tag: ")))
        (text, *_) = held.metadata.get_all("License-Expression") or held.metadata.get_all("License") or [""]
        license_name = text if text.isprintable() else ""
        requires = tuple(held.requires or ())
        version = str(Version(held.version))
        found.append(Distribution(canonicalize_name(held.name), version, requires, license_name, tags))
    return sorted(found, key=lambda one: one.name)


def _digest(file: Path, algorithm: str) -> str:
    """A file's hash as a wheel's RECORD has it."""
    digest = hashlib.new(algorithm, file.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def sha256(artefact: Path) -> str:
    """The hash of all that is in a folder, whatever order and times it has: of the lines `HASH  PATH` of its files.

    In the folder: `find * -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum`
    """
    files = sorted((file.relative_to(artefact).as_posix(), file) for file in artefact.rglob("*") if file.is_file())
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}\n" for name, file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
