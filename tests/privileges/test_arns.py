"""One statement with several ARNs: which of them is unused, and which grant of holdfast.toml that is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from holdfast import project, spec, tree
from holdfast.catalogue import Catalogue
from holdfast.commands.privileges import Outcome, privileges
from holdfast.reports import privileges as report
from privileges.test_fix import HANDLER
from privileges.test_templates import function, verdict

SPEC = """\
schema = 1

[project]
name = "shop"
owner = "payments"

{roles}
[resources.reports]
kind = "bucket"
[resources.orders]
kind = "table"
indexes = {{ by-day = "day" }}
[resources.flags]
kind = "parameter"

[functions.take]
event = {{ kind = "http-api", route = "POST /orders" }}
grants = [{grants}]
"""
PLATFORM = '[roles]\nowner = "platform"\nteam = "acme/platform"\n'


def fixed(root: Path, catalogue: Catalogue, grants: str, body: str, roles: str = "") -> Outcome:
    """What `--fix` answers for a service with these grants, written as `a:b, c:d`, whose handler does this."""
    listed = ", ".join(f'"{grant}"' for grant in grants.split(", "))
    text = SPEC.format(grants=listed, roles=roles)
    tree.write(project.files(spec.parse(text, catalogue, name="shop"), text, catalogue), root)
    handler = HANDLER.format(model="Take", body=body)
    (root / "src/shop/functions/take/handler.py").write_text(handler, encoding="utf-8")
    resources = root / "src/shop/resources.py"
    accessor = re.sub(r"self\.name = .*", "self.name = _environ[variable]", resources.read_text(encoding="utf-8"))
    resources.write_text(accessor, encoding="utf-8")
    return privileges(root, catalogue, fix=True)


@pytest.mark.parametrize("roles", ["", PLATFORM], ids=["stack", "platform"])
@pytest.mark.parametrize(
    ("grants", "body", "removed"),
    [
        ("reports:put(a/), reports:put(b/)", 'reports().put_object(Key="a/x", Body=b"")', ["reports:put(b/)"]),
        (
            "reports:put(a/), reports:put(b/)",
            'reports().put_object(Key=f"a/{event.id}", Body=b"")',
            ["reports:put(b/)"],
        ),
        ("reports:put(a/), reports:put(b/)", 'reports().put_object(Key=event.id, Body=b"")', []),
        ("reports:put(a/), reports:put(b/)", "reports()", ["reports:put(a/)", "reports:put(b/)"]),
        ("reports:put, reports:put(b/)", 'reports().put_object(Key="a/x", Body=b"")', ["reports:put(b/)"]),
        ("orders:query, orders:query(by-day)", 'orders().query(IndexName="by-day")', ["orders:query"]),
        ("orders:query, orders:query(by-day)", "orders().query()", ["orders:query(by-day)"]),
        ("orders:query, orders:query(by-day)", "orders().query(IndexName=event.id)", ["orders:query"]),
        ("orders:query, orders:query(by-day)", 'orders().query(**({"IndexName": "by-day"} if event.id else {}))', []),
        ("orders:query, orders:query(by-day)", "orders().query(**event.model_dump())", []),
        ("orders:query, orders:query(by-day)", 'orders().query(**dict(IndexName="by-day"))', []),
        ("flags:get, flags:get(a)", "flags().get()", ["flags:get(a)"]),
        ("flags:get(a), flags:get(b)", 'flags().get("a")', ["flags:get(b)"]),
        ("flags:get(a), flags:get(b)", "flags().get(event.id)", []),
    ],
)
def test_grants_that_differ_in_their_argument(
    tmp_path: Path, catalogue: Catalogue, grants: str, body: str, removed: list[str], roles: str
) -> None:
    """Each goes by itself, where it is certain what every call is for."""
    outcome = fixed(tmp_path, catalogue, grants, f"resources.{body}", roles)
    assert list(outcome.removed.get("take", ())) == removed
    assert outcome.clean == (not removed)


def test_the_arn_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    outcome = fixed(tmp_path, catalogue, "orders:query, orders:query(by-day)", "resources.orders().query()")
    line = "  unused     OrdersTableQuery: dynamodb:Query on table/shop-dev-orders/index/by-day (take)\n"
    assert line in report.text(outcome)


def test_a_parameter_below_another_than_the_granted_one_is_missing(tmp_path: Path, catalogue: Catalogue) -> None:
    outcome = fixed(tmp_path, catalogue, "flags:get(a)", 'resources.flags().get("b")')
    (gap,) = outcome.verdicts[0].missing
    assert (gap.action, gap.resources) == ("ssm:GetParameter", ("parameter/shop/dev/flags/b",))
    assert gap.elsewhere == ("parameter/shop/dev/flags/a",)


def test_an_object_below_another_prefix_than_the_granted_one_is_missing(tmp_path: Path, catalogue: Catalogue) -> None:
    body = 'resources.reports().put_object(Key=f"b/{event.id}", Body=b"")'
    outcome = fixed(tmp_path, catalogue, "reports:put(a/)", body)
    assert [gap.action for gap in outcome.verdicts[0].missing] == ["s3:PutObject"]


def test_a_spec_that_our_template_does_not_know_loses_no_grant_for_one_arn(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """What each of its grants is for is not known then."""
    fixed(tmp_path, catalogue, "reports:put, reports:put(b/)", 'resources.reports().put_object(Key="a", Body=b"")')
    text = SPEC.format(grants='"reports:put"', roles="") + "theirs = 1\n"
    (tmp_path / "holdfast.toml").write_text(text, encoding="utf-8")
    outcome = privileges(tmp_path, catalogue, fix=True)
    assert (outcome.clean, outcome.removed) == (False, {})


HEAD = "table/shop-${AWS::Region}-orders"


@pytest.mark.parametrize(
    ("resources", "unused"),
    [
        ("[!GetAtt Orders.Arn, !Sub '${Orders.Arn}-old']", [(f"{HEAD}-old",)]),
        ("[!GetAtt Orders.Arn, !Sub '${Orders.Arn}/index/*']", []),
        ("[!GetAtt Orders.Arn, !Sub '${Orders.Arn}/index/by-day']", [(f"{HEAD}/index/by-day",)]),
        ("[!GetAtt Orders.Arn, 'arn:aws:sqs:eu-west-1:1:inbox']", []),
        ("[!GetAtt Orders.Arn, !ImportValue other]", []),
        ("[!GetAtt Orders.Arn, '*']", []),
        ("!If [Old, !Sub '${Orders.Arn}-old', !GetAtt Orders.Arn]", []),
    ],
)
def test_the_arns_of_any_statement(tmp_path: Path, resources: str, unused: list[tuple[str, ...]]) -> None:
    """But not a table and all its indexes, what another service's, or what cannot be told."""
    statement = f"{{Effect: Allow, Action: dynamodb:GetItem, Resource: {resources}}}"
    found = verdict(tmp_path, function(f"Policies: [{{Statement: [{statement}]}}]"))
    assert [idle.resources for idle in found.unused] == unused
    assert found.missing == ()


