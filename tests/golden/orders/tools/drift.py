"""Is the service what holdfast made of holdfast.toml, where that protects it? It needs the standard library alone.

What guards the service must be as holdfast.lock says, byte for byte but for line ends; other files that holdfast keeps
are named where they were changed, which is allowed. Seeded and derived files are the service's own. A key that was
taken out of holdfast.toml, so that its default counts again, only `holdfast sync` sees: the lock holds no defaults.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools import waivers

SPEC, LOCK = Path("holdfast.toml"), Path("holdfast.lock")
#: What nobody changes without a waiver: what stands between an event and the code, what checks that, and what runs it.
GUARDING = (
    "src/*/guard/*",
    "tests/guard/*",
    "tools/*",
    ".github/*",
)
#: What bots raise, as holdfast wrote it: another version with its digest in its place is no drift.
PINS: tuple[str, ...] = (
    "actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2",
    "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
)


def unapplied(asked: Mapping[str, Any], applied: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Where holdfast.toml asks for something else than was applied last, key by key."""
    for key, value in asked.items():
        place = f"{where}.{key}" if where else key
        if key not in applied:
            yield f"{place} is new"
        elif isinstance(value, dict) and isinstance(applied[key], dict):
            yield from unapplied(value, applied[key], place)
        elif value != applied[key]:
            yield f"{place} is {_shown(value)}, and {_shown(applied[key])} was applied"
    for table in () if where else ("functions", "resources"):
        for name in applied.get(table, {}).keys() - asked.get(table, {}).keys():
            yield f"{table}.{name} was taken out"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"


def state(path: Path, sha256: str) -> str:
    """`missing`, `changed`, or nothing where the file is as it was written."""
    if path.is_symlink():
        return "changed"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "changed"
    unix = content.replace(b"\r\n", b"\n")
    pinned = unix
    for pin in PINS:
        pinned = re.sub(_any_version(pin).encode(), pin.encode(), pinned)
    return "" if sha256 in {hashlib.sha256(text).hexdigest() for text in (content, unix, pinned)} else "changed"


def _any_version(pin: str) -> str:
    """What matches the pin with any digest and any number in the place of its own."""
    digest = re.sub(r"[0-9a-f]{40,64}", lambda found: "[0-9a-f]" * len(found[0]), re.escape(pin))
    return re.sub(r"[0-9]+(?:\\\.[0-9]+)+", "[0-9]+(?:[.][0-9]+)*", digest)


def guarding(path: str) -> bool:
    """Whether a file is one of those that protect the service."""
    return any(fnmatchcase(path, pattern) for pattern in GUARDING)


def main() -> int:
    try:
        asked = tomllib.loads(SPEC.read_text("utf-8"))
        lock = json.loads(LOCK.read_text("utf-8"))
        applied = lock["spec"]
        written = {path: entry["sha256"] for path, entry in lock["files"].items() if entry["kind"] == "managed"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.exit(f"drift: {SPEC} and {LOCK} must be there, and as holdfast wrote them: {error}")
    found = [(str(SPEC), line) for line in sorted(unapplied(asked, applied))]
    states = {path: state(Path(path), digest) for path, digest in sorted(written.items())}
    found += [(path, state) for path, state in states.items() if state and guarding(path)]
    accepted = waivers.of("drift")
    used = [waiver for waiver in accepted if any(waiver.covers(path) for path, _ in found)]
    left = [(path, line) for path, line in found if not any(waiver.covers(path) for waiver in accepted)]
    for path, line in left:
        print(f"{path}: {line}")
    for line in waivers.told(accepted, used):
        print(line)
    if own := [path for path, state in states.items() if state and not guarding(path)]:
        print(f"changed here, as may be: {', '.join(own)}")
    if left:
        print("drift: `holdfast sync` applies holdfast.toml, git brings a file back, waivers.toml accepts it")
        return 1
    print(f"drift: none, in {sum(map(guarding, written))} files that guard the service and {SPEC}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
