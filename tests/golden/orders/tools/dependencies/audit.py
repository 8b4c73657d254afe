"""Every version that is locked, against the known vulnerabilities; no answer is a failure, never a pass.

pip-audit skips what a marker excludes on the machine it runs on, and stops at a package that is locked twice. So the
locks are taken apart: each (name, version) once, without markers, and a package's second version in a second file.
What is accepted stands in waivers.toml; so does a package that the service does not know, such as one of your own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import waivers
from tools.dependencies import pins
from tools.waivers import Waiver

Pinned = tuple[str, str]
#: A version that has been vulnerable for years is asked for, too. Who calls it clean, as a mirror that holds no
#: vulnerabilities does, knows nothing of the others either.
CANARY: Pinned = ("django", "2.2")
#: Not --strict, with which one version that the service does not know would be all that is told.
OPTIONS = "--require-hashes --disable-pip --progress-spinner off --format json --aliases on --desc off"
#: What a waiver calls a version that the service does not know.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Vulnerability:
    """A known vulnerability of a version: its names, the service's own first, and the versions that mend it."""

    package: str
    version: str
    names: tuple[str, ...]
    mended: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether it is one: of a version that the service does not know, nobody can say."""
        return self.names != (UNKNOWN,)

    def waived(self, accepted: list[Waiver]) -> list[Waiver]:
        """The waivers that cover it; not to be known is accepted of one package, never of all."""
        able = (one for one in accepted if one.package or self.known)
        return [one for one in able if one.covers(*self.names, package=self.package)]

    def __str__(self) -> str:
        if not self.known:
            own = f'one of your own stands in waivers.toml, with id = "{UNKNOWN}" and package = "{self.package}"'
            return f"{self.package} {self.version}: the service does not know it; {own}"
        mended = f"mended in {', '.join(self.mended)}" if self.mended else "not mended yet"
        return f"{self.package} {self.version}: {', '.join(self.names)}, {mended}"


class NotKnown(Exception):
    """Why it cannot be told whether something is vulnerable, in one line."""


def files(versions: dict[Pinned, frozenset[str]]) -> list[dict[Pinned, frozenset[str]]]:
    """The versions, so divided that no name stands twice: most in the first, the second versions in the next."""
    parts: list[dict[Pinned, frozenset[str]]] = []
    for (name, version), hashes in sorted(versions.items()):
        part = next((part for part in parts if name not in {known for known, _ in part}), None)
        if part is None:
            parts.append(part := {})
        part[name, version] = hashes
    return parts


def audit(part: dict[Pinned, frozenset[str]], answer: int, limit: float) -> list[Vulnerability]:
    """What is known of these versions: within `answer` seconds for each, and `limit` altogether. Raises NotKnown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        lines = (" --hash=".join((f"{name}=={version}", *sorted(hashes))) for (name, version), hashes in part.items())
        path.write_text("\n".join(lines) + "\n", "utf-8")
        words = [sys.executable, "-m", "pip_audit", *OPTIONS.split(), "--timeout", str(answer), "--output", "stdout"]
        try:
            done = subprocess.run(
                [*words, "--requirement", str(path)], capture_output=True, text=True, check=False, timeout=limit
            )
        except subprocess.TimeoutExpired:
            raise NotKnown("no end of it within the time limit") from None
    try:
        told = json.loads(done.stdout)["dependencies"]
        versions = dict(part.keys())
        found = [one for each in told for one in _found(each, versions)]
        unknown = part.keys() - {(one["name"], one.get("version", versions[one["name"]])) for one in told}
    except (KeyError, TypeError, ValueError):
        raise NotKnown((done.stderr.strip() or f"pip-audit ended with {done.returncode}").splitlines()[-1]) from None
    if unknown:
        raise NotKnown(f"no answer for {', '.join('=='.join(version) for version in sorted(unknown))}")
    return found


def _found(told: dict[str, Any], versions: dict[str, str]) -> Iterator[Vulnerability]:
    if "skip_reason" in told:
        yield Vulnerability(told["name"], versions[told["name"]], (UNKNOWN,), ())
        return
    for known in told["vulns"]:
        names = (known["id"], *sorted(known["aliases"]))
        yield Vulnerability(told["name"], told["version"], names, tuple(known["fix_versions"]))


def everything(locked: dict[Pinned, frozenset[str]], answer: int, limit: int) -> tuple[list[Vulnerability], list[str]]:
    """What is known of all that is locked, and why it may be more."""
    found: list[Vulnerability] = []
    unknown: list[str] = []
    end = time.monotonic() + limit
    for part in files({CANARY: frozenset([f"sha256:{'0' * 64}"])} | locked):
        try:
            found += audit(part, answer, end - time.monotonic())
        except NotKnown as why:
            unknown.append(str(why))
    canary = [one for one in found if (one.package, one.version) == CANARY]
    if not unknown and not canary:
        unknown.append(f"the service calls {' '.join(CANARY)} clean, which it is not")
    elif not all(one.known for one in canary):
        unknown.append(f"the service does not know {' '.join(CANARY)}, which PyPI has")
        found = [one for one in found if one.known]
    return [one for one in found if (one.package, one.version) in locked], unknown


def main() -> int:
    words = argparse.ArgumentParser(description="Look for known vulnerabilities in all that is locked.")
    words.add_argument("locks", nargs="*", type=Path)
    words.add_argument("--answer", type=int, default=15, help="seconds that the service has for each answer")
    words.add_argument("--limit", type=int, default=600, help="seconds that it has altogether")
    given = words.parse_args()
    if not given.locks:
        sys.exit("audit.py LOCK …: say which locks")
    accepted = waivers.of("audit")
    locked: dict[Pinned, frozenset[str]] = {
        (canonicalize_name(pin.name), str(Version(pin.version))): pin.hashes
        for lock in given.locks
        for pin in pins.read(lock)
    }
    found, unknown = everything(locked, given.answer, given.limit)
    covered = {one: one.waived(accepted) for one in found}
    left = [one for one, by in covered.items() if not by]
    used = [one for by in covered.values() for one in by]
    # What nobody answered for may be what a waiver is about.
    for line in (*left, *waivers.told(used if unknown else accepted, used), *unknown):
        print(line)
    status = 1 if any(one.known for one in left) else 2 if left or unknown else 0
    why = "gave no answer" if unknown else "does not know every package"
    print(
        (
            f"audit: no known vulnerability in {len(locked)} locked versions{' but what is waived' if used else ''}",
            "audit: vulnerable; `make upgrade PACKAGE=…`, with COOLDOWN=0 where the mend is younger than a week",
            f"audit: not known, the vulnerability service {why}; this is no pass",
        )[status]
    )
    return status


if __name__ == "__main__":
    sys.exit(main())
