"""`--fix` takes the grants out of holdfast.toml that are certainly unused, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from holdfast import project, pruning, spec, tree
from holdfast.catalogue import Catalogue
from holdfast.commands.privileges import privileges
from holdfast.errors import HoldfastError
from holdfast.reports import privileges as report
from minimal import ROOT

SPEC = """\
schema = 1

[project]
name = "shop"   # The shop.
owner = "payments"

[resources.orders]
kind = "table"
[resources.archive]
kind = "table"
[resources.inbox]
kind = "queue"

# Takes an order.
[functions.take]
event = { kind = "http-api", route = "POST /orders" }
grants = [
  "orders:put",  # keeps it
  "archive:put", # and keeps it again
  "orders:scan",
  "inbox:send",
]
timeout = 5

[functions.show]
event = { kind = "http-api", route = "GET /orders" }
grants = ["orders:get", "orders:query"]
"""
HANDLER = """\
from ... import resources
from ...guard import Context, guarded, log
from ...guard.sources.http_api import http_api
from .event import {model}


@guarded(http_api({model}))
def handler(event: {model}, context: Context) -> None:
    {body}
"""


@pytest.fixture
def shop(tmp_path: Path, catalogue: Catalogue) -> Path:
    """A service whose handlers use less than they were granted."""
    tree.write(project.files(spec.parse(SPEC, catalogue, name="shop"), SPEC, catalogue), tmp_path)
    write(tmp_path, "take", 'resources.orders().put_item(Item={"id": event.id})')
    write(tmp_path, "show", 'resources.orders().get_item(Key={"id": event.id})')
    return tmp_path


def write(shop: Path, function: str, body: str) -> None:
    (shop / f"src/shop/functions/{function}/handler.py").write_text(
        HANDLER.format(model=function.capitalize(), body=body), encoding="utf-8"
    )


def test_what_is_certainly_unused_is_taken_out(shop: Path, catalogue: Catalogue) -> None:
    """Comments and order stay, in the list too; of two grants with the same actions only the idle one goes."""
    template = (shop / "template.yaml").read_bytes()
    outcome = privileges(shop, catalogue, fix=True)
    assert outcome.removed == {"take": ("archive:put", "orders:scan", "inbox:send"), "show": ("orders:query",)}
    edited = (shop / "holdfast.toml").read_text(encoding="utf-8")
    expected = SPEC.replace('  "archive:put", # and keeps it again\n', "").replace('  "orders:scan",\n', "")
    expected = expected.replace('  "inbox:send",\n', "").replace(', "orders:query"', "")
    assert edited == expected
    assert (shop / "template.yaml").read_bytes() == template
    printed = report.text(outcome)
    assert "removed from holdfast.toml: archive:put, orders:scan, inbox:send of take\n" in printed
    assert "template.yaml still has the rights: its roles must follow (`holdfast sync`, or by hand).\n" in printed
    assert json.loads(report.as_json(outcome))["removed"]["show"] == ["orders:query"]


def test_nothing_changes_without_fix(shop: Path, catalogue: Catalogue) -> None:
    outcome = privileges(shop, catalogue, fix=False)
    assert not outcome.clean
    assert (shop / "holdfast.toml").read_text(encoding="utf-8") == SPEC
    idle = [one.grant for verdict in outcome.verdicts for one in verdict.unused]
    assert idle == ["ArchiveTablePut", "OrdersTableScan", "InboxQueueSend", "OrdersTableQuery"]


def test_what_something_unresolved_may_use_stays(shop: Path, catalogue: Catalogue) -> None:
    """A method of a table that nobody knows may be any of the table's, and of the other table's; it sends nothing."""
    write(shop, "take", "getattr(resources.orders().meta.client, event.id)()")
    outcome = privileges(shop, catalogue, fix=True)
    assert outcome.removed == {"take": ("inbox:send",), "show": ("orders:query",)}
    take, _ = sorted(outcome.verdicts, key=lambda verdict: verdict.function, reverse=True)
    (place,) = {place for idle in take.unused for place in idle.unless}
    assert str(place) == "src/shop/functions/take/handler.py:9"
    assert f"unless {place} uses it" in report.text(outcome)


def test_what_is_missing_names_the_grants_that_would_give_it(tmp_path: Path, catalogue: Catalogue) -> None:
    """On every resource that the call may be for; none that would widen what the function has a part of."""
    text = SPEC.replace('"orders:get", "orders:query"', '"orders:query(by-day)"')
    text = text.replace("[resources.archive]", 'indexes = { by-day = "day" }\n[resources.archive]')
    tree.write(project.files(spec.parse(text, catalogue, name="shop"), text, catalogue), tmp_path)
    write(tmp_path, "show", 'resources.orders().query(), resources.archive().get_item(Key={"id": event.id})')
    write(tmp_path, "take", "resources.inbox().delete(), resources.archive().scan()")
    outcome = privileges(tmp_path, catalogue, fix=False)
    gaps = {gap.action: gap.grants for verdict in outcome.verdicts for gap in verdict.missing}
    assert gaps == {
        "sqs:DeleteQueue": (),
        "dynamodb:Scan": ("archive:scan",),
        "dynamodb:Query": (),
        "dynamodb:GetItem": ("orders:get", "archive:get"),  # Without a grant no variable says which table it is.
    }
    assert "; holdfast add grant show orders:get or archive:get\n" in report.text(outcome)
    (take,) = (one for one in json.loads(report.as_json(outcome))["functions"] if one["function"] == "take")
    assert [gap["grants"] for gap in take["missing"]] == [["archive:scan"], []]


def test_a_grant_with_an_argument(catalogue: Catalogue) -> None:
    text = '[functions.a]\ngrants = ["files:put(daily/)", "files:put(weekly/)"]\n'
    edited = pruning.without_grants(text, {"a": ("files:put(daily/)",)}, name="holdfast.toml")
    assert edited == '[functions.a]\ngrants = ["files:put(weekly/)"]\n'


@pytest.mark.parametrize(
    "text",
    [
        'functions.a.grants = ["x:y"]\n',
        'functions = {a = {grants = ["x:y"]}}\n',
        '[functions]\na = {grants = ["x:y"]}\n',
        "[functions.a]\ngrants = [\n  # why\n  'x:y',\n]\r\n",
    ],
)
def test_any_way_to_write_it(text: str) -> None:
    import tomllib

    edited = pruning.without_grants(text, {"a": ("x:y",)}, name="holdfast.toml")
    assert tomllib.loads(edited) == {"functions": {"a": {"grants": []}}}


def test_no_spec_nothing_to_fix(tmp_path: Path, catalogue: Catalogue) -> None:
    with pytest.raises(HoldfastError, match=r"--fix takes grants out of holdfast\.toml, and there is none; edit the"):
        privileges(tmp_path, catalogue, fix=True)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "holdfast", "privileges", *arguments]
    environment = {"PYTHONPATH": str(ROOT / "generator"), "HOME": "/nonexistent", "PATH": ""}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command(shop: Path) -> None:
    """Findings are 1 and a list; a clean service is 0; what is wrong with the arguments is 2 and one line."""
    done = run(str(shop))
    assert (done.returncode, done.stderr) == (1, "")
    assert "take\n  unused     ArchiveTablePut: dynamodb:PutItem on table/shop-dev-archive (take)\n" in done.stdout
    assert done.stdout.endswith("2 functions: 0 missing, 4 unused, 0 unresolved.\n")
    again = run(str(shop), "--format", "json")
    assert (again.returncode, json.loads(again.stdout)["clean"]) == (1, False)
    clean = run(str(ROOT / "tests/golden/orders"))
    assert (clean.returncode, clean.stdout) == (0, "3 functions: 0 missing, 0 unused, 0 unresolved.\n")
    wrong = run(str(shop / "nowhere"))
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.endswith("nowhere: it is no folder; give the folder of a service\n")
    (shop / "holdfast.toml").write_text("[", encoding="utf-8")
    broken = run(str(shop))
    assert broken.returncode == 2
    assert broken.stderr.startswith("holdfast: holdfast.toml: not TOML: ")
