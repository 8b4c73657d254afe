"""Which of the files that the lock allows an installed distribution came from."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from tools.dependencies import pins

#: The name of a wheel, and its sha256.
Wheel = tuple[str, str]


class Wheels:
    """The wheels of a lock, as the index lists them: a lock has their hashes, and not which is whose.

    Ends the program where the index gives no answer.
    """

    def __init__(self, uv: str, lock: Path) -> None:
        locked = pins.read(lock)
        allowed = {digest.removeprefix("sha256:") for pin in locked for digest in pin.hashes}
        self.versions = {(pin.name, pin.version) for pin in locked}
        self._wheels: dict[tuple[str, str], list[tuple[frozenset[Tag], Wheel]]] = {}
        for package in _listed(uv, lock):
            for wheel in package.get("wheels", []):
                name = wheel.get("name") or unquote(PurePosixPath(urlsplit(wheel["url"]).path).name)
                try:
                    tags = parse_wheel_filename(name)[3]
                except InvalidWheelFilename:
                    continue
                if (digest := wheel["hashes"]["sha256"]) in allowed:
                    known = self._wheels.setdefault((package["name"], package["version"]), [])
                    known.append((tags, (name, digest)))

    def allowed(self, name: str, version: str) -> list[tuple[frozenset[Tag], Wheel]]:
        """The wheels of a version that the lock allows, each with the machines and Pythons that it is for."""
        return self._wheels.get((name, version), [])

    def of(self, name: str, version: str, tags: frozenset[Tag]) -> Wheel | None:
        """The wheel of a version that is for exactly these machines and Pythons, where there is one and no second."""
        fitting = [wheel for known, wheel in self.allowed(name, version) if known == tags]
        return fitting[0] if len(fitting) == 1 else None


def _listed(uv: str, lock: Path) -> list[dict[str, Any]]:
    """Each package of a lock, with all its wheels."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "pylock.toml")
        words = [uv, "pip", "compile", "--quiet", "--universal", "--no-deps", "--no-build"]
        words += ["--python-version", "3.11", str(lock), "--output-file", str(target)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"The index does not say which wheels there are: {done.stderr.strip().splitlines()[-1]}")
        found: list[dict[str, Any]] = tomllib.loads(target.read_text("utf-8"))["packages"]
        return found
