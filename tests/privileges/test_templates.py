"""Roles as templates make them: SAM's policy templates, connectors, managed policies, roles that stand elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from holdfast.errors import HoldfastError
from holdfast.privileges import targets
from holdfast.privileges.findings import Verdict
from holdfast.privileges.inspection import inspect

HEAD = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: src/}}
"""
ORDERS = """\
  Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "shop-${AWS::Region}-orders"}}
"""
CODE = """\
import os
import boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    return table.get_item(Key={"id": "1"})
"""


def verdict(root: Path, template: str, code: str = CODE, **files: str) -> Verdict:
    """The answer for the one function of a service that is written to a folder."""
    texts = {"template.yaml": template, "src/app.py": code, **files}
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (found,) = inspect(root).verdicts
    return found


def function(properties: str, resources: str = ORDERS) -> str:
    """A template with one function, its properties given as a flow mapping's inside."""
    environment = "Environment: {Variables: {TABLE: !Ref Orders}}, " if "Orders:" in resources else ""
    return (
        f"{HEAD}Resources:\n{resources}  App:\n    Type: AWS::Serverless::Function\n"
        f"    Properties: {{Handler: app.handler, {environment}{properties}}}\n"
    )


def test_a_policy_template_of_sams(tmp_path: Path) -> None:
    """DynamoDBReadPolicy grants seven actions; one is used, and on the function's own table."""
    found = verdict(tmp_path, function("Policies: [{DynamoDBReadPolicy: {TableName: !Ref Orders}}]"))
    assert found.missing == ()
    (idle,) = found.unused
    assert set(idle.actions) == {
        *("dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:DescribeTable"),
    }
    assert idle.unless == ()


def test_a_policy_template_for_another_table(tmp_path: Path) -> None:
    found = verdict(tmp_path, function('Policies: [{DynamoDBReadPolicy: {TableName: "archive"}}]'))
    (gap,) = found.missing
    assert (gap.action, gap.resources) == ("dynamodb:GetItem", ("table/shop-${AWS::Region}-orders",))
    assert gap.elsewhere == ("table/archive", "table/archive/index/*")
    assert [str(place) for place in gap.places] == ["src/app.py:5"]


def test_a_connector(tmp_path: Path) -> None:
    """A connector is a managed policy of its own, attached to the function's role."""
    connector = (
        "  Reads:\n    Type: AWS::Serverless::Connector\n"
        "    Properties: {Source: {Id: App}, Destination: {Id: Orders}, Permissions: [Read]}\n"
    )
    found = verdict(tmp_path, function("Timeout: 3", ORDERS + connector))
    assert found.missing == ()
    assert "dynamodb:Query" in {action for idle in found.unused for action in idle.actions}


@pytest.mark.parametrize(
    ("policies", "missing", "unused", "unresolved"),
    [
        ("[AWSLambdaBasicExecutionRole]", ["dynamodb:GetItem"], [], 0),
        ("[AmazonDynamoDBReadOnlyAccess]", [], ["AmazonDynamoDBReadOnlyAccess"], 0),
        ("[arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]", [], ["AmazonDynamoDBFullAccess"], 0),
        ("[AmazonSQSFullAccess]", ["dynamodb:GetItem"], ["AmazonSQSFullAccess"], 0),
        ('["arn:aws:iam::123456789012:policy/shop"]', [], [], 1),
        ("[{Statement: [{Effect: Allow, Action: 'dynamodb:*', Resource: '*'}]}]", [], ["dynamodb:*"], 0),
        ("[{Statement: {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Orders.Arn}}]", [], [], 0),
        ("[{Statement: {Effect: Allow, Action: [dynamodb:getitem], Resource: '*'}}]", [], [], 0),
        ("[{Statement: {Effect: Allow, NotAction: iam:*, Resource: '*'}}]", [], ["NotAction"], 0),
    ],
)
def test_policies(tmp_path: Path, policies: str, missing: list[str], unused: list[str], unresolved: int) -> None:
    found = verdict(tmp_path, function(f"Policies: {policies}"))
    assert [gap.action for gap in found.missing] == missing
    assert [idle.grant for idle in found.unused] == unused
    assert len(found.unresolved) == unresolved


def test_a_wildcard_is_broader_than_what_is_used(tmp_path: Path) -> None:
    statement = "{Effect: Allow, Action: ['dynamodb:Get*', 'dynamodb:Describe*'], Resource: '*'}"
    found = verdict(tmp_path, function(f"Policies: [{{Statement: [{statement}]}}]"))
    gets, describes = found.unused
    assert (gets.broad, gets.used) == (True, ("dynamodb:GetItem",))
    assert (describes.broad, describes.actions) == (False, ("dynamodb:Describe*",))


