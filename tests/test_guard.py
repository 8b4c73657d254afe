"""The guard of a generated service, promise by promise; the cases run inside a service, where its package can be imported."""

from __future__ import annotations

import ast
import shutil
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from minimal import ROOT
from support import tools

CASES = [Path(__file__).parent / f"support/{name}_cases.py" for name in ("guard", "flat")]
NAMES = [
    node.name
    for cases in CASES
    for node in ast.parse(cases.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


@pytest.fixture(scope="module")
def service(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's example on disk."""
    text = (ROOT / "examples/orders.toml").read_text(encoding="utf-8")
    place = tmp_path_factory.mktemp("guard") / "orders"
    place.mkdir()
    tree.write(project.files(spec.parse(text, catalogue), text, catalogue), place)
    return place


@pytest.fixture(scope="module")
def commands(service: Path) -> Path:
    lock = (service / "requirements-dev.txt").read_text(encoding="utf-8")
    return tools.environment(lock, ("3.13", "3.12", "3.11", "3.14"))


@pytest.fixture(scope="module")
def results(service: Path, commands: Path) -> dict[str, list[str]]:
    """What went wrong in each case, by its name; a case that did not run has no entry."""
    files = [f"tests/guard/test_{cases.name}" for cases in CASES]
    for cases, file in zip(CASES, files, strict=True):
        shutil.copy(cases, service / file)
    report = service / "report.xml"
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *files, f"--junitxml={report}"]
    printed = tools.attempt([str(commands / "python"), *words], cwd=service).stdout
    assert report.is_file(), printed
    found: dict[str, list[str]] = defaultdict(list)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
        wrong = [f"{case.get('name')}:\n{part.text}" for part in case if part.tag in ("failure", "error", "skipped")]
        found[str(case.get("name")).partition("[")[0]] += wrong
    assert found, printed
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_guard_keeps_its_promise(name: str, results: dict[str, list[str]]) -> None:
    assert name in results, "it did not run"
    if results[name]:
        pytest.fail("\n".join(results[name]), pytrace=False)


MESSAGES = {
    'log.info(f"order {event.id}")': "G004",
    'log.warning("order {}".format(event.id))': "G001",
    'log.error("order " + event.id)': "G003",
    'log.debug("order %s" % event.id)': "G002",
}


@pytest.mark.parametrize("line", MESSAGES)
def test_a_log_message_made_of_an_event_does_not_pass_lint(service: Path, commands: Path, line: str) -> None:
    handler = service / "src/orders/functions/place_order/handler.py"
    written = handler.read_text(encoding="utf-8")
    changed = written.replace("    log.info(", f"    {line}\n    log.info(")
    assert changed != written
    handler.write_text(changed, encoding="utf-8")
    done = tools.attempt(
        [str(commands / "ruff"), "check", "--no-cache", "--output-format", "concise", str(handler)], cwd=service
    )
    handler.write_text(written, encoding="utf-8")
    assert done.returncode == 1
    assert f" {MESSAGES[line]} " in done.stdout, done.stdout


def test_a_sample_that_its_model_refuses_ends_the_tests_in_one_line(
    service: Path, commands: Path, tmp_path: Path
) -> None:
    """Whoever adds a field to a model has its sample to change, too, and is told so once."""
    place = shutil.copytree(service, tmp_path / "orders")
    sample = place / "events/place_order.json"
    sample.write_text(sample.read_text(encoding="utf-8").replace('{\\"id\\": ', '{\\"name\\": '), encoding="utf-8")
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for tests in ("test_attacks.py::test_the_sample_event_is_accepted", "test_facade.py"):
        done = tools.attempt([str(commands / "python"), *words, f"tests/guard/{tests}"], cwd=place)
        assert done.returncode == 1
        assert "Exit: events/place_order.json is refused: id missing, extra_forbidden; it must hold" in done.stdout
        assert "FAILED" not in done.stdout


def test_a_field_that_has_several_keys_is_attacked_by_each(service: Path, commands: Path, tmp_path: Path) -> None:
    """By that of the sample above all: what is sent by another is refused for that alone."""
    place = shutil.copytree(service, tmp_path / "orders")
    model, sample = place / "src/orders/functions/fulfil/event.py", place / "events/fulfil.json"
    text = model.read_text(encoding="utf-8").replace(
        "from ...guard", "from pydantic import AliasChoices, Field\n\nfrom ...guard", 1
    )
    alias = 'id: Ident = Field(validation_alias=AliasChoices("order_id", "key"))'
    model.write_text(text.replace("id: Ident", alias, 1), encoding="utf-8")
    sample.write_text(sample.read_text(encoding="utf-8").replace('{\\"id\\": ', '{\\"key\\": '), encoding="utf-8")
    words = ["-m", "pytest", "-vv", "-p", "no:cacheprovider", "tests/guard/test_attacks.py", "-k", "fulfil"]
    done = tools.attempt([str(commands / "python"), *words], cwd=place)
    assert done.returncode == 0, done.stdout
    attacked = {key for key in ("order_id", "key", "id") if f"fulfil-{key}-null" in done.stdout}
    assert attacked == {"order_id", "key"}, done.stdout
