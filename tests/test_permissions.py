"""What a function may do: grants with arguments, resources of other stacks, permissions written out."""

from __future__ import annotations

import tomllib

import pytest

from holdfast import iam, lock, render, spec
from holdfast.catalogue import Catalogue
from holdfast.errors import HoldfastError
from holdfast.model import Grant, Permission

BASE = """\
[project]
name = "orders"
owner = "payments"
[resources.orders]
kind = "table"
indexes = { by-customer = "customer, placed_at" }
[resources.reports]
kind = "bucket"
external = "arn:aws:s3:::acme-${Stage}-reports"
key = "ssm:/shared/key"
[resources.inbox]
kind = "queue"
[functions.place]
event = { kind = "function-url" }
"""
ALLOW = """\
[[functions.place.allow]]
actions = ["rekognition:detectlabels"]
resources = ["*"]
reason = "Parcels are looked at"
"""
INVOKE = """\
[[functions.place.allow]]
actions = ["bedrock:InvokeModel"]
resources = ["arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/nova"]
reason = "Addresses are put right"
"""


def granted(*grants: str) -> str:
    return f"{BASE}grants = {list(grants)}\n"


def test_grants_keep_their_arguments(catalogue: Catalogue) -> None:
    text = granted("orders:query", "orders:query(by-customer)", "reports:put(daily/)", "reports:list")
    found = spec.parse(text, catalogue)
    assert found.functions[0].grants == (
        Grant("orders", "query"),
        Grant("orders", "query", "by-customer"),
        Grant("reports", "put", "daily/"),
        Grant("reports", "list"),
    )
    again = spec.from_data(tomllib.loads(spec.dump(found, catalogue)), catalogue)
    assert again == found
    assert spec.from_data(lock.spec_data(found), catalogue) == found


def test_what_is_written_out_is_spelt_as_iam_does(catalogue: Catalogue) -> None:
    found = spec.parse(BASE + ALLOW + INVOKE, catalogue)
    assert found.functions[0].allow == (
        Permission(("rekognition:DetectLabels",), ("*",), "Parcels are looked at"),
        Permission(
            ("bedrock:InvokeModel",),
            ("arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/nova",),
            "Addresses are put right",
        ),
    )
    assert spec.from_data(tomllib.loads(spec.dump(found, catalogue)), catalogue) == found
    assert spec.from_data(lock.spec_data(found), catalogue) == found


