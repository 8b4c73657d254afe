"""Well-formed events, as AWS documents them with and without their optional fields, are accepted by every source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holdfast import source, tree
from holdfast.catalogue import Catalogue, load
from minimal import ROOT
from support import goldens, tools

EVENTS = ROOT / "tests/support/accepted"
KINDS = list(load(source.bundled()).group("events"))


@pytest.fixture(scope="module")
def judged(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What is wrong with each variant of each kind; all of them in one process of a service's own environment."""
    root = tmp_path_factory.mktemp("accepted")
    trees = goldens.trees(catalogue)
    words: list[str] = []
    for kind in KINDS:
        files = {path: file for path, file in trees[f"events-{kind}"].items() if path.startswith("src/")}
        (root / kind).mkdir()
        tree.write(files, root / kind)
        words += [str(root / kind), str(EVENTS / f"{kind}.json")]
    lock = trees[goldens.FULL]["requirements-dev.txt"].content.decode("utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))
    script = Path(__file__).parent / "support/accepted_cases.py"
    printed = tools.run([str(commands / "python"), str(script), *words])
    found: dict[str, dict[str, str]] = json.loads(printed)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_well_formed_events_are_accepted(kind: str, judged: dict[str, dict[str, str]]) -> None:
    assert len(judged[kind]) >= 2, f"tests/support/accepted/{kind}.json: the least and the most that AWS sends"
    wrong = {name: what for name, what in judged[kind].items() if what}
    assert not wrong


def test_nothing_is_stored_for_a_source_that_is_not_there() -> None:
    assert {path.stem for path in EVENTS.iterdir()} == set(KINDS)