def test_a_policy_that_nobody_can_look_into_may_grant_what_is_missing(tmp_path: Path) -> None:
    found = verdict(tmp_path, function("Policies: ['arn:aws:iam::123456789012:policy/shop']"))
    (doubt,) = found.unresolved
    assert doubt.what == (
        "what the policy arn:aws:iam::123456789012:policy/shop grants is not known: it may grant dynamodb:GetItem"
    )
    assert found.clean


def test_a_denial_without_a_condition(tmp_path: Path) -> None:
    allow = "{Effect: Allow, Action: dynamodb:GetItem, Resource: '*'}"
    deny = "{Effect: Deny, Action: 'dynamodb:*', Resource: !GetAtt Orders.Arn}"
    found = verdict(tmp_path, function(f"Policies: [{{Statement: [{allow}, {deny}]}}]"))
    assert [gap.action for gap in found.missing] == ["dynamodb:GetItem"]


POLLING = """\
import boto3
def handler(event, context):
    pass
"""


@pytest.mark.parametrize(
    ("resource", "event", "extra"),
    [
        ("Inbox: {Type: AWS::SQS::Queue}", "{Type: SQS, Properties: {Queue: !GetAtt Inbox.Arn}}", ""),
        (
            "Orders: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: KEYS_ONLY}}}",
            "{Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: LATEST,"
            " DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}}}",
            "",
        ),
        (
            "Clicks: {Type: AWS::Kinesis::Stream}",
            "{Type: Kinesis, Properties: {Stream: !GetAtt Clicks.Arn, StartingPosition: LATEST}}",
            "",
        ),
        (
            "Alerts: {Type: AWS::SNS::Topic}",
            "{Type: SNS, Properties: {Topic: !Ref Alerts}}",
            "DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}, Tracing: Active,"
            " VpcConfig: {SubnetIds: [a], SecurityGroupIds: [b]},"
            " EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SNS, Destination: !Ref Alerts}}},",
        ),
    ],
    ids=["sqs", "dynamodb", "kinesis", "asynchronous"],
)
def test_what_the_platform_uses_is_not_unused(tmp_path: Path, resource: str, event: str, extra: str) -> None:
    """SAM makes these roles: logs, polling, destinations, traces, networks. No code calls any of it."""
    resources = f"  {resource}\n  Dead: {{Type: AWS::SQS::Queue}}\n"
    found = verdict(
        tmp_path, function(f"{extra} Events: {{E: {event}}}", resources).replace("TABLE: !Ref Orders", ""), POLLING
    )
    assert (found.missing, found.unused, found.unresolved) == ((), (), ())


@pytest.mark.parametrize("variable", ["DD_API_KEY_SECRET_ARN", "NEW_RELIC_LICENSE_KEY_SECRET"])
@pytest.mark.parametrize(
    ("named", "unused"),
    [
        ("!Ref Key", []),
        ('!Sub "arn:aws:secretsmanager:eu-west-1:1:secret:other-AbCdEf"', ["secretsmanager:GetSecretValue"]),
    ],
)
def test_a_key_that_a_vendors_extension_reads_is_not_unused(
    tmp_path: Path, variable: str, named: str, unused: list[str]
) -> None:
    """No code reads it: the extension does, with the function's role. Another secret is nobody's."""
    allowed = "{Effect: Allow, Action: secretsmanager:GetSecretValue, Resource: !Ref Key}"
    properties = f"Environment: {{Variables: {{{variable}: {named}}}}}, Policies: [{{Statement: [{allowed}]}}]"
    key = '  Key: {Type: AWS::SecretsManager::Secret, Properties: {Name: !Sub "shop-key"}}\n'
    found = verdict(tmp_path, function(properties, key), "def handler(event, context):\n    return None\n")
    assert found.missing == ()
    assert [action for idle in found.unused for action in idle.actions] == unused


PLATFORM_ROLE = """\
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  AppRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "shop-${Stage}-app-${AWS::Region}"
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: app
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Scan], Resource: "*"}
"""


@pytest.mark.parametrize(
    "role",
    [
        '"{{resolve:ssm:/shop/${Stage}/roles/app}}"',
        '!Sub "{{resolve:ssm:/shop/${Stage}/roles/app}}"',
        '!Sub "arn:aws:iam::${AWS::AccountId}:role/shop/shop-${Stage}-app-${AWS::Region}"',
    ],
)
def test_a_role_in_the_platforms_template(tmp_path: Path, role: str) -> None:
    template = function(f"Role: {role}").replace("Globals:", "Parameters: {Stage: {Type: String}}\nGlobals:")
    if "arn:" in role:
        template = template.replace("{Stage: {Type: String}}", "{Stage: {Type: String, Default: dev}}")
    found = verdict(tmp_path, template, **{"platform/roles.yaml": PLATFORM_ROLE})
    assert [idle.actions for idle in found.unused] == [("dynamodb:Scan",)]
    assert (found.missing, found.unresolved) == ((), ())