REFUSED = {
    "an index that is not there": (
        granted("orders:query(by-status)"),
        "functions.place.grants: the grant 'orders:query(by-status)': 'by-status' is not an index of the table; "
        "choose from by-customer",
    ),
    "every index": (
        granted("orders:query(*)"),
        "functions.place.grants: the grant 'orders:query(*)': '*' is not an index of the table; choose from by-customer",
    ),
    "a prefix that climbs": (
        granted("reports:put(../x)"),
        "functions.place.grants: the grant 'reports:put(../x)': '../x' is not the beginning of a key, such as invoices/; "
        "mend it",
    ),
    "an empty prefix": (
        granted("orders:query()"),
        "functions.place.grants: the grant 'orders:query()': nothing stands in parentheses; remove them, or say what",
    ),
    "parentheses that mean nothing": (
        granted("inbox:send(x)"),
        "functions.place.grants: the grant 'inbox:send(x)': it takes nothing in parentheses; remove them",
    ),
    "parentheses that do not close": (
        granted("orders:query(by-customer"),
        "functions.place.grants: a table has no grant 'query(by-customer'; "
        "choose from get, query, scan, put, update, delete, batch-write, condition-check",
    ),
    "the same grant twice": (
        granted("orders:query(by-customer)", "orders:query(by-customer)"),
        "functions.place.grants: the grant 'orders:query(by-customer)' stands twice; remove one",
    ),
    "another service's ARN": (
        BASE.replace("arn:aws:s3:::acme-${Stage}-reports", "arn:aws:sqs:eu-west-1:123456789012:reports"),
        "resources.reports.external: 'arn:aws:sqs:eu-west-1:123456789012:reports' is not the ARN of a bucket; "
        "write it whole; ${AWS::Partition}, ${AWS::Region}, ${AWS::AccountId}, ${Stage} may stand in it; "
        "or write ssm: and the name of the parameter that holds it, such as ssm:/shared/reports",
    ),
    "a place that is not one": (
        BASE.replace("arn:aws:s3:::acme-${Stage}-reports", "arn:aws:s3:::*"),
        "resources.reports.external: 'arn:aws:s3:::*' is not the ARN of a bucket; "
        "write it whole; ${AWS::Partition}, ${AWS::Region}, ${AWS::AccountId}, ${Stage} may stand in it; "
        "or write ssm: and the name of the parameter that holds it, such as ssm:/shared/reports",
    ),
    "a stage in a parameter's name": (
        BASE.replace("ssm:/shared/key", "ssm:/${Stage}/key"),
        "resources.reports.key: 'ssm:/${Stage}/key' is not the ARN of a KMS key; "
        "write it whole; ${AWS::Partition}, ${AWS::Region}, ${AWS::AccountId}, ${Stage} may stand in it; "
        "or write ssm: and the name of the parameter that holds it",
    ),
    "a key of one's own": (
        BASE.replace('external = "arn:aws:s3:::acme-${Stage}-reports"\n', ""),
        "resources.reports.key: the service's own resources have the service's key; remove the line",
    ),
    "what its maker decides": (
        BASE.replace('key = "ssm:/shared/key"', "expires = 3"),
        "resources.reports.expires: whoever made the resource has decided this; remove it, or `external`",
    ),
    "a kind that is always the service's": (
        BASE.replace('kind = "queue"', 'kind = "idempotency"\nexternal = "arn:aws:x"'),
        "resources.inbox.external: a resource of kind idempotency is always the service's own; remove the line",
    ),
    "an event of what another stack made": (
        BASE + '[functions.take]\nevent = { kind = "s3", bucket = "reports" }\n',
        "functions.take.event.bucket: 'reports' is not made by this service's stack; name a bucket that is",
    ),
    "a function that is not there": (
        BASE + '[resources.pricing]\nkind = "function"\nfunction = "price"\n',
        "resources.pricing.function: there is no function 'price'; choose from place",
    ),
    "an action that is misspelt": (
        BASE + ALLOW.replace("rekognition:detectlabels", "dynamodb:PutItm"),
        "functions.place.allow.actions: IAM knows no action 'dynamodb:PutItm'; did you mean dynamodb:PutItem?",
    ),
    "an action of no service": (
        BASE + ALLOW.replace("rekognition:detectlabels", "nonsense"),
        "functions.place.allow.actions: IAM knows no action 'nonsense'; write it as sqs:SendMessage",
    ),
    "a wildcard in an action": (
        BASE + ALLOW.replace("rekognition:detectlabels", "rekognition:Detect*"),
        "functions.place.allow.actions: 'rekognition:Detect*' stands for many actions; name each one",
    ),
    "IAM": (
        BASE + ALLOW.replace("rekognition:detectlabels", "IAM:PassRole"),
        "functions.place.allow.actions: 'IAM:PassRole': no function's role may touch IAM; remove it",
    ),
    "a wildcard in a resource": (
        BASE + INVOKE.replace("model/nova", "model/*"),
        "functions.place.allow.resources: 'arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/*' "
        "stands for many resources; name each one",
    ),
    "every resource": (
        BASE + INVOKE.replace("arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/nova", "*"),
        "functions.place.allow.resources: '*' stands for many resources; name each one",
    ),
    "a resource for an action that knows none": (
        BASE + ALLOW.replace('"*"', '"arn:aws:rekognition:eu-west-1:123456789012:collection/x"'),
        "functions.place.allow.resources: rekognition:DetectLabels: these actions know no resource; "
        'write resources = ["*"]',
    ),
    "actions of both sorts": (
        BASE + INVOKE.replace('"bedrock:InvokeModel"', '"bedrock:InvokeModel", "rekognition:DetectLabels"'),
        "functions.place.allow.resources: rekognition:DetectLabels knows no resource, and others here do; "
        "write them apart",
    ),
    "a reference to something else": (
        BASE + INVOKE.replace("${AWS::Region}", "${OrdersTable.Arn}"),
        "functions.place.allow.resources: "
        "'arn:${AWS::Partition}:bedrock:${OrdersTable.Arn}::foundation-model/nova' is not an ARN; "
        "write it whole; ${AWS::Partition}, ${AWS::Region}, ${AWS::AccountId}, ${Stage} may stand in it",
    ),
    "what gives rights away": (
        BASE + INVOKE.replace("bedrock:InvokeModel", "kms:PutKeyPolicy"),
        "functions.place.allow.actions: kms:PutKeyPolicy gives rights away: no function's role may; remove it",
    ),
    "nothing but a stage": (
        BASE.replace("acme-${Stage}-reports", "${Stage}"),
        "resources.reports.external: 'arn:aws:s3:::${Stage}' is not the ARN of a bucket; "
        "write it whole; ${AWS::Partition}, ${AWS::Region}, ${AWS::AccountId}, ${Stage} may stand in it; "
        "or write ssm: and the name of the parameter that holds it, such as ssm:/shared/reports",
    ),
    "no reason": (
        BASE + ALLOW.replace("Parcels are looked at", "  "),
        "functions.place.allow.reason: it is not a line of text; say why, in 200 characters",
    ),
    "a reason of two lines": (
        BASE + ALLOW.replace("Parcels are looked at", "a\\nb"),
        "functions.place.allow.reason: it is not a line of text; say why, in 200 characters",
    ),
    "nothing": (
        BASE + "[[functions.place.allow]]\n",
        "functions.place.allow: actions is missing; write actions, resources and reason",
    ),
    "an unknown key": (
        BASE + ALLOW + "effect = 'Deny'\n",
        "functions.place.allow.effect: the key 'effect' is unknown; known here: actions, resources, reason",
    ),
    "a jwt issuer that nobody asks": (
        BASE + '[api]\nissuer = "https://login.example.org/"\n',
        'api.issuer: it means something with authorizer = "jwt" alone; remove it, or say that',
    ),
}


