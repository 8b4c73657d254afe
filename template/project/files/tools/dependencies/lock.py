"""The locks: made from pyproject.toml, or held against it.

`lock.py` adds what pyproject.toml asks for and keeps the rest, `lock.py --upgrade [PACKAGE …]` takes newer versions,
and `lock.py --check` changes nothing and fails where a lock holds other than what pyproject.toml leads to. The check
asks the index, too: what the packages say themselves is the only proof of why one is locked that pyproject.toml does
not name; a comment in the lock could say anything. Like `make lock` it keeps versions: no release changes its answer.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.dependencies import pins
from tools.dependencies.pins import Pin
from tools.dependencies.resolver import PROJECT, Resolver, Unsolvable, locks, requirement


def differences(locked: list[Pin], right: list[Pin]) -> Iterator[str]:
    """What pyproject.toml does not explain in a lock, package by package."""
    for name in sorted({pin.name for pin in (*locked, *right)}):
        old, new = ([pin for pin in side if pin.name == name] for side in (locked, right))
        if not new:
            yield f"{name} is locked, and nothing in {PROJECT} asks for it"
        elif not old:
            yield f"{name} is asked for, and not locked"
        elif sorted(map(str, old)) != sorted(map(str, new)):
            yield f"{', '.join(map(str, old))} is locked, and {PROJECT} leads to {', '.join(map(str, new))}"
        else:
            known = frozenset[str]().union(*(pin.hashes for pin in new))
            for pin in old:
                for digest in sorted(pin.hashes - known):
                    mend = f"`make upgrade PACKAGE={name}=={pin.version}`"
                    yield f"{name}: the index has no file with the hash {digest}; {mend} takes those that it has"


def changes(locked: list[Pin], made: list[Pin]) -> list[str]:
    """What became of each version that is not where it was."""
    old, new = pins.newest(locked), pins.newest(made)
    return [
        f"{name} {' -> '.join(str(side[name]) if name in side else 'nothing' for side in (old, new))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def stray(wanted: dict[Path, list[str]]) -> list[str]:
    """Locks that no group asks for."""
    found = sorted(set(Path("tools").glob("*.txt")) - wanted.keys())
    return [f"{lock}: {PROJECT} has no dependency group {lock.stem}: remove the file" for lock in found]


def check(resolver: Resolver, wanted: dict[Path, list[str]]) -> int:
    """Say what is not as pyproject.toml leads to."""
    found = stray(wanted)
    locked = {lock: pins.read(lock) for lock in wanted if lock.exists()}
    for lock, words in wanted.items():
        if lock in locked:
            # Without hashes, so that the index says which there are.
            held = [replace(pin, hashes=frozenset()) for pin in locked[lock]]
            found += [f"{lock}: {line}" for line in differences(locked[lock], resolver.lock(lock, words, held))]
        else:
            found.append(f"{lock}: is not there")
    for line in found:
        print(line)
    print(f"locked: not what {PROJECT} asks for; `make lock`" if found else f"locked: all that {PROJECT} asks for")
    return 1 if found else 0


def write(resolver: Resolver, wanted: dict[Path, list[str]]) -> int:
    """Write the locks, all or none, and say what changed."""
    # After a merge there may be anything in a lock: what is no version with its hash does not come back.
    before = {lock: pins.read(lock, mend=True) if lock.exists() else [] for lock in wanted}
    names = {pin.name for held in before.values() for pin in held}
    for package in resolver.packages:
        if canonicalize_name(requirement(package).name) not in names:
            sys.exit(f"{package}: no lock holds it; what is new is asked for in {PROJECT}, and `make lock`")
    made = {lock: resolver.lock(lock, words, before[lock]) for lock, words in wanted.items()}
    for lock, held in before.items():
        shutil.copyfile(resolver.folder / lock, lock)
        if changed := changes(held, made[lock]):
            print(f"{lock}: {', '.join(changed)}")
    for line in stray(wanted):
        print(line)
    return 0


def main() -> int:
    words = argparse.ArgumentParser(description=f"Make the locks from {PROJECT}, or hold them against it.")
    words.add_argument("--uv", default=".tools/uv/bin/uv")
    words.add_argument("--cooldown", type=int, default=7, help="days that a release waits before it is taken")
    words.add_argument("--check", action="store_true", help="write nothing; fail where a lock holds anything else")
    words.add_argument("--upgrade", nargs="*", metavar="PACKAGE", help="take newer versions, of these or of all")
    given = words.parse_args()
    wanted = locks(PROJECT)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "tools").mkdir()
        for path in (PROJECT, Path("uv.toml")):
            if path.exists():
                shutil.copyfile(path, folder / path)
        uv = str(Path(given.uv).absolute())
        packages = tuple(" ".join(given.upgrade or ()).split())
        resolver = Resolver(uv, folder, given.cooldown, given.upgrade is not None, packages)
        try:
            return check(resolver, wanted) if given.check else write(resolver, wanted)
        except Unsolvable as error:
            sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
