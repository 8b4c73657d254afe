"""The documentation is about this version: derived pages are fresh, links lead somewhere, commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast import __version__
from holdfast.catalogue import Catalogue
from minimal import ROOT
from scripts import spec_docs

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "releases").glob("*.md")])
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SLOT = re.compile(r"""\{% slot (.+?) %\}|slot\((.+?)(?:, (?:default|separator|block)=.+?)?\)""")


def prose(page: Path) -> str:
    """A page without its examples."""
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def test_the_reference_of_the_spec_is_that_of_the_template(catalogue: Catalogue) -> None:
    assert spec_docs.PAGE.read_text(encoding="utf-8") == spec_docs.page(catalogue), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose(page))
    missing = [t for t in targets if not t.startswith("https://") and not (page.parent / t).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_named_in_the_documentation_exist(page: Path) -> None:
    """Those in backticks that begin with one of the repository's own folders and leave no name open."""
    named = re.findall(
        r"`((?:template|generator|tests(?!/guard)|scripts|releases|examples|hooks|docs)/[^`\s<>{}…]*)`", prose(page)
    )
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_named_in_the_documentation_exist(page: Path) -> None:
    makefiles = (
        ROOT / "Makefile",
        ROOT / "template/project/files/Makefile",
        *ROOT.glob("template/**/slots/Makefile/targets"),
    )
    targets = {t for m in makefiles for t in re.findall(r"^([a-z]+):", m.read_text(encoding="utf-8"), re.MULTILINE)}
    named = re.findall(r"^make ([a-z]+)|`make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {one or other for one, other in named} <= targets


def test_every_slot_of_the_template_is_documented(catalogue: Catalogue) -> None:
    """And no slot is documented that no file places."""
    page = (ROOT / "docs/template.md").read_text(encoding="utf-8")
    table = page[page.index("| slot of the bundled template |") : page.index("## Try it")]
    documented = set(re.findall(r"`([^`]+/[^`]+)`", table))
    placed = set()
    for path, content in catalogue.template.files.items():
        if path.startswith("template/locks/"):
            continue
        for one, other in _SLOT.findall(content.decode("utf-8")):
            placed.add(re.sub(r'^(\w+\.id) ~ "(.+)"$', r"{{ \1 }}\2", one or other).strip('"'))
    assert documented == placed


def test_the_changelog_names_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(?:{re.escape(__version__)}|Unreleased)\]", text, re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert re.findall(r"^([a-z]+):.* ## ", makefile, re.MULTILINE) == phony.split()