@pytest.mark.parametrize("name", ["!Sub '${Stage}-orders'", "!If [Live, prod-orders, dev-orders]"])
def test_a_default_decides_nothing(tmp_path: Path, name: str) -> None:
    """The table's name depends on what the template is deployed with: each of the ARNs may be the one."""
    arns = "['arn:aws:dynamodb:eu-west-1:1:table/dev-orders', 'arn:aws:dynamodb:eu-west-1:1:table/prod-orders']"
    statement = f"{{Effect: Allow, Action: dynamodb:GetItem, Resource: {arns}}}"
    properties = f"Environment: {{Variables: {{TABLE: {name}}}}}, Policies: [{{Statement: [{statement}]}}]"
    head = "Parameters: {Stage: {Type: String, Default: dev}}\nConditions: {Live: !Equals [!Ref Stage, prod]}\nGlobals:"
    found = verdict(tmp_path, function(properties, "").replace("Globals:", head))
    assert (found.missing, found.unused) == ((), ())


def test_a_place_that_cannot_be_told_may_use_it(tmp_path: Path) -> None:
    code = """\
import os
import boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    getattr(boto3.client("dynamodb"), event["what"])()
    return table.get_item(Key={"id": "1"})
"""
    arns = "[!GetAtt Orders.Arn, !Sub '${Orders.Arn}-old']"
    statement = f"{{Effect: Allow, Action: dynamodb:GetItem, Resource: {arns}}}"
    (idle,) = verdict(tmp_path, function(f"Policies: [{{Statement: [{statement}]}}]"), code).unused
    assert (idle.resources, [str(place) for place in idle.unless]) == ((f"{HEAD}-old",), ["src/app.py:5"])
