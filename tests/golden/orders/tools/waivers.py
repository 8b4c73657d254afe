"""Findings that are accepted on purpose: waivers.toml, for every tool that finds something.

    accepted = waivers.of("audit")
    if any(waiver.covers("CVE-2026-12345", package="requests") for waiver in accepted): …

A tool asks for the waivers of its own rule, leaves out of its findings what they cover, and says with `told` which did.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

FILE = Path("waivers.toml")
#: Whose findings can be waived, and whether a waiver may be for one package alone.
RULES = {"audit": True, "drift": False}
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Waiver:
    """A finding that is accepted, up to and including the day `until` (UTC); without `package`, in all of them."""

    rule: str
    id: str
    reason: str
    until: date
    package: str = ""

    def covers(self, *names: str, package: str = "") -> bool:
        """Whether it is for the finding that has one of these names, in this package."""
        same = self.id.casefold() in (name.casefold() for name in names)
        return same and _plain(self.package) in ("", _plain(package))

    def __str__(self) -> str:
        return f"{self.rule} {self.id}{f' of {self.package}' if self.package else ''}"


def of(rule: str, file: Path = FILE, today: date | None = None) -> list[Waiver]:
    """The waivers of one rule; none where there is no file.

    Ends the program, in one line, where any entry of the file is not as it should be or one of this rule has expired.
    """
    today = today or datetime.now(UTC).date()
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        sys.exit(f"{file}: no TOML: {error}")
    entries = content.pop("waivers", [])
    if content or not isinstance(entries, list):
        sys.exit(f"{file}: holds [[waivers]] and nothing else, not {', '.join(content) or '[waivers]'}")
    found = []
    for number, entry in enumerate(entries, 1):
        try:
            found.append(_read(entry, today))
        except ValueError as error:
            sys.exit(f"{file}: waiver {number}: {error}")
    for waiver in found:
        if waiver.rule == rule and waiver.until < today:
            sys.exit(f"{file}: {waiver} was accepted until {waiver.until}: mend what it is about, or decide again")
    return [waiver for waiver in found if waiver.rule == rule]


def told(accepted: Collection[Waiver], used: Collection[Waiver], file: Path = FILE) -> list[str]:
    """A line for each waiver: what it was used for, or that it can go."""
    return [
        f"waived until {waiver.until}: {waiver}: {waiver.reason}"
        if waiver in used
        else f"{file}: {waiver} is accepted but not found: take the waiver out"
        for waiver in accepted
    ]


def _read(entry: object, today: date) -> Waiver:
    """One entry, or ValueError with what is wrong."""
    if not isinstance(entry, dict):
        raise ValueError("is no table: write [[waivers]] above it")
    if unknown := sorted(entry.keys() - Waiver.__dataclass_fields__.keys()):
        raise ValueError(f"unknown key {', '.join(unknown)}: there are rule, id, package, reason and until")
    for key in ("rule", "id", "reason", *(["package"] if "package" in entry else [])):
        if not isinstance(entry.get(key), str) or not entry[key].strip() or not entry[key].isprintable():
            raise ValueError(f"{key} is missing or no line of text")
    if entry["rule"] not in RULES:
        raise ValueError(f"no rule is called {entry['rule']}: there are {', '.join(RULES)}")
    if "package" in entry and not RULES[entry["rule"]]:
        raise ValueError(f"package is not for {entry['rule']}")
    if type(entry.get("until")) is not date:
        raise ValueError("until is missing or no day: write it without quotes, as in until = 2027-01-31")
    if entry["until"] > today + LONGEST:
        raise ValueError(f"until {entry['until']} is more than a year away")
    return Waiver(**entry)


def _plain(package: str) -> str:
    """A package's name as indexes compare it."""
    return package.replace("_", "-").replace(".", "-").casefold()
