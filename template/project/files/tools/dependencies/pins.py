"""What a lock holds: versions with their hashes, and nothing else."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

#: All that an entry may be: no address and no option but hashes, so that only the index decides where it comes from.
PIN = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.!+_-]*)(?: *; *([A-Za-z0-9_.'\"()<>=! ]+?))?"
    r"((?: +--hash=sha256:[0-9a-f]{64})+) *"
)


@dataclass(frozen=True)
class Pin:
    """A version of a package, the marker that says where it is wanted (mostly none), and its files' hashes."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    def __str__(self) -> str:
        return f"{self.name}=={self.version}{f' ; {self.marker}' if self.marker else ''}"

    @property
    def line(self) -> str:
        """It, as it stands in a lock."""
        return " --hash=".join((str(self), *sorted(self.hashes)))


def read(lock: Path, *, mend: bool = False, folder: Path = Path()) -> list[Pin]:
    """The entries of a lock in a folder.

    Any other line, and a lock without entries, ends the program, or is let be with `mend`.
    """
    try:
        text = (folder / lock).read_text("utf-8")
    except UnicodeDecodeError:
        if mend:
            return []
        sys.exit(f"{lock}: not UTF-8, make it again")
    # As pip sees lines: to it a comment ends at a form feed or U+2028, too, and what follows would be installed.
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        pin = PIN.fullmatch(entry)
        if pin and _is_version(pin[2]):
            found.append(Pin(pin[1], pin[2], pin[3] or "", frozenset(pin[4].replace("--hash=", " ").split())))
        elif not mend:
            sys.exit(f"{lock}: not a version with its hash, make the lock again: {entry.split('--hash')[0].strip()}")
    if not found and not mend:
        sys.exit(f"{lock}: locks nothing, make it again")
    return found


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def newest(found: list[Pin]) -> dict[str, Version]:
    """The version of each package; the newest of those that are locked for several machines."""
    versions: dict[str, Version] = {}
    for pin in found:
        versions[pin.name] = max(Version(pin.version), versions.get(pin.name, Version(pin.version)))
    return versions
