"""waivers.toml of a service: what was accepted, why, and until when; anything else in it is refused in one line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from support import service_tools

TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def waivers() -> ModuleType:
    return service_tools.module("tools.waivers")


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "waivers.toml").write_text(text, encoding="utf-8")
    return tmp_path / "waivers.toml"


def entry(**keys: str) -> str:
    """A waiver that is as it should be, but for `keys` (TOML); an empty one is left out."""
    whole = {"rule": '"audit"', "id": '"CVE-2026-1"', "reason": '"Not reached"', "until": "2027-01-31"} | keys
    return "[[waivers]]\n" + "".join(f"{key} = {value}\n" for key, value in whole.items() if value)


def test_a_new_service_accepts_nothing_and_says_how_it_could(waivers: ModuleType, tmp_path: Path) -> None:
    text = (service_tools.FOLDER / "waivers.toml").read_text(encoding="utf-8")
    assert waivers.of("audit", written(tmp_path, text), TODAY) == []
    (example,) = waivers.of("audit", written(tmp_path, ("\n" + text).replace("\n# ", "\n").partition("#\n")[2]), TODAY)
    assert (example.id, example.package, example.until) == ("CVE-2026-12345", "requests", date(2027, 1, 31))
    assert waivers.of("audit", tmp_path / "absent.toml", TODAY) == []


def test_a_tool_sees_the_waivers_of_its_own_rule(waivers: ModuleType, tmp_path: Path) -> None:
    text = entry(until=str(TODAY)) + entry(rule='"drift"', id='"Makefile"', until="2026-01-01")
    assert [str(waiver) for waiver in waivers.of("audit", written(tmp_path, text), TODAY)] == ["audit CVE-2026-1"]


@pytest.mark.parametrize(
    ("package", "names", "of", "covered"),
    [
        ("", ("PYSEC-9", "cve-2026-1"), "urllib3", True),
        ("", ("PYSEC-9",), "urllib3", False),
        ('"Charset_Normalizer"', ("CVE-2026-1",), "charset-normalizer", True),
        ('"requests"', ("CVE-2026-1",), "urllib3", False),
    ],
)
def test_a_waiver_covers_a_finding_by_any_of_its_names(
    waivers: ModuleType, tmp_path: Path, package: str, names: tuple[str, ...], of: str, covered: bool
) -> None:
    (waiver,) = waivers.of("audit", written(tmp_path, entry(package=package)), TODAY)
    assert waiver.covers(*names, package=of) is covered


def test_each_waiver_is_told(waivers: ModuleType, tmp_path: Path) -> None:
    used, idle = waivers.of("audit", written(tmp_path, entry() + entry(id='"CVE-2026-2"')), TODAY)
    assert waivers.told([used, idle], [used]) == [
        "waived until 2027-01-31: audit CVE-2026-1: Not reached",
        "waivers.toml: audit CVE-2026-2 is accepted but not found: take the waiver out",
    ]


REFUSED = {
    "expired": (entry(until="2026-11-26"), "audit CVE-2026-1 was accepted until 2026-11-26: mend what it is about"),
    "too distant": (entry(until=str(TODAY + timedelta(days=367))), "waiver 1: until 2027-11-29 is more than a year"),
    "no end": (entry(until=""), "waiver 1: until is missing or no day"),
    "an end in quotes": (entry(until='"2027-01-31"'), "waiver 1: until is missing or no day"),
    "an end with a time": (entry(until="2027-01-31T10:00:00Z"), "waiver 1: until is missing or no day"),
    "no reason": (entry() + entry(reason=""), "waiver 2: reason is missing or no line of text"),
    "an empty reason": (entry(reason='"  "'), "waiver 1: reason is missing or no line of text"),
    "two lines": (entry(reason=r'"a\nb"'), "waiver 1: reason is missing or no line of text"),
    "no id": (entry(id=""), "waiver 1: id is missing or no line of text"),
    "an unknown key": (entry(untill="2027-01-31"), "waiver 1: unknown key untill: there are rule, id, package"),
    "an unknown rule": (entry(rule='"adit"'), "waiver 1: no rule is called adit: there are audit, drift"),
    "a package of a file": (entry(rule='"drift"', package='"a"'), "waiver 1: package is not for drift"),
    "another table": ("[waiver]\n", "holds [[waivers]] and nothing else, not waiver"),
    "one table": (entry().replace("[[waivers]]", "[waivers]"), "holds [[waivers]] and nothing else, not [waivers]"),
    "no table": ("waivers = [1]\n", "waiver 1: is no table: write [[waivers]] above it"),
    "no TOML": ("[[waivers", "no TOML: "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_waiver_is_refused_in_one_line(waivers: ModuleType, tmp_path: Path, name: str) -> None:
    text, said = REFUSED[name]
    with pytest.raises(SystemExit) as refused:
        waivers.of("audit", written(tmp_path, text), TODAY)
    assert str(refused.value).startswith(f"{tmp_path / 'waivers.toml'}: {said}")
    assert "\n" not in str(refused.value)