def test_a_role_whose_name_ends_alike_is_not_taken(tmp_path: Path) -> None:
    other = PLATFORM_ROLE.partition("Resources:\n")[2].replace("AppRole", "MyAppRole").replace("-app-", "-my-app-")
    roles = PLATFORM_ROLE.replace("Resources:\n", "Resources:\n" + other.replace("dynamodb:Scan", "dynamodb:Query"))
    template = function('Role: "{{resolve:ssm:/shop/dev/roles/app}}"')
    found = verdict(tmp_path, template, **{"platform/roles.yaml": roles, "platform/notes.yaml": "- nothing\n"})
    assert [idle.actions for idle in found.unused] == [("dynamodb:Scan",)]


def test_a_role_that_stands_nowhere(tmp_path: Path) -> None:
    found = verdict(tmp_path, function("Role: arn:aws:iam::1:role/other"))
    assert [doubt.what for doubt in found.unresolved] == [
        "the role of App is not in the project, so nothing can be compared"
    ]
    assert found.used == ("dynamodb:GetItem",)
    assert found.clean


def test_a_plain_cloudformation_template(tmp_path: Path) -> None:
    template = """\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole, !Ref Reads]
  Reads:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: [{Effect: Allow, Action: dynamodb:GetItem, Resource: !Sub "${Orders.Arn}"}]}
  More:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {Statement: [{Effect: Allow, Action: dynamodb:Scan, Resource: !GetAtt Orders.Arn}]}
  Orders: {Type: AWS::DynamoDB::Table}
  App:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
      Code:
        ZipFile: |
          import os, boto3
          def handler(event, context):
              boto3.resource("dynamodb").Table(os.environ["TABLE"]).get_item(Key={})
"""
    found = verdict(tmp_path, template)
    assert [(idle.source, idle.actions) for idle in found.unused] == [("More", ("dynamodb:Scan",))]
    assert (found.missing, found.unresolved) == ((), ())


def test_intrinsic_functions_are_followed(tmp_path: Path) -> None:
    """A name that is joined in the role, and chosen by a condition in the environment."""
    template = f"""\
{HEAD}Parameters: {{Name: {{Type: String, Default: orders}}}}
Conditions: {{Live: !Equals [!Ref Name, x]}}
Resources:
  App:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Environment: {{Variables: {{TABLE: !Select [0, !Split [",", !Sub "${{Name}},b"]]}}}}
      Policies:
        - !If
          - Live
          - !Ref AWS::NoValue
          - Statement:
              - Effect: Allow
                Action: dynamodb:GetItem
                Resource: !Join [":", ["arn:aws:dynamodb", !Ref AWS::Region, !Ref AWS::AccountId, !Sub "table/${{Name}}"]]
"""
    found = verdict(tmp_path, template)
    assert (found.missing, found.unused, found.unresolved) == ((), (), ())


