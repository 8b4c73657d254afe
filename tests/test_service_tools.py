"""What the Makefile of a service calls, run for real: `make invoke` shows what a function did."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import tools


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example on disk."""
    text = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    place = tmp_path_factory.mktemp("tools") / "orders"
    place.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
    return place


def invoke(service: Path, function: str, event: str) -> CompletedProcess[str]:
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    commands = tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))
    return tools.attempt([str(commands / "python"), "-m", "tools.invoke", function, event], cwd=service)


def test_invoke_runs_a_function_and_shows_what_it_did(service: Path) -> None:
    done = invoke(service, "place-order", "events/place_order.json")
    assert done.returncode == 0, done.stdout
    assert '"statusCode": 200' in done.stdout
    assert '"message":"place-order done"' in done.stdout
    identity = json.loads(json.loads((service / "events/place_order.json").read_text())["body"])["id"]
    assert f'table orders-local-orders: {{"id": "{identity}"}}' in done.stdout
    assert f'queue orders-local-inbox: {{"id":"{identity}"}}' in done.stdout


WRONG = {
    ("ship", "events/place_order.json"): "ship",
    ("place-order", "events/nothing.json"): "events/nothing.json",
    ("", ""): "FUNCTION",
}


@pytest.mark.parametrize("words", WRONG)
def test_invoke_says_in_one_line_what_is_wrong(service: Path, words: tuple[str, str]) -> None:
    done = invoke(service, *words)
    assert done.returncode != 0
    assert done.stdout.count("\n") == 1, done.stdout
    assert WRONG[words] in done.stdout