@pytest.mark.parametrize(("text", "line"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_line(catalogue: Catalogue, text: str, line: str) -> None:
    with pytest.raises(HoldfastError) as error:
        spec.parse(text, catalogue)
    place, _, rest = str(error.value).partition(" ")
    assert place.startswith("holdfast.toml:")
    assert rest == line


def test_what_is_not_the_services_own_stands_in_the_boundary(catalogue: Catalogue) -> None:
    """A right that the boundary lacks is none."""
    files = render.render(spec.parse(granted("reports:put(daily/)") + ALLOW + INVOKE, catalogue), catalogue)
    boundary = files["platform/boundary.yaml"].content.decode()
    for text in (
        '- !Sub "arn:${AWS::Partition}:s3:::acme-*-reports/daily/*"',
        'Action: ["rekognition:DetectLabels"]',
        '- !Sub "arn:${AWS::Partition}:bedrock:*::foundation-model/nova"',
        '- "{{resolve:ssm:/shared/key}}"',
        "# Addresses are put right",
    ):
        assert text in boundary


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("dynamodb:PutItm", "dynamodb:PutItem"),
        ("dynamodb:putitem", "dynamodb:PutItem"),
        ("dynamdb:PutItem", "dynamodb:PutItem"),
        ("s3:GetObjet", "s3:GetObject"),
        ("sqs:SendMesage", "sqs:SendMessage"),
        ("nonsense", ""),
    ],
)
def test_the_nearest_real_name(name: str, found: str) -> None:
    assert iam.nearest(name) == found


def test_every_grant_of_the_template_is_real_and_exact(catalogue: Catalogue) -> None:
    """Names as IAM spells them, no wildcard, and none that knows no resource: those stand in a list of their own."""
    for part in catalogue.group("resources").values():
        for rule in part.grants.rules.values():
            for action in (*rule.actions, *rule.key):
                known = iam.find(action)
                assert known is not None, action
                assert known.name == action
                assert known.knows_resource, action
