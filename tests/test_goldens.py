"""The golden specs give the stored trees, byte for byte. `make golden` stores what they give now."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping

import pytest
import yaml

from holdfast import lock, render, source, spec
from holdfast.catalogue import Catalogue, load
from holdfast.tree import Tree
from support import goldens

NAMES = list(goldens.specs(load(source.bundled())))
REFRESH = "if that is what you meant, run `make golden` and read the difference"


@pytest.fixture(scope="module")
def trees(catalogue: Catalogue) -> Mapping[str, Tree]:
    """Every golden as `holdfast new` writes it."""
    return goldens.trees(catalogue)


def test_every_part_of_the_template_is_in_a_golden(catalogue: Catalogue) -> None:
    """A new event source, resource kind or backend comes with an example, and is tested by it."""
    used: set[tuple[str, str]] = set()
    for name, text in goldens.specs(catalogue).items():
        found = spec.parse(text, catalogue, name=name)
        used |= {("events", function.event.kind) for function in found.functions}
        for function in found.functions:
            source = catalogue.parts["events", function.event.kind]
            used |= {("shared", part.name) for part in catalogue.shared(source, function.event.options)}
        for resource in found.resources:
            used |= {
                ("shared", part.name) for part in catalogue.shared(catalogue.parts["resources", resource.kind], {})
            }
        used |= {("resources", resource.kind) for resource in found.resources}
        used |= {(part.group, part.name) for part in catalogue.chosen(found.tables)}
    assert used == {key for key in catalogue.parts if key[1]}


def test_every_grant_is_in_a_golden(catalogue: Catalogue) -> None:
    given: set[tuple[str, str]] = set()
    for name, text in goldens.specs(catalogue).items():
        found = spec.parse(text, catalogue, name=name)
        kinds = {resource.name: resource.kind for resource in found.resources}
        given |= {(kinds[grant.resource], grant.name) for function in found.functions for grant in function.grants}
    offered = {
        (kind, rule.name)
        for kind, part in catalogue.group("resources").items()
        for rule in part.grants.rules.values()
        if not rule.event
    }
    assert given == offered


def _difference(stored: str, made: str, name: str) -> str:
    lines = difflib.unified_diff(stored.splitlines(True), made.splitlines(True), f"stored/{name}", f"made/{name}", n=1)
    return "".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_has_the_stored_files(name: str, trees: Mapping[str, Tree]) -> None:
    changed = _difference(goldens.stored_manifest(name), goldens.manifest(trees[name]), name)
    assert not changed, f"{REFRESH}\n{changed}"


def test_nothing_is_stored_that_no_spec_gives() -> None:
    assert sorted(path.stem for path in (goldens.STORED / "manifests").iterdir()) == sorted(NAMES), REFRESH


def test_the_example_has_the_stored_tree(trees: Mapping[str, Tree]) -> None:
    made, stored = goldens.readable(trees[goldens.FULL]), goldens.stored_tree(goldens.FULL)
    changed = "".join(
        _difference(stored.get(path, b"").decode("utf-8"), made.get(path, b"").decode("utf-8"), path)
        for path in sorted(made.keys() | stored.keys())
    )
    assert not changed, f"{REFRESH}\n{changed}"


@pytest.mark.parametrize("name", NAMES)
def test_the_lock_renders_the_same_project(name: str, trees: Mapping[str, Tree], catalogue: Catalogue) -> None:
    """What holdfast.lock records is enough to make every managed file again, whatever holdfast.toml says by then."""
    record = lock.parse(trees[name][lock.FILE].content.decode("utf-8"))
    again = render.render(record.resolved(catalogue), catalogue)
    assert again == {path: file for path, file in trees[name].items() if path not in (lock.FILE, spec.FILE)}
    assert lock.make(record.resolved(catalogue), catalogue.template.ref, again) == record


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_text_that_any_system_can_hold(name: str, trees: Mapping[str, Tree]) -> None:
    for path, file in trees[name].items():
        text = file.content.decode("utf-8")
        assert "\r" not in text, path
        assert not text or text.endswith("\n"), f"{path} does not end its last line"
        assert not any(line.endswith((" ", "\t")) for line in text.split("\n")), f"{path} has spaces at a line's end"


def test_free_text_arrives_as_it_was_written(trees: Mapping[str, Tree], catalogue: Catalogue) -> None:
    """Where a reader of the format finds it, a hostile text is itself again."""
    hostile = spec.parse(goldens.specs(catalogue)["hostile"], catalogue)
    description = hostile.tables["project"]["description"]
    tree = trees["hostile"]
    assert tomllib.loads(tree["pyproject.toml"].content.decode("utf-8"))["project"]["description"] == description
    assert json.loads(tree[lock.FILE].content)["spec"]["project"]["description"] == description
    template = yaml.load(tree["template.yaml"].content, Loader=yaml.BaseLoader)  # noqa: S506, it makes texts alone
    environment = template["Resources"]["YesFunction"]["Properties"]["Environment"]["Variables"]
    given = hostile.functions[0].options["environment"]
    assert isinstance(given, dict)
    assert {name: environment[name] for name in given} == given
