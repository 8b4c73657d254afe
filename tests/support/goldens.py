"""The golden services: stored specs, and one for each part of the template, made from the part's own example.

`make golden` runs this module: it stores what they become now, in full for `orders`, as a list of digests for the others.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from holdfast import gather, project, render, source, spec
from holdfast.catalogue import Catalogue, load
from holdfast.lock import FILE as LOCK
from holdfast.tree import Tree

ROOT = Path(__file__).resolve().parents[2]
STORED = ROOT / "tests/golden"
#: The one whose tree is stored in full.
FULL = "orders"
#: The picture of that one.
PICTURE = STORED / "maps/orders.svg"
OWNER = "payments"


def specs(catalogue: Catalogue) -> Mapping[str, str]:
    """The text of each golden's holdfast.toml, by name; the same for the whole run."""
    digest = catalogue.template.ref.digest
    if digest not in _SPECS:
        _SPECS[digest] = _specs(catalogue)
    return _SPECS[digest]


_SPECS: dict[str, Mapping[str, str]] = {}


def _specs(catalogue: Catalogue) -> dict[str, str]:
    found = {"defaults": _dumped(catalogue, {**gather.preset(gather.Request(defaults=True), catalogue)}, "defaults")}
    found[FULL] = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    for group in ("events", "resources"):
        for name, part in catalogue.group(group).items():
            found[f"{group}-{name}"] = _dumped(catalogue, part.example, f"{group}-{name}")
    for group, key in catalogue.choices.items():
        (usual,) = (question.default for question in catalogue.tables[group] if question.key == key)
        for name in catalogue.group(group):
            if name == usual:
                continue
            own = catalogue.group(group)[name].example
            given = own.get(group, {})
            chosen = {key: name, **(given if isinstance(given, dict) else {})}
            example = {**catalogue.defaults, **own, group: chosen}
            found[f"{group}-{name}"] = _dumped(catalogue, example, f"{group}-{name}")
    for path in sorted((STORED / "specs").glob("*.toml")):
        found[path.stem] = path.read_text(encoding="utf-8")
    return found


def _dumped(catalogue: Catalogue, data: Mapping[str, object], name: str) -> str:
    given = data.get("project", {})
    answers = {"owner": OWNER, **given} if isinstance(given, dict) else {}
    answers["name"] = name[: spec.LONGEST_PROJECT].rstrip("-")
    return spec.dump(spec.from_data({**data, "project": answers}, catalogue, name=name), catalogue)


class Trees(Mapping[str, Tree]):
    """Every golden as `holdfast new` writes it, rendered when it is asked for, and once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._specs = specs(catalogue)
        self._rendered: dict[str, Tree] = {}

    def __getitem__(self, name: str) -> Tree:
        if name not in self._rendered:
            text = self._specs[name]
            self._rendered[name] = project.files(spec.parse(text, self._catalogue, name=name), text, self._catalogue)
        return self._rendered[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


def trees(catalogue: Catalogue) -> Trees:
    """The golden trees of a template, the same for the whole run."""
    digest = catalogue.template.ref.digest
    if digest not in _TREES:
        _TREES[digest] = Trees(catalogue)
    return _TREES[digest]


_TREES: dict[str, Trees] = {}


def readable(tree: Tree) -> dict[str, bytes]:
    """What is worth reading in a review: not the locks, which are the vetted ones, nor what follows from the rest."""
    return {path: tree[path].content for path in tree if path != LOCK and b"--hash=sha256:" not in tree[path].content}


def manifest(tree: Tree) -> str:
    """A line for each file but the lock: its kind, whether it is executable, the first digits of its sha256, its path."""
    rows = (
        f"{tree[path].kind:<8}{'x' if tree[path].executable else '-'} {_digest(tree[path].content)} {path}\n"
        for path in tree
        if path != LOCK
    )
    return "".join(rows)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def stored_tree(name: str) -> dict[str, bytes]:
    """The files of a golden whose tree is stored in full."""
    root = STORED / name
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def stored_manifest(name: str) -> str:
    """The list of a golden's files as it was stored."""
    return (STORED / "manifests" / f"{name}.txt").read_text(encoding="utf-8")


def picture(catalogue: Catalogue) -> str:
    """What `holdfast map --format svg` draws of the golden whose tree is stored in full."""
    from holdfast.drawing import svg

    return svg.draw(render.graph_of(spec.parse(specs(catalogue)[FULL], catalogue), catalogue))


def store(catalogue: Catalogue) -> None:
    """Replace what is stored by what the engine renders now."""
    shutil.rmtree(STORED / FULL, ignore_errors=True)
    shutil.rmtree(STORED / "manifests", ignore_errors=True)
    (STORED / "manifests").mkdir()
    for name, tree in trees(catalogue).items():
        (STORED / "manifests" / f"{name}.txt").write_text(manifest(tree), encoding="utf-8", newline="\n")
        for path, content in readable(tree).items() if name == FULL else ():
            (STORED / name / path).parent.mkdir(parents=True, exist_ok=True)
            (STORED / name / path).write_bytes(content)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(catalogue), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    store(load(source.bundled()))