def test_layers_in_the_project_are_followed(tmp_path: Path) -> None:
    layer = "  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer/}}\n"
    code = "import common\ndef handler(event, context):\n    common.send()\n"
    common = "import boto3\ndef send():\n    boto3.client('sns').publish(TopicArn='t')\n"
    found = verdict(tmp_path, function("Layers: [!Ref Common]", layer), code, **{"layer/python/common.py": common})
    assert [(gap.action, str(gap.places[0])) for gap in found.missing] == [("sns:Publish", "layer/python/common.py:3")]


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ("PackageType: Image, ImageUri: x", "App: its code is in a container image"),
        ("Runtime: nodejs22.x", "App: its runtime nodejs22.x is not Python"),
        ("CodeUri: s3://bucket/code.zip", "App: its code is not in the project"),
        ("CodeUri: ../other/", "App: its code '../other/' is no folder of the project"),
        ("CodeUri: nowhere/", "App: its code 'nowhere/' is no folder of the project"),
        ("Handler: other.handler", "the handler's module 'other' is not there"),
        ("Handler: app.other", "the handler 'other' is not there"),
        ("Handler: app", "App: its handler 'app' names no function of a module"),
    ],
)
def test_code_that_cannot_be_read_is_unresolved(tmp_path: Path, properties: str, why: str) -> None:
    """And what the role grants then may be used: nothing is called unused for certain."""
    template = function(f"{properties}, Policies: [AmazonSQSFullAccess]", "").replace(
        "Handler: app.handler, ", "", "Handler" in properties
    )
    if "Image" in properties:
        template = template.replace("Globals: {Function: {Runtime: python3.13, CodeUri: src/}}\n", "").replace(
            "Handler: app.handler, ", ""
        )
    found = verdict(tmp_path, template)
    assert [doubt.what for doubt in found.unresolved] == [why]
    assert found.clean


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("Resources: [", "template.yaml:2: not YAML: "),
        ("[]", "template.yaml: it has no Resources; "),
        (
            "Resources: !!python/object/apply:os.system [id]\n",
            "template.yaml:1: not YAML: could not determine a constructor",
        ),
        (
            f"{HEAD}Resources: {{App: {{Type: AWS::Serverless::Function, Properties: {{}}}}}}",
            "template.yaml: SAM refuses it: ",
        ),
        ("Resources: {A: &a {Type: x, Properties: {B: *a}}}", "template.yaml: it is too large or too deep; "),
        (
            "Resources:\n"
            + "".join(
                f"  L{n}: &l{n} {{Type: x, Properties: {{a: *l{n - 1}, b: *l{n - 1}, c: *l{n - 1}, d: *l{n - 1}}}}}\n"
                if n
                else "  L0: &l0 {Type: x}\n"
                for n in range(16)
            ),
            "template.yaml: it is too large or too deep; ",
        ),
    ],
    ids=["broken", "list", "object", "refused", "recursive", "aliases"],
)
def test_a_template_that_is_none_is_one_line(tmp_path: Path, template: str, message: str) -> None:
    with pytest.raises(HoldfastError) as raised:
        verdict(tmp_path, template)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("table/orders", "table/orders", True),
        ("table/orders", "table/archive", False),
        ("table/*", "table/archive", True),
        ("table/orders-${Stage}", "table/orders-dev", True),
        ("table/orders-${Stage}", "table/archive-dev", False),
        ("shop-${AWS::Region}-a", "shop-${AWS::Region}-a", True),
        ("shop-${AWS::Region}-a", "shop-${AWS::Region}-b", False),
        ("shop-${AWS::Region}-a", "shop-${AWS::Region}-b-a", False),
        ("${=Orders}", "${=Archive}", False),
        ("${=Orders}", "orders", False),
        ("${?}", "anything", True),
        ("uploads/in/*", "uploads/in/${?}.json", True),
        ("uploads/in/*", "uploads/out/${?}.json", False),
        ("uploads/*", "uploads", False),
        ("secret:key-??????", "secret:key-${?}", True),
        ("*a*b*c", "x${?}c", True),
    ],
)
def test_patterns_and_texts(pattern: str, text: str, expected: bool) -> None:
    assert targets.may_match(pattern, text) is expected


@pytest.mark.parametrize(
    ("code", "statement"),
    [
        (
            'boto3.client("ssm").get_parameters_by_path(Path="/shop/a")',
            "{Action: ssm:GetParametersByPath, Resource: 'arn:aws:ssm:::parameter/shop/a/*'}",
        ),
        (
            'boto3.client("lambda").invoke(FunctionName="f", Qualifier="live")',
            "{Action: lambda:InvokeFunction, Resource: 'arn:aws:lambda:::function:f:live'}",
        ),
        (
            'boto3.client("secretsmanager").get_secret_value(SecretId="key")',
            "{Action: secretsmanager:GetSecretValue, Resource: 'arn:aws:secretsmanager:::secret:key-a1b2c3'}",
        ),
        (
            'boto3.client("s3").get_object(Bucket="arn:aws:s3:eu-west-1:1:accesspoint/p", Key="k")',
            "{Action: s3:GetObject, Resource: 'arn:aws:s3:eu-west-1:1:accesspoint/p/object/*'}",
        ),
        (
            'boto3.client("sqs").send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/inbox", MessageBody="m")',
            "{Action: sqs:SendMessage, Resource: 'arn:aws:sqs:::inbox'}",
        ),
        (
            'boto3.client("sts").assume_role(RoleArn="arn:aws:iam::1:role/a/b", RoleSessionName="s")',
            "{Action: sts:AssumeRole, Resource: 'arn:aws:iam::*:role/a/*'}",
        ),
        (
            'boto3.client("kinesis").put_record(StreamARN="arn:aws:kinesis:::stream/s", Data=b"", PartitionKey="p")',
            "{Action: kinesis:PutRecord, Resource: 'arn:aws:kinesis:::stream/s'}",
        ),
    ],
    ids=["path", "version", "secret", "access point", "queue", "role", "stream"],
)
def test_how_services_name_their_resources(tmp_path: Path, code: str, statement: str) -> None:
    policies = f"Policies: [{{Statement: [{{Effect: Allow, {statement[1:]}]}}]"
    found = verdict(tmp_path, function(policies, ""), f"import boto3\ndef handler(event, context):\n    {code}\n")
    assert (found.missing, found.unused, found.unresolved) == ((), (), ())
